"""The files of docs/deploy, without Docker: the steps of the image in an empty folder, its commands as another user.

The root file system is read only while they run, as it is in the container.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
USER = "10001"
MOST_MEGABYTES = 400
# The size of python:3.11-slim, unpacked, which cannot be measured here; rounded up.
BASE_MEGABYTES = 140
# Every command, once; `run` is started apart. Those that need Slack or an answer on a terminal say so and end.
EVERY_COMMAND = """
import contextlib, importlib.util, io, json, sys
from bot.__main__ import main
from bot.cli.commands import cli
results = {}
for line in json.load(sys.stdin):
    sys.argv = ["nrrbot", *line]
    out, code = io.StringIO(), 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main()
    except SystemExit as end:
        code = end.code
    results[line[0]] = [code, out.getvalue()]
missing = [name for name in ("pip", "setuptools", "ensurepip") if importlib.util.find_spec(name) is None]
file = cli.callback.__code__.co_filename
print(json.dumps({"results": results, "missing": missing, "commands": sorted(cli.commands), "file": file}))
"""


def list_steps(stage: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions of a stage of the Dockerfile: the word, and what follows it."""
    for line in stage.splitlines():
        word, _, rest = line.partition(" ")
        if word.isupper():
            yield word, rest.strip()


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """Return a folder with what the first stage makes in /opt/nrrbot, and an empty /data of the user."""
    folder = Path(tempfile.mkdtemp(prefix="nrrbot-image-"))
    folder.chmod(0o755)
    _, build, _ = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    for word, rest in list_steps(build):
        command = [part.replace("/opt/nrrbot", f"{folder}/nrrbot") for part in shlex.split(rest)]
        if word == "WORKDIR":
            (folder / "src").mkdir()
        elif word == "COPY":
            for name in command[:-1]:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, folder / "src" / name)
        elif word == "RUN":
            assert command[0] == "python"
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            ran = subprocess.run(
                [sys.executable, *command[1:]],
                cwd=folder / "src",
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
    shutil.rmtree(folder / "src")
    (folder / "data").mkdir(mode=0o700)
    if os.getuid() == 0:
        os.chown(folder / "data", int(USER), int(USER))
    yield folder
    shutil.rmtree(folder)


def isolate(folder: Path) -> list[str]:
    """Return the words before a command that run it as the user on a root that is read only but for /data."""
    if os.getuid() != 0:
        return []
    base, copy = Path(sys.base_prefix), folder / "base"
    mounts = ["mount --make-rprivate /", f"mount -o bind {folder}/data {folder}/data"]
    closed = [parent for parent in reversed(base.parents) if not parent.stat().st_mode & 0o001]
    if closed:
        # This machine's Python is in a folder of root alone; that of the image is not.
        copy.mkdir(exist_ok=True)
        mounts += [f"mount -o bind {base} {copy}", f"mount -t tmpfs -o mode=755 none {closed[0]}", f"mkdir -p {base}"]
        mounts += [f"mount -o bind {copy} {base}"]
    mounts += ["mount -o remount,bind,ro /", f"cd {folder}/data"]
    switch = f"setpriv --reuid {USER} --regid {USER} --clear-groups --no-new-privs --bounding-set=-all"
    return ["unshare", "--mount", "sh", "-c", f'{" && ".join(mounts)} && exec {switch} "$@"', "sh"]


def build_environment(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder}/nrrbot/bin:/usr/bin:/bin", "HOME": f"{folder}/data", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_runs_in_the_image_without_pip(image: Path) -> None:
    options = ("--workbook", "demo/sample.xlsx", "--db", "nrrbot.db", "--today", "2026-10-05")
    lines = [line.split() for line in ("demo", "manifest", "template new.xlsx", "init new")]
    of_sample = (
        "addin setup addin",
        *("look", "sync", "ask enterprise Q3", "write", "accounts", "metrics", "movements", "problems", "restatements"),
        *(
            "digest --preview",
            "preview",
            "board",
            "jobs",
            "audit",
            "backup copy.db",
            "restore copy.db",
            "verify",
            "doctor",
            "compare-sources",
        ),
        "forget A-0054",
    )
    lines += [[*line.split(), *options] for line in of_sample]
    ran = subprocess.run(
        [*isolate(image), image / "nrrbot" / "bin" / "python", "-c", EVERY_COMMAND],
        input=json.dumps(lines),
        cwd=image / "data",
        env=build_environment(image),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert set(result["commands"]) == {*result["results"], "run"}
    failed = {name: output for name, (code, output) in result["results"].items() if code}
    assert set(failed) == {"init", "doctor", "compare-sources"}, failed  # no answer, no token, no warehouse
    assert {"pip", "setuptools"} <= set(result["missing"])
    assert result["file"].startswith(str(image / "nrrbot"))
    used = sum(path.lstat().st_blocks * 512 for path in (image / "nrrbot").rglob("*")) / 2**20
    assert BASE_MEGABYTES + used < MOST_MEGABYTES, used

    # `run`, with the image's own health check, until it is healthy; then it stops as a container is stopped.
    command = next(rest for word, rest in list_steps(DOCKERFILE) if word == "HEALTHCHECK")
    check = json.loads(command.partition("CMD ")[2])
    run = ["nrrbot", "run", "--no-slack", "--workbook", "demo/sample.xlsx", "--db", "nrrbot.db"]
    process = subprocess.Popen(
        [*isolate(image), *run], cwd=image / "data", env=build_environment(image), stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(240):
            if not subprocess.run(check, env=build_environment(image), capture_output=True, check=False).returncode:
                break
            assert process.poll() is None
            time.sleep(0.5)
        else:
            pytest.fail("it never became healthy")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait(10)
        assert process.stderr
        process.stderr.close()


def test_the_image_has_no_pip_its_own_user_and_one_volume() -> None:
    steps = list(list_steps(DOCKERFILE.partition("FROM python:3.11-slim\n")[2]))
    words = dict(steps)
    assert words["USER"] == f"{USER}:{USER}"
    assert [rest for word, rest in steps if word == "VOLUME"] == [words["WORKDIR"]] == ["/data"]
    assert "python -m pip uninstall --yes pip setuptools" in steps[0][1]
    assert (words["ENTRYPOINT"], words["CMD"]) == ('["nrrbot"]', '["run"]')
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {name for word, rest in list_steps(DOCKERFILE) if word == "COPY" for name in rest.split()[:-1]}
    assert {name for name in copied if not name.startswith(("-", "/"))} == {
        line[1:] for line in ignored if line.startswith("!")
    }


def test_the_compose_file_runs_the_image_as_the_page_does() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    run = next(line for line in page.splitlines() if line.startswith("docker run --detach"))
    for option, line in (
        ("--read-only", "read_only: true"),
        ("--tmpfs /tmp", "tmpfs: [/tmp]"),
        ("--cap-drop ALL", "cap_drop: [ALL]"),
        (":/data", '"data:/data"'),
        ("--restart unless-stopped", "restart: unless-stopped"),
    ):
        assert option in run
        assert line in compose


def test_the_unit_is_hardened_hands_over_secrets_and_has_a_watchdog() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys of systemd have capitals
    text = (DEPLOY / "nrrbot.service").read_text(encoding="utf-8")
    parser.read_string(text)
    service = parser["Service"]
    assert (service["Type"], service["WatchdogSec"], service["ProtectSystem"]) == ("notify", "120", "strict")
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"], service["UMask"]) == ("yes", "", "0077")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = re.findall(r"^LoadCredential=([a-z.-]+):/etc/nrrbot/secrets/\1$", text, re.MULTILINE)
    assert (
        names
        == re.findall(r"/run/credentials/nrrbot\.service/([a-z.-]+)", page)
        == ["google.json", "bot-token", "app-token"]
    )
    if shutil.which("systemd-analyze"):
        verified = subprocess.run(
            ["systemd-analyze", "verify", DEPLOY / "nrrbot.service"], capture_output=True, text=True, check=False
        )
        wrong = [
            line for line in verified.stderr.splitlines() if "nrrbot.service:" in line and "not executable" not in line
        ]
        assert wrong == []
