"""Rules on the tree of the tests: no test module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported_modules(path: Path, root: Path) -> Iterator[tuple[str, int]]:
    """Yield the full name of every module that a file imports, with its line; `from a import b` may mean a.b too."""
    package = path.relative_to(root).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Level 1 is the package that the file is in, level 2 the one above it.
            above = ".".join(package[: len(package) - node.level]) if node.level else ""
            module = ".".join(filter(None, (above, node.module)))
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def is_test_module(module: str) -> bool:
    parts = module.split(".")
    return parts[0] == "tests" and (parts[-1].startswith("test_") or parts[-1] == "conftest")


def find_imports_of_tests(root: Path) -> list[str]:
    """Return `file:line imports module` for each test module or conftest that a file below tests/ imports."""
    return [
        f"{path.relative_to(root)}:{line} imports {module}"
        for path in sorted((root / "tests").rglob("*.py"))
        for module, line in imported_modules(path, root)
        if is_test_module(module)
    ]


def test_no_test_module_is_imported() -> None:
    assert find_imports_of_tests(ROOT) == []


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("from tests.core.test_money import EUR", "tests.core.test_money"),
        ("from tests.core import test_money", "tests.core.test_money"),
        ("import tests.core.test_money as money", "tests.core.test_money"),
        ("from tests.conftest import slack", "tests.conftest"),
        ("from .test_money import EUR", "tests.core.test_money"),
        ("from .. import conftest", "tests.conftest"),
        ("def late():\n    from tests.core.test_money import EUR", "tests.core.test_money"),
    ],
)
def test_an_import_of_a_test_module_is_reported(tmp_path: Path, line: str, module: str) -> None:
    folder = tmp_path / "tests" / "core"
    folder.mkdir(parents=True)
    (folder / "test_months.py").write_text(f"from tests.support.generate import EUR\n{line}\n", encoding="utf-8")
    number = 2 + line.count("\n")
    assert find_imports_of_tests(tmp_path) == [f"tests/core/test_months.py:{number} imports {module}"]
