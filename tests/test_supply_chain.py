"""The lock, the bill of materials made from it, and the page that says what each package is for."""

from __future__ import annotations

import ast
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


def list_imports(path: Path) -> set[str]:
    """Return the packages that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names}


def test_each_package_is_used_where_the_page_says_and_nowhere_else() -> None:
    imports = {
        path.relative_to(ROOT).as_posix(): list_imports(path)
        for room in ("bot", "core", "sheets")
        for path in (ROOT / room).rglob("*.py")
    }
    for name, places in re.findall(r"^\| ([a-z-]+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE):
        if name in {"tzdata", "setuptools"}:  # imported by no file of ours
            continue
        module = {"google-auth": "google"}.get(name, name.replace("-", "_"))
        users = {path for path, used in imports.items() if module in used}
        named = re.findall(r"`([^`]+)`", places)
        assert not [path for path in users if not path.startswith(tuple(named))], name
        assert not [place for place in named if not any(path.startswith(place) for path in users)], name


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
