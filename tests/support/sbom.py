"""The packages of requirements.lock as a CycloneDX bill of materials, on standard output: `make sbom`."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def list_packages(lock: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, version and hashes of each package of a lock file."""
    for entry in re.split(r"\n(?=[a-z0-9])", lock):
        if package := _PACKAGE.match(entry):
            yield package[1], package[2], _HASH.findall(entry)


def build_bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials of a lock file; equal files give equal bills."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                # One hash for each file of the package; pip installs the file that fits the machine.
                "properties": [{"name": "nrrbot:sha256", "value": value} for value in hashes],
            }
            for name, version, hashes in list_packages(lock)
        ],
    }


def main() -> None:
    """Write the bill of materials of this tree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bill = build_bill((ROOT / "requirements.lock").read_text(encoding="utf-8"), project)
    sys.stdout.write(json.dumps(bill, indent=2) + "\n")


if __name__ == "__main__":
    main()
