"""What README.md and docs/ say is so: commands run, questions parse, figures, tables, links and paths are right."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from bot.__main__ import now
from bot.cli.commands import cli
from bot.cli.doctor import CHECKS
from bot.cli.first_steps.demo import TODAY
from bot.cli.setup import Setup
from bot.jobs.table import JOBS
from bot.service.analyst import COMMAND_METRICS
from bot.service.commands import SUB_COMMANDS
from bot.service.digests.requests import find_digest_words
from bot.service.digests.words import read_digest_words
from bot.slack.manifest import SCOPES
from core.config import SECRETS, Config
from core.errors import QuestionError
from core.ledger.segments import Segments
from core.months import Calendar, Month
from core.playbook.playbook import extend_playbook, load_playbook
from core.query.question import Filter, Question, Vocabulary, parse_question
from core.reports.accounts import read_parts
from core.schedules import Schedule
from core.store.store import Store
from sheets.google.client import SCOPES as GOOGLE_SCOPES
from sheets.layouts.recognition import LAYOUTS
from sheets.problems import CODES
from sheets.writeback.metrics_tab import METRICS_TAB
from sheets.writeback.problems_tab import PROBLEMS_TAB
from tests.support.command_line import nrrbot
from tests.support.doc_parts import PAGES, PARTS, ROOT, Facts, demonstrate, list_commands, made, names
from tests.support.slack.server import SlackServer

# Commands of the pages that cannot run here, each with its reason; all others run on the sample and exit 0.
CANNOT_RUN = {
    "nrrbot run": "serves until it is stopped; test_main_job.py runs it",
}
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docs")


@pytest.fixture(scope="session")
def facts(place: Path) -> Facts:
    return demonstrate(place)


@pytest.fixture(scope="session")
def sample(place: Path, facts: Facts) -> tuple[Vocabulary, Month]:  # noqa: ARG001 - the demo makes the store
    store = Store(place / "demo" / "nrrbot.db")
    snapshot = store.load_latest_snapshot()
    segments = Segments(store.load(snapshot.id))
    return Vocabulary(segments.dimensions, segments.headings), snapshot.data_through


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language, without the indentation that they have inside a list."""
    matches = re.finditer(rf"^( *)```{language}\n(.*?)^\1```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{match[1]}", "", match[2], flags=re.MULTILINE) for match in matches]


def rows(page: str, *headings: str) -> Iterator[list[str]]:
    """Yield the rows of every table with these headings."""
    inside = False
    for line in text(page).splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells == list(headings):
            inside = True
        elif not cells:
            inside = False
        elif inside and cells[0] != "---":
            yield cells


