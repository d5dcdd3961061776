"""A fresh workbook to fill in: the tabs that the reader reads, with notes, checks and one example row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from core.config import Config
from core.errors import N_, ConfigError, Sentence
from core.months import Month
from sheets.tabs.headings import HEAD_ROWS, HEADINGS, read_configured_headings
from sheets.workbook.input_tabs import Heading, Sheet
from sheets.workbook.port import Written
from sheets.workbook.tables import ColumnFormat, Value

Layout = Literal["wide", "long", "subscriptions", "movements"]
Language = Literal["en", "fr"]

# What the tabs hold, in their order; as the layouts name it.
KINDS = ("customers", "revenue", "fx", "targets", "aliases")

# As many closes as the trailing twelve months need.
MONTHS = 13


@dataclass(frozen=True, slots=True)
class Both:
    """A text in both languages."""

    en: str
    fr: str

    def say(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a tab of the template.

    Attributes:
        key: a key of sheets.headings.HEADINGS, which has the heading's names.
        format: how its cells show, and what may be typed there.
        example: what the example row says.
        note: what goes there.
        choices: the values to choose from, separated by commas; empty where anything goes.
        width: in characters.
        checked: False where an amount may be below 0.

    """

    key: str
    format: ColumnFormat
    example: Value | Both
    note: Both
    choices: Both = Both("", "")
    width: int = 14
    checked: bool = True


TITLES: Mapping[str, Both] = {
    "customers": Both("Customers", "Clients"),
    "wide": Both("MRR", "MRR"),
    "long": Both("MRR", "MRR"),
    "subscriptions": Both("Subscriptions", "Abonnements"),
    "movements": Both("Movements", "Mouvements"),
    "fx": Both("FX", "Taux de change"),
    "targets": Both("Targets", "Objectifs"),
    "aliases": Both("Aliases", "Alias"),
}

REFUSALS: Mapping[ColumnFormat, Both] = {
    "text": Both("Choose from the list, or keep a name of your own.", "Choisissez dans la liste, ou gardez votre nom."),
    "money": Both("Write an amount of 0 or more.", "Saisissez un montant positif ou nul."),
    "integer": Both("Write a whole number of 0 or more.", "Saisissez un nombre entier positif ou nul."),
    "percent": Both("Write a share such as 62%.", "Saisissez une part comme 62 %."),
    "date": Both("Write a date.", "Saisissez une date."),
    "rate": Both("Write a number above 0, such as 0.92.", "Saisissez un nombre positif, comme 0,92."),
}

EXAMPLE_ID = "EXAMPLE-1"
_ACCOUNT = Column(
    "account_id",
    "text",
    EXAMPLE_ID,
    Both(
        "Your own id of the customer, the same in every tab. Write over the example row, or delete it.",
        "Votre identifiant du client, le même dans tous les onglets. Remplacez la ligne d'exemple ou supprimez-la.",
    ),
)

_CURRENCY = Column("currency", "text", "EUR", Both("Its ISO code: EUR, USD, GBP.", "Son code ISO : EUR, USD, GBP."))

