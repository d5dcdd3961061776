"""The lock, the bill of materials made from it, and the page that says what each package is for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.support.sbom import build_bill, list_packages

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def list_documented() -> set[str]:
    rows = re.findall(r"^\| ([a-z][a-z0-9 ,.-]*) \|", PAGE, re.MULTILINE)
    return {name for row in rows for name in row.split(", ")}


def test_each_package_of_the_lock_is_on_the_page_and_no_other() -> None:
    assert list_documented() == {name for name, _, _ in list_packages(LOCK)}


def test_each_package_of_the_project_has_a_reason_and_a_place() -> None:
    names = [re.split(r"[^a-z0-9-]", requirement)[0] for requirement in PROJECT["dependencies"]]
    reasons = PAGE.partition("These come with them")[0]
    assert [name for name in names if not re.search(rf"^\| {name}\b[^|]* \| .+ \| .+ \|$", reasons, re.MULTILINE)] == []


def test_each_package_is_locked_by_hash_and_no_registry_is_named() -> None:
    packages = list(list_packages(LOCK))
    assert len(packages) == len(re.findall(r"^[a-z0-9].*==", LOCK, re.MULTILINE))
    assert [name for name, _, hashes in packages if not hashes] == []
    assert "http" not in LOCK


def test_the_bill_of_materials_has_each_package_with_its_hashes() -> None:
    bill = build_bill(LOCK, PROJECT)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    components = bill["components"]
    assert [component["purl"] for component in components] == [
        f"pkg:pypi/{name}@{version}" for name, version, _ in list_packages(LOCK)
    ]
    assert len({component["bom-ref"] for component in components}) == len(components)
    hashes = [entry["value"] for component in components for entry in component["properties"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", LOCK))