def codes(page: str) -> set[str]:
    """Return what stands in backquotes on a page, outside of fenced blocks."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)))


# What is made.


@PAGE
def test_made_parts_are_as_the_code_makes_them_now(page: Path, facts: Facts) -> None:
    assert page.read_text("utf-8") == made(page.read_text("utf-8"), facts), "make docs"


def test_every_part_has_a_page() -> None:
    assert {name for page in PAGES for name in names(page.read_text("utf-8"))} == set(PARTS)


def test_the_picture_of_an_answer_is_what_the_demo_prints(facts: Facts) -> None:
    command, _, answer = facts.steps[1].partition("\n\n")
    assert command.startswith('$ nrrbot ask "enterprise Q3"')
    assert f"```text\n{answer.strip()}\n```" in text("README.md")


def test_the_first_screen_of_the_readme_has_the_answer_and_the_two_commands() -> None:
    first_screen = text("README.md").partition("\n## ")[0]
    assert "/nrr enterprise Q3" in first_screen
    assert blocks(ROOT / "README.md", "sh")[0] == "make demo\nmake test\n"
    assert blocks(ROOT / "README.md", "sh")[0] in first_screen


def test_the_figures_of_the_worked_example_are_those_of_the_json(facts: Facts) -> None:
    example = next(
        block for block in blocks(ROOT / "docs/definitions.md", "text") if "NRR = " in block and "." in block
    )
    window = facts.answer["window"]
    figures = dict(re.findall(r"^(NRR|GRR|logo retention) = .* = ([0-9.]+)%$", example, re.MULTILINE))
    assert figures == {"NRR": window["nrr"], "GRR": window["grr"], "logo retention": window["logo_retention"]}
    amounts = [int(amount.replace(",", "").replace(".", "")) for amount in re.findall(r"[0-9,]+\.\d\d\b", example)]
    bridge = ("starting_mrr", "expansion", "contraction", "churn", "ending_mrr")
    assert amounts[:5] == [window[name] for name in bridge]


# Commands.


def commands(page: Path) -> list[str]:
    return [line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("nrrbot ")]


@pytest.mark.parametrize(
    "page",
    # The page of the commands has more of them than all others together.
    [pytest.param(page, id=page.name, marks=[pytest.mark.slow] * (page.name == "commands.md")) for page in PAGES],
)
def test_every_command_runs(
    page: Path, place: Path, facts: Facts, slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert facts.steps  # the demo has left its workbook and its store in `place`
    (tmp_path / "demo").mkdir()
    for name in ("sample.xlsx", "nrrbot.db"):
        (tmp_path / "demo" / name).write_bytes((place / "demo" / name).read_bytes())
    config = text("config.example.toml").replace("https://slack.com/api/", slack.api_url)
    config = config.replace('\npath = ""', '\npath = "demo/sample.xlsx"')
    (tmp_path / "config.toml").write_text(config, "utf-8")
    monkeypatch.chdir(tmp_path)
    for command in commands(page):
        if command not in CANNOT_RUN:
            ran = nrrbot(*shlex.split(command)[1:])
            assert (ran.code, ran.err) == (0, ""), f"{command}\n{ran.out}{ran.err}"
            assert ran.out, command


def test_commands_that_cannot_run_are_named_for_a_reason() -> None:
    assert {command for page in PAGES for command in commands(page)} >= CANNOT_RUN.keys()


@PAGE
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for code in codes(str(page.relative_to(ROOT))):
        words = code.split()
        if words[0] == "nrrbot" and words[1:] not in ([], ["COMMAND"]):
            command = next(one for name, one in list_commands() if f"{code} ".startswith(f"nrrbot {name} "))
            known = {flag for param in command.params for flag in (*param.opts, *param.secondary_opts)}
            assert {word for word in words if word.startswith("--")} <= known, code


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_every_command_is_told(page: str) -> None:
    documented = codes(page)
    for name, _ in list_commands():
        assert any(f"{code} ".startswith(f"nrrbot {name} ") for code in documented), name


def test_every_option_is_told() -> None:
    documented = " ".join(codes("docs/commands.md")).replace(":", " ").split()
    for _, command in list_commands():
        for option in command.params:
            if isinstance(option, click.Option):
                assert set(option.opts) <= set(documented), option.name


def test_every_slash_command_and_sub_command_is_in_the_readme() -> None:
    documented = codes("README.md")
    for name in COMMAND_METRICS:
        assert any(code.split()[0] == name for code in documented), name
    for command in SUB_COMMANDS:
        assert {f"/nrr {word}" for word in command.words} <= documented


def test_make_targets_that_are_named_exist_and_none_is_missing() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE)) - {"help"}
    for page in PAGES:
        documented = codes(str(page.relative_to(ROOT))) | {
            line for block in blocks(page, "sh") for line in block.splitlines()
        }
        assert {code.split()[1] for code in documented if code.startswith("make ")} <= targets, page.name
    assert {f"make {target}" for target in targets} <= codes("docs/development.md")
    phony = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets | {"help"}, "a folder of a target's name would keep it from being made"


def test_the_pipeline_runs_what_the_readme_says() -> None:
    lines = [line for line in text(".ci/run").splitlines() if line and not line.startswith(("#", "set "))]
    assert lines == ["make test", "make slow"]
    assert lines[0] in blocks(ROOT / "README.md", "sh")[0].splitlines()


def keys_of(value: object, prefix: str = "") -> Iterator[str]:
    """Yield the keys of JSON as `question.metric`; of lists, those of their entries."""
    for entry in value if isinstance(value, list) else [value]:
        for name, inner in entry.items() if isinstance(entry, Mapping) else ():
            inner_keys = list(keys_of(inner, f"{prefix}{name}."))
            yield from inner_keys or [prefix + name]


def test_every_key_of_an_answer_is_explained(facts: Facts) -> None:
    assert facts.answer["benchmark"]
    assert facts.answer["advice"]
    documented, told_of_triggers = codes("docs/commands.md"), codes("docs/reading.md")
    for path in keys_of({**facts.answer, "problems": {}}):
        short = path.removeprefix("window.").removeprefix("trailing_12_months.")
        evidence = told_of_triggers if path.startswith("advice.evidence.") else set()
        assert {path, short, short.rpartition(".")[2]} & (documented | evidence), path


# Settings, problems, levers, scopes.


def test_every_config_key_is_told_with_its_default() -> None:
    documented = {
        cells[0].strip("`"): cells[1].strip("`") for cells in rows("docs/configuration.md", "Key", "Default", "Means")
    }
    keys = {
        f"{table}.{name}": default
        for table, defaults in msgspec.to_builtins(Config()).items()
        for name, default in defaults.items()
    }
    assert documented.keys() == keys.keys()
    assert {name: msgspec.toml.decode(f"x = {value}")["x"] for name, value in documented.items()} == keys


@PAGE
def test_config_keys_that_are_named_exist(page: Path) -> None:
    tables = {table.name: table.default for table in msgspec.structs.fields(Config)}
    for code in codes(str(page.relative_to(ROOT))):
        table, dot, name = code.partition(".")
        if dot and table in tables and re.fullmatch(r"[a-z_]+", name) and not name.endswith(("py", "db", "toml")):
            assert hasattr(tables[table], name), code


def test_configs_in_the_pages_can_be_used() -> None:
    toml_blocks = [block for page in PAGES for block in blocks(page, "toml")]
    assert toml_blocks
    for block in toml_blocks:
        if "[[benchmarks" not in block:
            msgspec.toml.decode(block, type=Config)


def test_the_benchmarks_of_ones_own_in_the_pages_can_be_used() -> None:
    toml_blocks = [block for page in PAGES for block in blocks(page, "toml") if "[[benchmarks" in block]
    assert len(toml_blocks) == 1
    playbook = extend_playbook(load_playbook(), toml_blocks[0], "own.toml")
    assert playbook.find_benchmark("grr").source.en == "Our association of peers"
    assert playbook.opinions[-1].set == "peers"


@pytest.mark.parametrize("page", ["docs/configuration.md", "docs/slack.md"])
def test_every_secret_is_told_with_its_file(page: str) -> None:
    for name, field in SECRETS.items():
        assert {name, f"slack.{field}"} <= codes(page)


def test_every_problem_code_is_told_with_its_severity() -> None:
    documented = rows("docs/sheet.md", "Code", "Severity", "Expected there", "What to do")
    assert {cells[0].strip("`"): cells[1] for cells in documented} == {
        name: code.severity for name, code in CODES.items()
    }


LISTED_LAYOUTS = ("Subscriptions", "Movements", "Events", "Invoices", "FX", "Targets", "Aliases", "Words")


def test_every_layout_and_own_tab_is_told() -> None:
    page = text("docs/sheet.md")
    marks = {
        "MRR wide": "(wide)",
        "MRR long": "(long)",
        "Customers": "## Customers",
        **{name: f"**{name}**" for name in LISTED_LAYOUTS},
    }
    assert marks.keys() == {layout.name for layout in LAYOUTS}
    for mark in (*marks.values(), f"**{METRICS_TAB}**", f"**{PROBLEMS_TAB}**"):
        assert mark in page


def test_every_benchmark_and_lever_is_told() -> None:
    page, playbook = text("docs/reading.md"), load_playbook()
    for entry in playbook.benchmarks:
        assert entry.source.en in page
        assert entry.trust.en in page
        for size, (low, high) in entry.ranges.items():
            assert re.search(rf"^\| {size} \|.*\b{low}-{high} \|", page, re.MULTILINE), (entry.metric, size)
    for lever in playbook.levers:
        assert f"| `{lever.key}` | {lever.title.en} | {lever.component} |" in page
    triggers = {str(lever.trigger.__struct_config__.tag) for lever in playbook.levers if lever.trigger}
    assert {
        cells[0].strip("`")
        for cells in rows(
            "docs/reading.md", "Trigger", "Its accounts", "What is measured", "Adds to the evidence in JSON"
        )
    } == triggers


def test_every_scope_is_told() -> None:
    assert {cells[0].strip("`") for cells in rows("docs/slack.md", "Scope", "Why")} == set(SCOPES)
    assert {cells[0].strip("`") for cells in rows("docs/google.md", "Scope", "Why")} == set(GOOGLE_SCOPES)


def test_every_job_and_check_is_told() -> None:
    assert [cells[0] for cells in rows("docs/operations.md", "Job", "When", "What")] == [job.name for job in JOBS]
    sentence = re.search(r"prints a line for (.*?), with what to do", text("docs/operations.md"))
    assert sentence is not None
    assert re.split(r", | and ", sentence[1]) == [name for name, _ in CHECKS]


# Questions.


QUESTIONS = list(rows("docs/questions.md", "Question", "Filters", "Period", "Closes"))
METHOD_EXAMPLES = list(rows("docs/questions.md", "Question", "Metric", "Method"))
REFUSED = list(rows("docs/questions.md", "Question", "Is refused, because"))


def ask(asked: str, sample: tuple[Vocabulary, Month]) -> Question:
    command, _, words = asked.strip("`").partition(" ")
    return parse_question(words, sample[0], Calendar(), sample[1], COMMAND_METRICS[command])


@pytest.mark.parametrize(("asked", "filters", "period", "closes"), QUESTIONS, ids=[line[0] for line in QUESTIONS])
def test_questions_mean_what_the_page_says(
    asked: str, filters: str, period: str, closes: str, sample: tuple[Vocabulary, Month]
) -> None:
    question = ask(asked, sample)
    pairs = [pair.split("=") for pair in filters.split(", ")] if filters != "whole company" else []
    wanted = [Filter(dimension, value) for dimension, value in pairs]
    assert list(question.filters) == wanted
    assert question.period.label + ("" if question.period.complete else " to date") == period
    assert f"{question.period.window.start} to {question.period.window.end}" == closes


@pytest.mark.parametrize(("asked", "metric", "method"), METHOD_EXAMPLES, ids=[line[0] for line in METHOD_EXAMPLES])
def test_metrics_and_methods_mean_what_the_page_says(
    asked: str, metric: str, method: str, sample: tuple[Vocabulary, Month]
) -> None:
    question = ask(asked, sample)
    assert (question.metric, question.method) == (metric, method)


@pytest.mark.parametrize(("asked", "why"), REFUSED, ids=[line[0] for line in REFUSED])
def test_questions_are_refused_as_the_page_says(asked: str, why: str, sample: tuple[Vocabulary, Month]) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(asked, sample)
    assert why
    assert ("Enterprise" in str(caught.value.values.get("nearest_names"))) == ("nearest is Enterprise" in why)


@PAGE
def test_every_question_named_on_a_page_can_be_answered(page: Path, place: Path, facts: Facts) -> None:  # noqa: ARG001
    analyst = Setup(
        None, place / "demo" / "sample.xlsx", place / "demo" / "nrrbot.db", None, "en", now
    ).prepare_analyst()
    refused = {line[0].strip("`") for line in (*REFUSED, *UNANSWERED)}
    names = {word for command in SUB_COMMANDS for word in command.words}
    for code in codes(str(page.relative_to(ROOT))) - refused:
        first, _, words = code.partition(" ")
        digest_words = find_digest_words(words)
        if first in COMMAND_METRICS and digest_words is not None:
            assert read_digest_words(digest_words, Schedule("weekly", 0, 9, 0, "UTC")).verb
            continue
        # A sub-command that stands alone is a name: some of them ask for more.
        if first in (*COMMAND_METRICS, "@nrrbot") and words and "[" not in words and words not in names:
            assert analyst.reply(first if first in COMMAND_METRICS else "/nrr", words).message().text


SENTENCES = list(rows("docs/questions.md", "You ask", "Is read as"))
SENTENCES_WITH_REST = list(rows("docs/questions.md", "You ask", "Is read as", "Not used"))
UNANSWERED = list(rows("docs/questions.md", "You ask", "Has no answer, because", "Offers"))


def speak(asked: str, place: Path) -> tuple[int, Any]:
    """Return the exit code and the JSON of a question that a page names."""
    files = ("--workbook", place / "demo" / "sample.xlsx", "--db", place / "demo" / "nrrbot.db", "--today", TODAY)
    ran = nrrbot("ask", asked.strip("`").partition(" ")[2], "--json", *files)
    return ran.code, msgspec.json.decode(ran.out)


@pytest.mark.parametrize(
    ("asked", "line", "unused"),
    [*((*row, "") for row in SENTENCES), *SENTENCES_WITH_REST],
    ids=[row[0] for row in (*SENTENCES, *SENTENCES_WITH_REST)],
)
def test_sentences_are_read_as_the_page_says(asked: str, line: str, unused: str, place: Path, facts: Facts) -> None:
    assert facts.steps
    code, answer = speak(asked, place)
    assert (code, answer["read"]["as"]) == (0, line.strip("`"))
    assert ", ".join(answer["read"]["passed_over"]) == unused


@pytest.mark.parametrize(("asked", "why", "offers"), UNANSWERED, ids=[row[0] for row in UNANSWERED])
def test_sentences_without_an_answer_offer_what_the_page_says(
    asked: str, why: str, offers: str, place: Path, facts: Facts
) -> None:
    assert facts.steps
    assert why
    code, answer = speak(asked, place)
    assert code == 1
    assert answer["error"]["nearest"] == re.findall("`([^`]+)`", offers)


LISTS = list(rows("docs/questions.md", "Question", "Lists", "Cut"))


@pytest.mark.parametrize(("asked", "lists", "cut"), LISTS, ids=[line[0] for line in LISTS])
def test_lists_of_accounts_are_those_of_the_page(
    asked: str, lists: str, cut: str, place: Path, sample: tuple[Vocabulary, Month]
) -> None:
    words = asked.strip("`").partition(" ")[2]
    parts, rest = read_parts(words.partition(" ")[2], sample[0])
    assert (", ".join(parts), rest) == (lists, cut)
    files = ("--workbook", place / "demo" / "sample.xlsx", "--db", place / "demo" / "nrrbot.db")
    answer = msgspec.json.decode(nrrbot("ask", words, "--json", *files).out)
    assert [total["part"] for total in answer["totals"]] == lists.split(", ")


# Links and paths.


def headings_of(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)


@PAGE
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    for link in links:
        if not link.startswith("https://"):
            path, _, heading = link.partition("#")
            assert (page.parent / path).is_file(), link
            found = headings_of(page.parent / path) if heading else ()
            slugs = {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in found}
            assert not heading or heading in slugs, link
    for code in codes(str(page.relative_to(ROOT))):
        if re.fullmatch(r"(bot|core|sheets|tests|docs|\.ci)/[\w./]*", code) or re.fullmatch(r"[\w.-]+\.lock", code):
            assert (ROOT / code).exists(), code


def test_the_readme_links_every_page() -> None:
    readme = text("README.md")
    for page in PAGES[1:]:
        assert f"](docs/{page.name})" in readme, page.name


def test_the_map_of_the_rooms_names_every_package_and_ground_file() -> None:
    tree = text("docs/development.md").split("```text")[1].split("```")[0]
    words = set(re.findall(r"[\w/]+", tree))
    for room in ("bot", "core", "sheets"):
        assert f"{room}/" in words
        for path in (ROOT / room).iterdir():
            if path.is_dir() and (path / "__init__.py").exists():
                assert f"{path.name}/" in words, path
            elif path.suffix == ".py" and path.name != "__init__.py":
                assert path.stem in words, path


def test_the_changelog_names_every_command() -> None:
    changes = text("CHANGELOG.md")
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert f"## [{version}]" in changes
    for name in cli.commands:
        assert f"`{name}`" in changes