CUSTOMERS: Sequence[Column] = (
    _ACCOUNT,
    Column(
        "name",
        "text",
        Both("Example Ltd (write over this row)", "Exemple SARL (remplacez cette ligne)"),
        Both("What answers call the customer. One row per customer.", "Le nom montré. Une ligne par client."),
        width=36,
    ),
    Column(
        "segment",
        "text",
        "Mid-Market",
        Both(
            "The size by which retention is shown. Names of your own are fine: use them throughout.",
            "La taille par laquelle la rétention est montrée. Vos propres noms conviennent, partout les mêmes.",
        ),
        Both("Consumer,SMB,Mid-Market,Enterprise", "Consumer,SMB,Mid-Market,Enterprise"),
    ),
    Column(
        "industry",
        "text",
        Both("Logistics", "Logistique"),
        Both(
            "Any column like this one becomes a segment: add yours, leave out what you do not keep.",
            "Toute colonne comme celle-ci devient un segment : ajoutez les vôtres, retirez celles qui ne servent pas.",
        ),
    ),
    Column("region", "text", "France", Both("A segment too.", "Un segment aussi.")),
    Column("plan", "text", "Business", Both("The plan that the customer is on.", "L'offre souscrite.")),
    Column("owner", "text", "Clara", Both("Who looks after the customer.", "La personne qui suit le client.")),
    Column(
        "pricing_model",
        "text",
        Both("per seat", "par siège"),
        Both("How the price comes about.", "Comment le prix se forme."),
        Both("per seat,usage,tiered,flat", "par siège,usage,paliers,forfait"),
    ),
    Column("since", "date", dt.date(2024, 3, 1), Both("The first day as a customer.", "Le premier jour comme client.")),
    Column(
        "renewal_date",
        "date",
        dt.date(2027, 3, 1),
        Both("The day on which the contract renews.", "Le jour du renouvellement du contrat."),
    ),
    Column(
        "feature_adoption",
        "percent",
        Decimal("0.62"),
        Both("The share of the features that the customer uses.", "La part des fonctionnalités utilisées."),
    ),
    Column(
        "quota_use",
        "percent",
        Decimal("0.81"),
        Both("The share of the quota that is used up.", "La part consommée du quota."),
    ),
    Column("seats", "integer", 40, Both("Seats paid for.", "Sièges payés.")),
    Column("seats_used", "integer", 37, Both("Seats in use.", "Sièges utilisés.")),
    Column(
        "nps",
        "integer",
        8,
        Both("The customer's last answer, 0 to 10.", "La dernière réponse du client, de 0 à 10."),
    ),
    Column(
        "health",
        "text",
        Both("green", "vert"),
        Both("Your own judgement.", "Votre propre jugement."),
        Both("green,amber,red", "vert,orange,rouge"),
    ),
)

SUBSCRIPTIONS: Sequence[Column] = (
    _ACCOUNT,
    Column("product", "text", "Base", Both("One row per subscription.", "Une ligne par abonnement.")),
    Column("start", "date", dt.date(2024, 3, 1), Both("The first day covered.", "Le premier jour couvert.")),
    Column(
        "end",
        "date",
        None,
        Both(
            "The last day covered; blank while it runs. Never delete a row that has ended: it is the history.",
            "Le dernier jour couvert ; vide tant que l'abonnement court. Ne supprimez jamais une ligne échue : "
            "c'est l'historique.",
        ),
    ),
    Column(
        "amount",
        "money",
        Decimal("12000.00"),
        Both(
            "The price for one interval, without tax and one-off fees.",
            "Le prix d'un intervalle, hors taxes et frais ponctuels.",
        ),
    ),
    Column(
        "interval",
        "text",
        Both("year", "an"),
        Both("What the amount pays for; blank is a month.", "Ce que le montant paie ; vide vaut un mois."),
        Both("month,quarter,half-year,year", "mois,trimestre,semestre,an"),
    ),
    Column("quantity", "integer", 1, Both("How many; blank is 1.", "Combien ; vide vaut 1.")),
    Column(
        "discount",
        "percent",
        Decimal("0.10"),
        Both("The share that is taken off; blank is none.", "La part déduite ; vide vaut aucune."),
    ),
    _CURRENCY,
)

LONG: Sequence[Column] = (
    _ACCOUNT,
    Column(
        "month",
        "date",
        dt.date(2026, 1, 1),
        Both("The month, any day of it: one row per month.", "Le mois, n'importe quel jour : une ligne par mois."),
    ),
    Column(
        "mrr",
        "money",
        Decimal("1000.00"),
        Both(
            "MRR at the end of the month, without tax and one-off fees; 0 when the customer has left.",
            "MRR à la fin du mois, hors taxes et frais ponctuels ; 0 quand le client est parti.",
        ),
    ),
    Column(
        "product", "text", "Base", Both("Products of a month are added up.", "Les produits d'un mois s'additionnent.")
    ),
    _CURRENCY,
)

