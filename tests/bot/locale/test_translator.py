"""The two languages: that the French catalogue is whole, and how figures, dates and errors come out in each."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from click.testing import CliRunner

from bot.__main__ import now
from bot.cli.commands import cli
from bot.locale.translator import Translator, get_translator
from core import errors
from core.errors import NrrbotError, Sentence
from core.money import find_currency
from core.months import Calendar, Month, Period, PeriodKind, Window
from core.playbook.playbook import load_playbook
from core.query.question import Vocabulary, parse_question
from core.store.store import Store
from core.terms import Language
from sheets.excel.workbook import ExcelWorkbook
from sheets.google.address import parse_spreadsheet_id
from tests.support.french import find_bad_typography

ROOT = Path(__file__).parents[3]
ROOMS = ("bot", "core", "sheets")
# A template is a text, or two where one and many things are told apart.
Template = str | tuple[str, str]
# What takes a template first, and a second one beside it: those of ours that end in a sentence for a person.
SPEAKERS = {"translate", "Sentence", *(name for name in vars(errors) if name.endswith("Error"))}


def is_marked(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_"


def literal(node: ast.expr) -> str:
    """Return the text that `N_("...")` marks; parts that stand side by side are one text to Python already."""
    assert isinstance(node, ast.Call)
    assert len(node.args) == 1, ast.unparse(node)
    text = node.args[0]
    assert isinstance(text, ast.Constant), ast.unparse(node)
    assert isinstance(text.value, str), ast.unparse(node)
    return text.value


def calls(source: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def templates(source: str) -> set[Template]:
    """Return the templates of a module: what `N_` marks, in pairs where `plural` takes two of them."""
    marked: set[Template] = set()
    paired: set[ast.expr] = set()
    every = calls(source)
    for call in every:
        if called(call) == "plural":
            one, many = call.args[:2]
            marked.add((literal(one), literal(many)))
            paired |= {one, many}
    return marked | {literal(call) for call in every if is_marked(call) and call not in paired}


def unmarked(source: str) -> list[str]:
    """Return the texts that a module hands to people without `N_`, which no catalogue can know."""
    return [
        ast.unparse(call)
        for call in calls(source)
        if called(call) in SPEAKERS
        for text in call.args[:2]
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str))
    ]


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def catalogue() -> Catalog:
    return read_po(BytesIO((ROOT / "bot" / "locale" / "fr.po").read_bytes()), locale="fr", abort_invalid=True)


def messages() -> list[Message]:
    return [message for message in catalogue() if message.id]


def both_forms(text: str | Iterable[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_templates_are_found_however_they_are_written() -> None:
    source = """
        # N_("a comment")
        "N_('a text')"
        N_("plain")
        f(N_(
            "in two "
            "parts"
        ))
        translate.plural(
            N_("one {count}"),
            N_("many {count}"), count, name=N_("inside")
        )
        """
    assert templates("if True:" + source) == {"plain", "in two parts", ("one {count}", "many {count}"), "inside"}


@pytest.mark.parametrize(
    "source", ["N_(name)", "N_(f'{name}')", "N_('a' + name)", "translate.plural('one', 'many', 1)"]
)
def test_a_template_that_no_catalogue_can_know_is_refused(source: str) -> None:
    with pytest.raises(AssertionError, match="isinstance"):
        templates(source)


@pytest.mark.parametrize(
    "source", ["translate('a')", "Sentence('a')", "QuestionError(N_('a'), 'b')", "errors.StoreError(f'{a}')"]
)
def test_a_text_for_people_that_is_not_marked_is_found(source: str) -> None:
    assert unmarked(source) == [source]


def test_whatever_people_read_is_marked() -> None:
    assert {path: unmarked_texts for path in sources() if (unmarked_texts := unmarked(path.read_text("utf-8")))} == {}


def test_every_template_has_its_french_and_nothing_else_has() -> None:
    marked = {template for path in sources() for template in templates(path.read_text("utf-8"))}
    french = {message.id if isinstance(message.id, str) else tuple(message.id) for message in messages()}
    assert sorted(map(repr, marked - french)) == [], "without French"
    assert sorted(map(repr, french - marked)) == [], "no longer in the sources"


def test_nothing_in_the_catalogue_is_unsure_or_set_aside() -> None:
    assert catalogue().plural_expr == "(n > 1)"
    assert [message.id for message in messages() if message.fuzzy] == []
    assert list(catalogue().obsolete) == []


@pytest.mark.parametrize("message", messages(), ids=lambda message: both_forms(message.id)[0][:60])
def test_the_french_has_the_same_places_and_is_set_as_french(message: Message) -> None:
    asked = places(both_forms(message.id)[-1])
    assert len(both_forms(message.string)) == len(both_forms(message.id))
    for text in both_forms(message.id) + both_forms(message.string):
        assert text.strip() == text != ""
        assert places(text) == asked
    for text in both_forms(message.string):
        assert find_bad_typography(text) == [], text


@pytest.mark.parametrize(
    "text",
    ["l'onglet", "d'{name}", "c'«\u00a0est\u00a0»", "oui ?", "a\u00a0; b", "10 %", "10\u202f%", "a : b", "« a »", "“a"],
)
def test_what_is_not_set_as_french_is_found(text: str) -> None:
    assert find_bad_typography(text) != []


@pytest.mark.parametrize(
    "text", ["l’onglet d’{name}\u202f; `workbook.unit = 'x'`\u00a0: 10\u00a0%", "«\u00a0qu’il\u00a0»\u202f!", "12:30"]
)
def test_what_is_set_as_french_passes(text: str) -> None:
    assert find_bad_typography(text) == []


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 accounts", "0 compte"),
        (1, "1 account", "1 compte"),
        (2, "2 accounts", "2 comptes"),
        (1204, "1,204 accounts", "1\u202f204 comptes"),
    ],
)
def test_counts(count: int, english: str, french: str) -> None:
    phrases = [
        get_translator(language).plural("{count} account", "{count} accounts", count) for language in ("en", "fr")
    ]
    assert phrases == [english, french]


@pytest.mark.parametrize(
    ("write", "english", "french"),
    [
        (lambda w: w.format_percent(Decimal("103.6")), "103.6%", "103,6\u00a0%"),
        (lambda w: w.format_percent(Decimal("100.0")), "100.0%", "100,0\u00a0%"),
        (lambda w: w.format_percent(Decimal("-2.5")), "-2.5%", "-2,5\u00a0%"),
        (lambda w: w.format_percent(Decimal("1234.5")), "1,234.5%", "1\u202f234,5\u00a0%"),
        (lambda w: w.format_short_percent(Decimal("110.0")), "110%", "110\u00a0%"),
        (lambda w: w.format_short_percent(Decimal("97.5")), "97.5%", "97,5\u00a0%"),
        (lambda w: w.format_signed_points(Decimal("0.4")), "+0.4", "+0,4"),
        (lambda w: w.format_signed_points(Decimal("-12.0")), "−12.0", "−12,0"),
        (lambda w: w.format_points(Decimal("-2.9")), "2.9 points", "2,9 points"),
        (lambda w: w.format_points(Decimal("2.0")), "2.0 points", "2,0 points"),
        (lambda w: w.format_points(Decimal("1.9")), "1.9 points", "1,9 point"),
        (lambda w: w.format_points(Decimal("0.0")), "0.0 points", "0,0 point"),
        (lambda w: w.format_money(41_230_049, find_currency("EUR")), "€412,300", "412\u202f300\u00a0€"),
        (lambda w: w.format_money(41_230_050, find_currency("EUR")), "€412,301", "412\u202f301\u00a0€"),
        (
            lambda w: w.format_money(41_230_005, find_currency("EUR"), cents=True),
            "€412,300.05",
            "412\u202f300,05\u00a0€",
        ),
        (lambda w: w.format_money(-50, find_currency("EUR"), cents=True), "−€0.50", "−0,50\u00a0€"),
        (lambda w: w.format_money(400_000, find_currency("EUR"), signed=True), "+€4,000", "+4\u202f000\u00a0€"),
        (lambda w: w.format_money(-1_190_000, find_currency("EUR"), signed=True), "−€11,900", "−11\u202f900\u00a0€"),
        (lambda w: w.format_money(0, find_currency("EUR"), signed=True), "€0", "0\u00a0€"),
        (lambda w: w.format_money(1_500, find_currency("JPY"), cents=True), "¥1,500", "1\u202f500\u00a0JPY"),
        (lambda w: w.format_money(1_500, find_currency("KWD"), cents=True), "KWD\u00a01.500", "1,500\u00a0KWD"),
        (lambda w: w.format_money(-120_000, find_currency("CHF")), "−CHF\u00a01,200", "−1\u202f200\u00a0CHF"),
        (lambda w: w.format_short_money(999_949, find_currency("EUR")), "€9,999", "9\u202f999\u00a0€"),
        (lambda w: w.format_short_money(999_950, find_currency("EUR")), "€10.0k", "10,0\u00a0k€"),
        (lambda w: w.format_short_money(4_075_000, find_currency("EUR")), "€40.8k", "40,8\u00a0k€"),
        (lambda w: w.format_short_money(-4_074_999, find_currency("EUR")), "−€40.7k", "−40,7\u00a0k€"),
        (lambda w: w.format_short_money(99_994_999, find_currency("EUR")), "€999.9k", "999,9\u00a0k€"),
        (lambda w: w.format_short_money(99_995_000, find_currency("EUR")), "€1.0M", "1,0\u00a0M€"),
        (lambda w: w.format_short_money(12_300, find_currency("JPY")), "¥12.3k", "12,3\u00a0kJPY"),
        (lambda w: w.format_short_money(1_250_000_000, find_currency("KWD")), "KWD\u00a01.3M", "1,3\u00a0MKWD"),
        (lambda w: w.format_decimal(Decimal("8.4")), "8.4", "8,4"),
        (lambda w: w.format_month(Month.of(2026, 9)), "September 2026", "septembre 2026"),
        (lambda w: w.format_short_month(Month.of(2026, 9)), "Sep 2026", "sept. 2026"),
        (lambda w: w.format_date(dt.date(2025, 10, 6)), "6 October 2025", "6 octobre 2025"),
        (lambda w: w.format_date(dt.date(2026, 6, 1)), "1 June 2026", "1er juin 2026"),
        (lambda w: w.format_list(["A", "B"]), "A and B", "A et B"),
        (lambda w: w.format_list(["A", "B", "C"]), "A, B, and C", "A, B et C"),
        (lambda w: w.format_list([]), "", ""),
    ],
)
def test_figures_and_dates(write: Callable[[Translator], str], english: str, french: str) -> None:
    assert [write(get_translator("en")), write(get_translator("fr"))] == [english, french]


@pytest.mark.parametrize(
    ("moment", "english", "french"),
    [
        (dt.datetime(2026, 10, 5, 7, 4, 59, tzinfo=dt.UTC), "5 Oct 2026, 07:04 UTC", "5 oct. 2026 à 07:04 UTC"),
        (
            dt.datetime(2026, 7, 1, 19, tzinfo=ZoneInfo("Europe/Paris")),
            "1 Jul 2026, 19:00 CEST",
            "1er juil. 2026 à 19:00 CEST",
        ),
    ],
)
def test_a_moment_names_its_time_zone(moment: dt.datetime, english: str, french: str) -> None:
    assert [get_translator("en").format_moment(moment), get_translator("fr").format_moment(moment)] == [english, french]


def period(kind: PeriodKind, window: str, *, complete: bool = True, year: int = 0, number: int = 0) -> Period:
    start, _, end = window.partition("..")
    return Period(kind, Window(Month.parse(start), Month.parse(end)), complete, year, number)


@pytest.mark.parametrize(
    ("period", "english", "french"),
    [
        (period("month", "2025-08..2025-09"), "September 2025", "septembre 2025"),
        (period("quarter", "2025-06..2025-09", year=2025, number=3), "Q3 2025", "T3 2025"),
        (period("half", "2024-12..2025-06", year=2025, number=1), "H1 2025", "S1 2025"),
        (period("year", "2024-12..2025-12", year=2025), "2025", "2025"),
        (period("fiscal_year", "2024-06..2025-06", year=2025), "fiscal year 2025", "exercice 2025"),
        (period("ttm", "2024-08..2025-08"), "twelve months to August 2025", "douze mois à fin août 2025"),
        (period("ytd", "2024-12..2025-04", year=2025), "year to April 2025", "cumul annuel à fin avril 2025"),
        (period("range", "2024-12..2025-06"), "January 2025 to June 2025", "janvier 2025 à juin 2025"),
        (
            period("quarter", "2025-06..2025-08", year=2025, number=3, complete=False),
            "Q3 2025 to date (to August 2025)",
            "T3 2025 à ce jour (à fin août 2025)",
        ),
    ],
)
def test_periods(period: Period, english: str, french: str) -> None:
    assert [get_translator("en").format_period(period), get_translator("fr").format_period(period)] == [english, french]


def test_months_periods_moments_and_sentences_in_a_template_are_in_its_language() -> None:
    inner = Sentence("nobody paid at the end of {month}", {"month": Month.of(2022, 12)})
    moment = dt.datetime(2026, 10, 5, 7, tzinfo=dt.UTC)
    assert (
        get_translator("fr")("Because {reason}.", reason=inner)
        == "Raison\u00a0: personne ne payait à fin décembre 2022."
    )
    assert get_translator("fr")("{a}, {b}", a=period("quarter", "2025-06..2025-09", year=2025, number=3), b=moment) == (
        "T3 2025, 5 oct. 2026 à 07:00 UTC"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("text", ["A column {of} ours", "100 {", "Région", ""])
def test_a_text_of_the_sheet_passes_through_unchanged(text: str, language: Language) -> None:
    assert get_translator(language)(text) == text


def test_a_template_without_french_is_said_in_english() -> None:
    assert get_translator("fr")("Not yet said in French: {name}", name="x") == "Not yet said in French: x"


def ask(text: str) -> None:
    parse_question(text, Vocabulary({"size": ("SMB", "Enterprise")}, {"size": "Taille"}), Calendar(), Month.of(2025, 9))


@pytest.mark.parametrize(
    ("fail", "french"),
    [
        (
            lambda _: find_currency("zzz"),
            "La devise «\u00a0ZZZ\u00a0» n’existe pas. Utilisez un code ISO tel que EUR ou USD.",
        ),
        (
            lambda _: ask("entreprize Q3"),
            (
                "J’ai lu la période «\u00a0T3 2025\u00a0», mais je ne connais pas de segment «\u00a0entreprize\u00a0». "
                "Au plus proche\u00a0: Enterprise. Segments\u00a0: SMB, Enterprise. "
                "Exemple\u00a0: /nrr enterprise Q3 2025"
            ),
        ),
        (
            lambda _: ask("Q1 2026"),
            (
                "Les données s’arrêtent à fin septembre 2025, et T1 2026 commence après. "
                "Demandez une période antérieure ; le dernier trimestre complet est T3 2025."
            ),
        ),
        (
            lambda folder: Store(folder / "new.db").load_latest_snapshot(),
            "Rien n’a encore été lu. Lancez «\u00a0nrrbot sync\u00a0».",
        ),
        (
            lambda folder: ExcelWorkbook(folder / "gone.xlsx").tabs(),
            "Le fichier {folder}/gone.xlsx n’existe pas. Vérifiez le nom et le dossier.",
        ),
        (
            lambda _: parse_spreadsheet_id("the sheet"),
            (
                "«\u00a0the sheet\u00a0» n’est pas l’adresse d’une feuille Google Sheets. Ouvrez la feuille dans le "
                "navigateur et copiez son adresse\u00a0: https://docs.google.com/spreadsheets/d/..."
            ),
        ),
    ],
)
def test_errors_of_every_room_come_out_in_french(fail: Callable[[Path], object], french: str, tmp_path: Path) -> None:
    with pytest.raises(NrrbotError) as caught:
        fail(tmp_path)
    assert get_translator("fr").format_error(caught.value) == french.replace("{folder}", str(tmp_path))
    assert get_translator("en").format_error(caught.value) == str(caught.value).replace("2025-09", "September 2025")


def test_an_error_without_a_mend_is_one_sentence() -> None:
    assert get_translator("fr").format_error(NrrbotError("The message was empty.")) == "Le message était vide."


def test_every_lever_of_the_playbook_speaks_both_languages() -> None:
    for lever in load_playbook().levers:
        assert lever.title.fr not in {"", lever.title.en}
        assert len(lever.actions.fr) == len(lever.actions.en) > 0


@pytest.mark.parametrize(
    ("command", "french"),
    [
        (["sync", "--config", "gone.toml"], "Impossible de lire le fichier de configuration gone.toml\u00a0: "),
        (["demo", "file"], "Impossible d’écrire dans le dossier file\u00a0: "),
        (["template", "gone/x.xlsx"], "Impossible d’écrire gone/x.xlsx\u00a0: "),
    ],
)
def test_errors_before_any_config_is_read_are_in_the_language_asked_for(
    command: list[str], french: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    ran = CliRunner().invoke(cli, [*command, "--lang", "fr"], obj=now)
    assert ran.exit_code in {1, 2}
    assert ran.stderr.startswith(f"nrrbot: {french}")
