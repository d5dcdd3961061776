"""The parts of README.md and docs/ that are made from the code and the sample, between two comments in each page:

    <!-- made: problem codes -->
    ...
    <!-- end -->

`python -m tests.support.doc_parts` makes them anew; `test_docs.py` fails where one is out of date.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from bot.__main__ import now
from bot.cli.commands import cli
from bot.cli.first_steps.demo import TODAY, run_demo
from bot.service.commands import SUB_COMMANDS
from bot.web.addin.contract import ERRORS
from core.config import Config
from core.money import to_units
from core.playbook.levers import Lever
from core.playbook.playbook import load_playbook
from core.playbook.schema import CompanyClass, Published, Ranges
from core.reconcile.definitions import DEFINITIONS
from core.terms import SIZES
from sheets.headers.headings import HEADINGS
from sheets.layouts.exports import EXPORTS
from sheets.problems import CODES

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMON = ("config", "workbook", "db", "today", "lang")
DEMO = f"--workbook demo/sample.xlsx --db demo/nrrbot.db --today {TODAY}"
SUBSCRIPTIONS = (
    *("account_id", "start", "end", "canceled_at", "status", "amount", "mrr", "arr", "acv", "tcv", "term"),
    *("interval", "interval_count", "quantity", "discount", "currency", "product", "trial", "one_off"),
)
EVENTS = ("account_id", "date", "month", "before", "after", "product", "currency")
INVOICES = (
    *("account_id", "invoice", "date", "amount", "period_start", "period_end", "service_period", "interval", "type"),
    *("credit_note", "one_off", "status", "currency"),
)
LONG = ("account_id", "month", "mrr", "product", "currency")
MOVEMENTS = ("account_id", "date", "amount", "change", "type", "currency")
SIDE = ("month", "currency", "rate", "segment", "metric", "target", "account_id", "same_as", "from", "word", "means")
CUSTOMERS = (
    *("account_id", "name", "segment", "industry", "region", "plan", "owner", "currency", "pricing_model", "since"),
    *(
        "renewal_date",
        "feature_adoption",
        "quota_use",
        "seats",
        "seats_used",
        "nps",
        "complaints",
        "health",
        "consumer",
        "valid_from",
    ),
)

_PART = re.compile(r"(<!-- made: (?P<name>[^>]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """What `nrrbot demo` says, step by step, and the answer to its question as JSON."""

    steps: Sequence[str]
    answer: Mapping[str, Any]


def demonstrate(folder: Path) -> Facts:
    """Run the demo in `folder`/demo, as `make demo` does in the repository."""
    steps: list[str] = []
    with chdir(folder):
        run_demo(Path("demo"), "en", steps.append)
        result = CliRunner().invoke(cli, ["ask", "enterprise Q3", "--json", *DEMO.split()], obj=now)
    return Facts(steps, json.loads(result.stdout))


def made(page: str, facts: Facts) -> str:
    """Return a page with its made parts as they are now."""

    def fresh(match: re.Match[str]) -> str:
        return f"{match[1]}\n{PARTS[match['name']](facts)}\n\n{match[4]}"

    return _PART.sub(fresh, page)


def names(page: str) -> list[str]:
    """Return the names of the made parts of a page."""
    return [match["name"] for match in _PART.finditer(page)]


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def _answer(facts: Facts) -> str:
    return _fenced(facts.steps[1].partition("\n\n")[2].strip())


def _digest(facts: Facts) -> str:
    return _fenced(facts.steps[3].partition("\n\n")[2].strip())


def _worked(facts: Facts) -> str:
    window, decimals = facts.answer["window"], facts.answer["minor_units"]
    counts = window["accounts"]

    def money(*names: str) -> str:
        first, *others = (f"{to_units(window[name], decimals):,}" for name in names)
        return " - ".join([first, *others])

    rows = [
        (f"at the close of {window['start']}", "starting_mrr", counts["base"]),
        ("+ expansion", "expansion", counts["expanded"]),
        ("- contraction", "contraction", counts["contracted"]),
        ("- churn", "churn", counts["churned"]),
        (f"at the close of {window['end']}", "ending_mrr", counts["retained"]),
    ]
    bridge = [f"{'':<28}{'MRR':>14}{'accounts':>10}"]
    bridge += [f"{label:<28}{money(name):>14}{count:>10}" for label, name, count in rows]
    start = money("starting_mrr")
    return _fenced(
        "\n".join(
            [
                *bridge,
                "",
                f"NRR = {money('ending_mrr')} / {start} = {window['nrr']}%",
                f"GRR = ({money('starting_mrr', 'contraction', 'churn')}) / {start} = {window['grr']}%",
                f"logo retention = {counts['retained']} / {counts['base']} = {window['logo_retention']}%",
            ]
        )
    )


def _codes(_: Facts) -> str:
    rows = [(f"`{name}`", code.severity, code.expected, code.fix) for name, code in CODES.items()]
    return _table(("Code", "Severity", "Expected there", "What to do"), rows)


def _list_exports(_: Facts) -> str:
    rows = [
        (export.tool, export.name, export.layout, ", ".join(name.replace("|", " or ") for name in export.required))
        for export in EXPORTS
    ]
    return _table(("Tool", "Export", "Read as", "Recognised by"), rows)


def _headings(keys: Sequence[str]) -> Callable[[Facts], str]:
    def table(_: Facts) -> str:
        heading_names = [HEADINGS[key] for key in keys]
        return _table(
            ("English", "French"), [(", ".join(names.english), ", ".join(names.french)) for names in heading_names]
        )

    return table


def list_commands(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield (`addin key add`, command) for every command, those of groups too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from list_commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _commands(_: Facts) -> str:
    rows = [(f"`nrrbot {name}`", command.help) for name, command in list_commands()]
    return _table(("Command", "Does"), rows)


def _options(_: Facts) -> str:
    rows = []
    context = click.Context(cli)
    for name, command in list_commands():
        arguments = [param.make_metavar(context) for param in command.params if isinstance(param, click.Argument)]
        common = {param.name for param in command.params} >= set(COMMON)
        options = [param for param in command.params if isinstance(param, click.Option)]
        option_lines = [
            f"`{_flags(option)}`: {option.help}" for option in options if not (common and option.name in COMMON)
        ]
        line = " ".join(["nrrbot", name, *arguments])
        rows.append((f"`{line}`", command.help, " ".join(option_lines), "yes" if common else "no"))
    return _table(("Command", "Does", "Its own options", "Common options"), rows)


def _flags(option: click.Option) -> str:
    flags = " / ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return flags
    if isinstance(option.type, click.Choice):
        return f"{flags} {'|'.join(map(str, option.type.choices))}"
    return f"{flags} {'DATE' if isinstance(option.type, click.DateTime) else option.type.name.upper()}"


def _common(_: Facts) -> str:
    params = [param for param in cli.commands["sync"].params if isinstance(param, click.Option)]
    return _table(("Option", "Means"), [(f"`{_flags(param)}`", param.help) for param in params if param.name in COMMON])


def _addin_codes(_: Facts) -> str:
    rows = [(f"`{code}`", str(status), meaning) for code, (status, meaning) in ERRORS.items()]
    return _table(("Code", "HTTP status", "Meaning"), rows)


def _subcommands(_: Facts) -> str:
    days = Config().signals.renewal_days
    rows = [
        (", ".join(f"`/nrr {word}`" for word in command.words), str(command.help_sentence(days)))
        for command in SUB_COMMANDS
    ]
    return _table(("Sub-command", "Gives"), rows)


def _keys(_: Facts) -> str:
    """Return every key of the example config: `key = default   # meaning` under its `[table]`."""
    rows, table = [], ""
    for line in (ROOT / "config.example.toml").read_text("utf-8").splitlines():
        if line.startswith("["):
            table = line.strip("[]") + "."
        elif match := re.fullmatch(r"(\w+) = (.+?)\s+# (.+)", line):
            rows.append((f"`{table}{match[1]}`", f"`{match[2]}`", match[3]))
    return _table(("Key", "Default", "Means"), rows)


def _ranges(_: Facts) -> str:
    def shown(entry: Ranges, size: str) -> str:
        low, high = next(edges for name, edges in entry.ranges.items() if name == size)
        return f"{low}-{high}"

    entries = load_playbook().benchmarks
    rows = [(size, *(shown(entry, size) for entry in entries)) for size in SIZES]
    best = [entry.best_in_class for entry in entries]
    rows.append(("Best in class", *(f"from {value}" if value else "-" for value in best)))
    trust = [
        f"{entry.metric.upper()}, {entry.year}: {entry.source.en}; sample: {entry.sample.en}. {entry.trust.en}"
        for entry in entries
    ]
    headings = ("Yearly, per cent", *(entry.metric.upper() for entry in entries))
    return "\n".join([_table(headings, rows), "", *(f"- {line}" for line in trust)])


def _opinions(_: Facts) -> str:
    rows = [
        (
            f"`{entry.set}`",
            entry.metric.upper(),
            "<br>".join(_class(company_class, entry.by) for company_class in entry.classes),
            f"{_dated(entry)}; sample: {entry.sample.en}. {entry.trust.en}",
        )
        for entry in load_playbook().opinions
    ]
    return _table(("Set", "Ratio", "Says, per cent a year", "Source, and how far to trust it"), rows)


def _dated(entry: Published) -> str:
    name = entry.source.en
    return name if str(entry.year) in name else f"{name}, {entry.year}"


def _class(company_class: CompanyClass, by: str) -> str:
    amounts = [
        f"from {company_class.at_least:,}" if company_class.at_least else "",
        f"below {company_class.below:,}" if company_class.below else "",
    ]
    whom = company_class.product or " ".join(part for part in amounts if part)
    value = getattr(company_class, company_class.statement) if company_class.statement != "range" else None
    shown = (
        f"{company_class.low} to {company_class.high}"
        if company_class.high is not None
        else f"{company_class.low} or more"
        if value is None
        else ", ".join(map(str, value))
        if isinstance(value, tuple)
        else value
    )
    kind = "" if company_class.statement == "range" else f"{company_class.statement.replace('_', ' ')} "
    return f"{whom and f'{by.upper()} {whom}: ' if by != 'product' else f'{whom}: '}{kind}{shown}"


def _bands(_: Facts) -> str:
    bands = load_playbook().bands
    rows = [
        ("excellent", f"above {bands.excellent_above}"),
        ("healthy", f"{bands.healthy_from} to {bands.excellent_above}"),
        ("shrinking", f"{bands.shrinking_from} to below {bands.healthy_from}"),
        ("degrading", f"below {bands.shrinking_from}"),
    ]
    return "\n".join(
        [_table(("Band", "Yearly NRR, per cent"), rows), "", f"Source: {bands.source.en}. {bands.trust.en}"]
    )


def _diagnosis(_: Facts) -> str:
    limits, targets = load_playbook().diagnosis, load_playbook().default_targets
    rows = [
        ("healthy", f"from {limits.nrr_from}", f"from {limits.grr_good_from}", "keeps and grows"),
        ("leaking", f"from {limits.nrr_from}", f"below {limits.grr_bad_below}", "expansion covers a leak"),
        ("loyal", f"below {limits.nrr_from}", f"from {limits.grr_good_from}", "customers stay and do not grow"),
        ("losing", f"below {limits.nrr_from}", f"below {limits.grr_bad_below}", "stop the losses first"),
        (
            "between",
            "any",
            f"{limits.grr_bad_below} to below {limits.grr_good_from}",
            "the larger of the two gaps to target is named",
        ),
    ]
    notes = [
        f"Source: {limits.source.en}. {limits.trust.en}",
        f"Default targets: NRR {targets.nrr}, GRR {targets.grr}. {targets.trust.en}",
    ]
    return "\n".join([_table(("Diagnosis", "NRR", "GRR", "Reads"), rows), *(f"\n{note}" for note in notes)])


def _withhold(_: Facts) -> str:
    rule = load_playbook().withhold
    return (
        f"- the base has fewer than {rule.accounts_below} accounts (`small_base`),\n"
        f"- {rule.left_out_from}% or more of the accounts, or of their MRR, is left out for errors in the sheet, a"
        " missing exchange rate or rows without an account (`much_left_out`),"
    )


def _levers(_: Facts) -> str:
    def trigger(lever: Lever) -> str:
        if lever.trigger is None:
            return "none"
        tag = lever.trigger.__struct_config__.tag
        fields = lever.trigger.__struct_fields__
        values = {name: getattr(lever.trigger, name) for name in fields}
        shown = (
            f"{name} {', '.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in values.items()
        )
        return f"`{tag}`: {'; '.join(shown)}" if fields else f"`{tag}`"

    rows = [
        (
            f"`{lever.key}`",
            lever.title.en,
            lever.component,
            ", ".join(lever.pricing) or "all",
            trigger(lever),
            f"{lever.source.en}, {lever.year}",
        )
        for lever in load_playbook().levers
    ]
    return _table(("Lever", "Suggests", "Moves", "Pricing models", "Trigger", "Source"), rows)


def _list_definitions(_: Facts) -> str:
    rows = [
        (
            f"`{definition.key}`",
            f"{definition.name}: {definition.counts}",
            definition.formula,
            " and ".join(metric.upper() for metric in definition.metrics),
            f"{definition.publisher}, {definition.page}" if definition.publisher else "no publisher known",
        )
        for definition in DEFINITIONS
    ]
    return _table(("Definition", "Counts", "Formula", "Ratios", "Published by"), rows)


PARTS: Mapping[str, Callable[[Facts], str]] = {
    "an answer": _answer,
    "a digest": _digest,
    "a worked example": _worked,
    "problem codes": _codes,
    "headings of Customers": _headings(CUSTOMERS),
    "headings of Subscriptions": _headings(SUBSCRIPTIONS),
    "headings of MRR long": _headings(LONG),
    "headings of Movements": _headings(MOVEMENTS),
    "headings of Events": _headings(EVENTS),
    "headings of Invoices": _headings(INVOICES),
    "exports": _list_exports,
    "headings of FX, Targets, Aliases, Words": _headings(SIDE),
    "commands": _commands,
    "commands with options": _options,
    "common options": _common,
    "sub-commands": _subcommands,
    "config keys": _keys,
    "benchmarks": _ranges,
    "second opinions": _opinions,
    "bands": _bands,
    "diagnosis": _diagnosis,
    "when no verdict is given": _withhold,
    "levers": _levers,
    "definitions of retention": _list_definitions,
    "codes of the add-in": _addin_codes,
}


def main() -> None:
    """Make every part of every page anew."""
    with tempfile.TemporaryDirectory() as folder:
        facts = demonstrate(Path(folder))
    for path in PAGES:
        old = path.read_text("utf-8")
        new = made(old, facts)
        if new != old:
            path.write_text(new, "utf-8")
            click.echo(f"Made {path.relative_to(ROOT)} anew.")


if __name__ == "__main__":
    main()