MOVEMENTS: Sequence[Column] = (
    _ACCOUNT,
    Column("date", "date", dt.date(2024, 3, 1), Both("The day of the change.", "Le jour de la variation.")),
    Column(
        "amount",
        "money",
        Decimal("1000.00"),
        Both(
            "The change of MRR: above 0 for a gain, below 0 for a loss.",
            "La variation du MRR : positive pour un gain, négative pour une perte.",
        ),
        checked=False,
    ),
    Column(
        "type",
        "text",
        Both("New", "Nouveau"),
        Both("What it was; it must agree with the sign.", "Ce que c'était ; le signe doit correspondre."),
        Both("New,Expansion,Contraction,Churn,Reactivation", "Nouveau,Expansion,Contraction,Résiliation,Réactivation"),
    ),
    _CURRENCY,
)

# These need no row: nothing is converted, aimed at or merged that nobody asked for.
FX: Sequence[Column] = (
    Column("month", "date", None, Both("The month, any day of it.", "Le mois, n'importe quel jour.")),
    Column("currency", "text", None, Both("Its ISO code: USD, GBP.", "Son code ISO : USD, GBP.")),
    Column(
        "rate",
        "rate",
        None,
        Both(
            "What one unit was worth in the reporting currency at the end of the month.",
            "Ce qu'une unité valait dans la devise de référence à la fin du mois.",
        ),
    ),
)
TARGETS: Sequence[Column] = (
    Column(
        "segment",
        "text",
        None,
        Both("A segment; blank for the whole company.", "Un segment ; vide pour toute l'entreprise."),
    ),
    Column(
        "metric", "text", None, Both("NRR or GRR, by the year.", "NRR ou GRR, à l'année."), Both("NRR,GRR", "NRR,GRR")
    ),
    Column("target", "percent", None, Both("What to aim at, such as 110%.", "Ce qui est visé, comme 110 %.")),
)
ALIASES: Sequence[Column] = (
    Column(
        "account_id",
        "text",
        None,
        Both("The ID that goes on as another one.", "L'identifiant qui continue sous un autre."),
    ),
    Column("same_as", "text", None, Both("The ID that it counts as.", "L'identifiant sous lequel il compte.")),
    Column(
        "from",
        "date",
        None,
        Both("From when on; blank is always.", "À partir de quand ; vide vaut toujours."),
    ),
)

# A price that rose half-way, so that the first answer has something to show.
_PRICES = [*[Decimal("1000.00")] * 6, *[Decimal("1200.00")] * (MONTHS - 6)]
_MONTH_NOTE = Both(
    "MRR at the end of each month, without tax and one-off fees: a yearly price divided by 12. Write 0 when the "
    "customer has left. Add a column for each new month.",
    "MRR à la fin de chaque mois, hors taxes et frais ponctuels : un prix annuel divisé par 12. Écrivez 0 quand le "
    "client est parti. Ajoutez une colonne par nouveau mois.",
)


def write_template(path: Path, layout: Layout = "wide", language: Language = "en", *, through: Month) -> None:
    """Write a fresh workbook with the input tabs: customers, revenue, exchange rates, targets, aliases.

    Args:
        path: where; nothing may stand there yet.
        layout: of the revenue tab.
        language: of headings, notes and the example.
        through: the last of the months of the wide tab, as a rule the last that has ended.

    Raises:
        WorkbookDeniedError: there is a file already, or none may be made there.
        WorkbookError: the folder is missing, or the disk failed.

    """
    from sheets.excel.workbook import create

    create(path, _tabs(layout, language, through))


