"""LibreOffice without a window: files are opened, computed and saved."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

# LibreOffice computes the formulas of an .xlsx file on opening only with this setting: "Always recalculate".
SETTINGS = (
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/'
    'Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>'
)


def save_with_libreoffice(paths: Sequence[Path], folder: Path, kind: str = "xlsx") -> None:
    """Open these files in one LibreOffice and save them as `kind` in `folder`; one that needs a repair is not saved."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS)
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", folder, *paths], check=True, capture_output=True, timeout=240)
