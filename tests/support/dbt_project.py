"""A project of dbt that has the package, and models of the rows of a company."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sheets import warehouse
from sheets.warehouse.statement import Statement
from tests.support.warehouse import Company

PACKAGE = Path(warehouse.__file__).parent / "dbt"


@dataclass(frozen=True)
class Project:
    """A project.

    Attributes:
        folder: its folder.
        company: the company; its tables are in the schema `raw`.
        settings: the connection, as a profile of dbt has it.
        schema: the database and the schema in which dbt builds, as it writes them.

    """

    folder: Path
    company: Company
    settings: Mapping[str, Any]
    schema: str

    def build(self) -> None:
        """Write the project and build all of it: the views, the cube and the tests of the package."""
        statement, tables = self.company.statement, self.company.tables
        first, through = (f"{month.year}-{month.number:02d}" for month in (statement.first, statement.through))
        [limits] = statement.size_limits.values()
        variables = {
            **{f"nrr_{name}": name for name in tables},
            "nrr_dimensions": list(self.company.dimensions),
            "nrr_reporting": statement.reporting,
            "nrr_first": first,
            "nrr_through": through,
            "nrr_mid_market_from": limits[0],
            "nrr_mid_market_to": limits[1],
        }
        files = {
            # YAML contains JSON.
            "dbt_project.yml": json.dumps({
                "name": "company", "profile": "company", "vars": variables,
                "flags": {"send_anonymous_usage_stats": False},
            }),
            "profiles.yml": json.dumps({"company": {"target": "test", "outputs": {"test": self.settings}}}),
            "packages.yml": json.dumps({"packages": [{"local": str(PACKAGE)}]}),
        }  # fmt: skip
        for name, table in tables.items():
            consumer = ", 0 AS consumer" if name in {"accounts", "history"} and "consumer" not in table.columns else ""
            files[f"models/{name}.sql"] = f"SELECT *{consumer} FROM raw.{name}"
        for path, text in files.items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")
        self._run("deps")
        self._run("build")

    def read_compiled(self, path: str) -> str:
        """Return a file of the package as the engine got it."""
        return (self.folder / "target" / "compiled" / "nrrbot" / path).read_text(encoding="utf-8").strip()

    @property
    def statement(self) -> Statement:
        """The statement on the models of the project."""
        names: dict[str, Any] = {name: f'{self.schema}."{name}"' for name in self.company.tables}
        tables = replace(self.company.statement.tables, **names, has_consumers=True)
        return replace(self.company.statement, tables=tables)

    def _run(self, *command: str) -> None:
        ran = subprocess.run(
            [find_dbt(), *command, "--project-dir", self.folder, "--profiles-dir", self.folder],
            cwd=self.folder, env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr


def find_dbt() -> str:
    """Return the path of dbt, in this environment or on PATH; skip the test where there is none."""
    folders: Sequence[str] = (str(Path(sys.executable).parent), os.environ["PATH"])
    path = shutil.which("dbt", path=os.pathsep.join(folders))
    if path is None:
        pytest.skip("dbt, of the extra `dbt`, is not installed")
    return path