def put_template(
    config: Config,
    layout: Layout = "wide",
    language: Language = "en",
    *,
    through: Month,
    waiting: Callable[[Sentence], None] | None = None,
) -> Written:
    """Make the same tabs in the Google Sheet of the config; what is there already is left as it is.

    No tab is made where one of its kind stands under whatever title: a second one would stop the next sync.

    `waiting` is told when a call to Google has to be tried again later, and why.

    Raises:
        ConfigError: the config names no Google Sheet, or its key file cannot be used.
        WorkbookError: the sheet cannot be read or written.

    """
    from sheets.google.workbook import GoogleWorkbook
    from sheets.layouts.recognition import recognise_layout

    if not config.workbook.google:
        raise ConfigError(
            N_("The config names no Google Sheet to make the tabs in."),
            N_("Make an empty sheet, share it with the service account, and put its address in workbook.google."),
        )
    workbook = GoogleWorkbook.open(config.workbook.google, config.google, waiting)
    try:
        heads = workbook.read([tab for tab in workbook.tabs() if not tab.ours], HEAD_ROWS)
        meanings = read_configured_headings(config.workbook.headings)
        there = {found.kind: head.tab.title for head in heads if (found := recognise_layout(head, meanings))}
        wanted = zip(KINDS, _tabs(layout, language, through), strict=True)
        made = workbook.make([tab for kind, tab in wanted if kind not in there])
        return replace(made, refused=(*made.refused, *(there[kind] for kind in KINDS if kind in there)))
    finally:
        workbook.close()


def _tabs(layout: Layout, language: Language, through: Month) -> Sequence[Sheet]:
    revenue = {
        "wide": lambda: _wide(language, through),
        "long": lambda: _long(language, through),
        "subscriptions": lambda: _tab("subscriptions", SUBSCRIPTIONS, language),
        "movements": lambda: _tab("movements", MOVEMENTS, language),
    }
    others = {"fx": FX, "targets": TARGETS, "aliases": ALIASES}
    return (
        _tab("customers", CUSTOMERS, language, frozen=2),
        revenue[layout](),
        *(_tab(title, columns, language) for title, columns in others.items()),
    )


def _tab(title: str, columns: Sequence[Column], language: Language, frozen: int = 1) -> Sheet:
    headings = [_heading(column, language) for column in columns]
    example = [
        column.example.say(language) if isinstance(column.example, Both) else column.example for column in columns
    ]
    some = any(value is not None for value in example)
    return Sheet(TITLES[title].say(language), headings, [example] if some else [], frozen=frozen, example=some)


def _wide(language: Language, through: Month) -> Sheet:
    note, refusal = _MONTH_NOTE.say(language), REFUSALS["money"].say(language)
    months = [
        Heading(
            (through - (MONTHS - 1) + offset).first_day,
            "money",
            note=note if offset == 0 else "",
            refusal=refusal,
            width=12,
        )
        for offset in range(MONTHS)
    ]
    example: list[Value] = [EXAMPLE_ID, *_PRICES]
    return Sheet(TITLES["wide"].say(language), [_heading(_ACCOUNT, language), *months], [example], example=True)


def _long(language: Language, through: Month) -> Sheet:
    tab = _tab("long", LONG, language)
    months = [(through - (MONTHS - 1) + offset).first_day for offset in range(MONTHS)]
    rows = [[EXAMPLE_ID, month, price, *tab.rows[0][3:]] for month, price in zip(months, _PRICES, strict=True)]
    return replace(tab, rows=rows)


def _heading(column: Column, language: Language) -> Heading:
    names = HEADINGS[column.key]
    choices = column.choices.say(language)
    return Heading(
        (names.english if language == "en" else names.french)[0],
        column.format,
        column.note.say(language),
        tuple(choices.split(",")) if choices else (),
        REFUSALS[column.format].say(language) if column.checked and (choices or column.format != "text") else "",
        column.width,
    )
