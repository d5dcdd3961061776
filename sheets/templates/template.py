"""An empty workbook to fill in: the input tabs with notes, checks and one example row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from core.config import Config
from core.errors import N_, ConfigError, Sentence
from core.months import Month
from core.terms import Language, RevenueLayout
from sheets.headers.headings import HEAD_ROWS, HEADINGS, read_configured_headings
from sheets.tabs.example_rows import EXAMPLE_ID
from sheets.workbook.input_tabs import InputColumn, InputTab
from sheets.workbook.port import WriteResult
from sheets.workbook.tables import ColumnFormat, Value

# The kinds of tabs in their order, as `sheets.layouts` names them.
KINDS = ("customers", "revenue", "fx", "targets", "aliases", "words")

# The number of month closes that the trailing twelve months need.
MONTHS = 13


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages."""

    en: str
    fr: str

    def in_language(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of a tab of the template.

    Attributes:
        key: a key of sheets.headers.headings.HEADINGS, which has the texts of the heading.
        format: the format of the cells, and their allowed type.
        example: the value in the example row.
        note: the explanation of the column, a note on its heading.
        choices: the values to choose from, separated by commas; empty to allow any value.
        width: the width in characters.
        is_checked: False for an amount that may be negative.

    """

    key: str
    format: ColumnFormat
    example: Value | Bilingual
    note: Bilingual
    choices: Bilingual = Bilingual("", "")
    width: int = 14
    is_checked: bool = True


TITLES: Mapping[str, Bilingual] = {
    "customers": Bilingual("Customers", "Clients"),
    "wide": Bilingual("MRR", "MRR"),
    "long": Bilingual("MRR", "MRR"),
    "subscriptions": Bilingual("Subscriptions", "Abonnements"),
    "movements": Bilingual("Movements", "Mouvements"),
    "fx": Bilingual("FX", "Taux de change"),
    "targets": Bilingual("Targets", "Objectifs"),
    "aliases": Bilingual("Aliases", "Alias"),
    "words": Bilingual("Words", "Mots"),
}

ERROR_MESSAGES: Mapping[ColumnFormat, Bilingual] = {
    "text": Bilingual(
        "Choose from the list, or keep a name of your own.", "Choisissez dans la liste, ou gardez votre nom."
    ),
    "money": Bilingual("Write an amount of 0 or more.", "Saisissez un montant positif ou nul."),
    "integer": Bilingual("Write a whole number of 0 or more.", "Saisissez un nombre entier positif ou nul."),
    "percent": Bilingual("Write a share such as 62%.", "Saisissez une part comme 62 %."),
    "date": Bilingual("Write a date.", "Saisissez une date."),
    "rate": Bilingual("Write a number above 0, such as 0.92.", "Saisissez un nombre positif, comme 0,92."),
}

_ACCOUNT_COLUMN = TemplateColumn(
    "account_id",
    "text",
    EXAMPLE_ID,
    Bilingual(
        "Your own id of the customer, the same in every tab. Write over the example row, or delete it.",
        "Votre identifiant du client, le même dans tous les onglets. Remplacez la ligne d’exemple ou supprimez-la.",
    ),
)

_CURRENCY_COLUMN = TemplateColumn(
    "currency", "text", "EUR", Bilingual("Its ISO code: EUR, USD, GBP.", "Son code ISO : EUR, USD, GBP.")
)

CUSTOMERS: Sequence[TemplateColumn] = (
    _ACCOUNT_COLUMN,
    TemplateColumn(
        "name",
        "text",
        Bilingual("Example Ltd (write over this row)", "Exemple SARL (remplacez cette ligne)"),
        Bilingual("What answers call the customer. One row per customer.", "Le nom montré. Une ligne par client."),
        width=36,
    ),
    TemplateColumn(
        "segment",
        "text",
        "Mid-Market",
        Bilingual(
            "The size by which retention is shown. Names of your own are fine: use them throughout.",
            "La taille par laquelle la rétention est montrée. Vos propres noms conviennent, partout les mêmes.",
        ),
        Bilingual("Consumer,SMB,Mid-Market,Enterprise", "Consumer,SMB,Mid-Market,Enterprise"),
    ),
    TemplateColumn(
        "industry",
        "text",
        Bilingual("Logistics", "Logistique"),
        Bilingual(
            "Any column like this one becomes a segment: add yours, leave out what you do not keep.",
            "Toute colonne comme celle-ci devient un segment : ajoutez les vôtres, retirez celles qui ne servent pas.",
        ),
    ),
    TemplateColumn("region", "text", "France", Bilingual("A segment too.", "Un segment aussi.")),
    TemplateColumn("plan", "text", "Business", Bilingual("The plan that the customer is on.", "L’offre souscrite.")),
    TemplateColumn(
        "owner", "text", "Clara", Bilingual("Who looks after the customer.", "La personne qui suit le client.")
    ),
    TemplateColumn(
        "pricing_model",
        "text",
        Bilingual("per seat", "par siège"),
        Bilingual("How the price comes about.", "Comment le prix se forme."),
        Bilingual("per seat,usage,tiered,flat", "par siège,usage,paliers,forfait"),
    ),
    TemplateColumn(
        "since",
        "date",
        dt.date(2024, 3, 1),
        Bilingual("The first day as a customer.", "Le premier jour comme client."),
    ),
    TemplateColumn(
        "renewal_date",
        "date",
        dt.date(2027, 3, 1),
        Bilingual("The day on which the contract renews.", "Le jour du renouvellement du contrat."),
    ),
    TemplateColumn(
        "feature_adoption",
        "percent",
        Decimal("0.62"),
        Bilingual("The share of the features that the customer uses.", "La part des fonctionnalités utilisées."),
    ),
    TemplateColumn(
        "quota_use",
        "percent",
        Decimal("0.81"),
        Bilingual("The share of the quota that is used up.", "La part consommée du quota."),
    ),
    TemplateColumn("seats", "integer", 40, Bilingual("Seats paid for.", "Sièges payés.")),
    TemplateColumn("seats_used", "integer", 37, Bilingual("Seats in use.", "Sièges utilisés.")),
    TemplateColumn(
        "nps",
        "integer",
        8,
        Bilingual("The customer's last answer, 0 to 10.", "La dernière réponse du client, de 0 à 10."),
    ),
    TemplateColumn(
        "health",
        "text",
        Bilingual("green", "vert"),
        Bilingual("Your own judgement.", "Votre propre jugement."),
        Bilingual("green,amber,red", "vert,orange,rouge"),
    ),
)

SUBSCRIPTIONS: Sequence[TemplateColumn] = (
    _ACCOUNT_COLUMN,
    TemplateColumn("product", "text", "Base", Bilingual("One row per subscription.", "Une ligne par abonnement.")),
    TemplateColumn(
        "start", "date", dt.date(2024, 3, 1), Bilingual("The first day covered.", "Le premier jour couvert.")
    ),
    TemplateColumn(
        "end",
        "date",
        None,
        Bilingual(
            "The last day covered; blank while it runs. Never delete a row that has ended: it is the history.",
            "Le dernier jour couvert ; vide tant que l’abonnement court. Ne supprimez jamais une ligne échue : "
            "c’est l’historique.",
        ),
    ),
    TemplateColumn(
        "amount",
        "money",
        Decimal("12000.00"),
        Bilingual(
            "The price for one interval, without tax and one-off fees.",
            "Le prix d’un intervalle, hors taxes et frais ponctuels.",
        ),
    ),
    TemplateColumn(
        "interval",
        "text",
        Bilingual("year", "an"),
        Bilingual("What the amount pays for; blank is a month.", "Ce que le montant paie ; vide vaut un mois."),
        Bilingual("month,quarter,half-year,year", "mois,trimestre,semestre,an"),
    ),
    TemplateColumn("quantity", "integer", 1, Bilingual("How many; blank is 1.", "Combien ; vide vaut 1.")),
    TemplateColumn(
        "discount",
        "percent",
        Decimal("0.10"),
        Bilingual("The share that is taken off; blank is none.", "La part déduite ; vide vaut aucune."),
    ),
    _CURRENCY_COLUMN,
)

LONG: Sequence[TemplateColumn] = (
    _ACCOUNT_COLUMN,
    TemplateColumn(
        "month",
        "date",
        dt.date(2026, 1, 1),
        Bilingual("The month, any day of it: one row per month.", "Le mois, n’importe quel jour : une ligne par mois."),
    ),
    TemplateColumn(
        "mrr",
        "money",
        Decimal("1000.00"),
        Bilingual(
            "MRR at the end of the month, without tax and one-off fees; 0 when the customer has left.",
            "MRR à la fin du mois, hors taxes et frais ponctuels ; 0 quand le client est parti.",
        ),
    ),
    TemplateColumn(
        "product",
        "text",
        "Base",
        Bilingual("Products of a month are added up.", "Les produits d’un mois s’additionnent."),
    ),
    _CURRENCY_COLUMN,
)

MOVEMENTS: Sequence[TemplateColumn] = (
    _ACCOUNT_COLUMN,
    TemplateColumn(
        "date", "date", dt.date(2024, 3, 1), Bilingual("The day of the change.", "Le jour de la variation.")
    ),
    TemplateColumn(
        "amount",
        "money",
        Decimal("1000.00"),
        Bilingual(
            "The change of MRR: above 0 for a gain, below 0 for a loss.",
            "La variation du MRR : positive pour un gain, négative pour une perte.",
        ),
        is_checked=False,
    ),
    TemplateColumn(
        "type",
        "text",
        Bilingual("New", "Nouveau"),
        Bilingual("What it was; it must agree with the sign.", "Ce que c’était ; le signe doit correspondre."),
        Bilingual(
            "New,Expansion,Contraction,Churn,Reactivation", "Nouveau,Expansion,Contraction,Résiliation,Réactivation"
        ),
    ),
    _CURRENCY_COLUMN,
)

# These tabs have no example row: it would convert amounts, set a target, merge accounts or name a value.
FX: Sequence[TemplateColumn] = (
    TemplateColumn("month", "date", None, Bilingual("The month, any day of it.", "Le mois, n’importe quel jour.")),
    TemplateColumn("currency", "text", None, Bilingual("Its ISO code: USD, GBP.", "Son code ISO : USD, GBP.")),
    TemplateColumn(
        "rate",
        "rate",
        None,
        Bilingual(
            "What one unit was worth in the reporting currency at the end of the month.",
            "Ce qu’une unité valait dans la devise de référence à la fin du mois.",
        ),
    ),
)
TARGETS: Sequence[TemplateColumn] = (
    TemplateColumn(
        "segment",
        "text",
        None,
        Bilingual("A segment; blank for the whole company.", "Un segment ; vide pour toute l’entreprise."),
    ),
    TemplateColumn(
        "metric",
        "text",
        None,
        Bilingual("NRR or GRR, by the year.", "NRR ou GRR, à l’année."),
        Bilingual("NRR,GRR", "NRR,GRR"),
    ),
    TemplateColumn(
        "target", "percent", None, Bilingual("What to aim at, such as 110%.", "Ce qui est visé, comme 110 %.")
    ),
)
ALIASES: Sequence[TemplateColumn] = (
    TemplateColumn(
        "account_id",
        "text",
        None,
        Bilingual("The ID that goes on as another one.", "L’identifiant qui continue sous un autre."),
    ),
    TemplateColumn(
        "same_as", "text", None, Bilingual("The ID that it counts as.", "L’identifiant sous lequel il compte.")
    ),
    TemplateColumn(
        "from",
        "date",
        None,
        Bilingual("From when on; blank is always.", "À partir de quand ; vide vaut toujours."),
    ),
)

WORDS: Sequence[TemplateColumn] = (
    TemplateColumn(
        "word",
        "text",
        None,
        Bilingual(
            "A word or phrase that people here use, such as big customers.",
            "Un mot ou une expression de la maison, comme nos gros comptes.",
        ),
    ),
    TemplateColumn(
        "means",
        "text",
        None,
        Bilingual(
            "The value that it means, such as Segment=Enterprise, or the value alone.",
            "La valeur désignée, comme Segment=Enterprise, ou la valeur seule.",
        ),
    ),
)

# A price that rises half-way, so that the first answer shows an expansion.
_EXAMPLE_PRICES = [*[Decimal("1000.00")] * 6, *[Decimal("1200.00")] * (MONTHS - 6)]
_MONTH_NOTE = Bilingual(
    "MRR at the end of each month, without tax and one-off fees: a yearly price divided by 12. Write 0 when the "
    "customer has left. Add a column for each new month.",
    "MRR à la fin de chaque mois, hors taxes et frais ponctuels : un prix annuel divisé par 12. Écrivez 0 quand le "
    "client est parti. Ajoutez une colonne par nouveau mois.",
)


def write_template(path: Path, layout: RevenueLayout = "wide", language: Language = "en", *, through: Month) -> None:
    """Write a new workbook with the input tabs: customers, revenue, exchange rates, targets, aliases, words.

    Args:
        path: the new file, which must not exist.
        layout: the layout of the revenue tab.
        language: the language of headings, notes and the example.
        through: the last month of the wide tab, usually the last month that has ended.

    Raises:
        WorkbookDeniedError: the file exists already, or the folder may not be written.
        WorkbookError: the folder is missing, or the disk failed.

    """
    from sheets.excel.workbook import create_workbook

    create_workbook(path, _build_tabs(layout, language, through))


def add_template_tabs(
    config: Config,
    layout: RevenueLayout = "wide",
    language: Language = "en",
    *,
    through: Month,
    report_wait: Callable[[Sentence], None] | None = None,
) -> WriteResult:
    """Create the same tabs in the Google Sheet of the config; existing tabs stay unchanged.

    If the sheet has a tab of a kind, under any title, no second one is created: it would stop the next sync.

    `report_wait` receives a sentence before a call to Google is repeated after a wait; None sends it to the log.

    Raises:
        ConfigError: the config names no Google Sheet, or its key file cannot be used.
        WorkbookError: the sheet cannot be read or written.

    """
    from sheets.google.workbook import GoogleWorkbook
    from sheets.layouts.recognition import recognise_layout

    if not config.workbook.google:
        raise ConfigError(
            N_("The config names no Google Sheet for the tabs."),
            N_("Create an empty sheet, share it with the service account, and put its address in workbook.google."),
        )
    workbook = GoogleWorkbook.open(config.workbook.google, config.google, report_wait)
    try:
        grids = workbook.read([tab for tab in workbook.tabs() if not tab.is_bot_tab], HEAD_ROWS)
        meanings = read_configured_headings(config.workbook.headings)
        titles = {tab.kind: grid.tab.title for grid in grids if (tab := recognise_layout(grid, meanings))}
        new_tabs = zip(KINDS, _build_tabs(layout, language, through), strict=True)
        result = workbook.create_tabs([tab for kind, tab in new_tabs if kind not in titles])
        return replace(result, refused=(*result.refused, *(titles[kind] for kind in KINDS if kind in titles)))
    finally:
        workbook.close()


def _build_tabs(layout: RevenueLayout, language: Language, through: Month) -> Sequence[InputTab]:
    build_revenue = {
        "wide": lambda: _build_wide_tab(language, through),
        "long": lambda: _build_long_tab(language, through),
        "subscriptions": lambda: _build_tab("subscriptions", SUBSCRIPTIONS, language),
        "movements": lambda: _build_tab("movements", MOVEMENTS, language),
    }
    other_tabs = {"fx": FX, "targets": TARGETS, "aliases": ALIASES, "words": WORDS}
    return (
        _build_tab("customers", CUSTOMERS, language, frozen_columns=2),
        build_revenue[layout](),
        *(_build_tab(kind, columns, language) for kind, columns in other_tabs.items()),
    )


def _build_tab(kind: str, columns: Sequence[TemplateColumn], language: Language, frozen_columns: int = 1) -> InputTab:
    input_columns = [_build_column(column, language) for column in columns]
    example = [
        column.example.in_language(language) if isinstance(column.example, Bilingual) else column.example
        for column in columns
    ]
    has_example = any(value is not None for value in example)
    return InputTab(
        TITLES[kind].in_language(language),
        input_columns,
        [example] if has_example else [],
        frozen_columns=frozen_columns,
        has_example=has_example,
    )


def _build_wide_tab(language: Language, through: Month) -> InputTab:
    note, error_message = _MONTH_NOTE.in_language(language), ERROR_MESSAGES["money"].in_language(language)
    months = [
        InputColumn(
            (through - (MONTHS - 1) + offset).first_day,
            "money",
            note=note if offset == 0 else "",
            error_message=error_message,
            width=12,
        )
        for offset in range(MONTHS)
    ]
    example: list[Value] = [EXAMPLE_ID, *_EXAMPLE_PRICES]
    return InputTab(
        TITLES["wide"].in_language(language),
        [_build_column(_ACCOUNT_COLUMN, language), *months],
        [example],
        has_example=True,
    )


def _build_long_tab(language: Language, through: Month) -> InputTab:
    tab = _build_tab("long", LONG, language)
    months = [(through - (MONTHS - 1) + offset).first_day for offset in range(MONTHS)]
    rows = [[EXAMPLE_ID, month, price, *tab.rows[0][3:]] for month, price in zip(months, _EXAMPLE_PRICES, strict=True)]
    return replace(tab, rows=rows)


def _build_column(column: TemplateColumn, language: Language) -> InputColumn:
    names = HEADINGS[column.key]
    choices = column.choices.in_language(language)
    return InputColumn(
        (names.english if language == "en" else names.french)[0],
        column.format,
        column.note.in_language(language),
        tuple(choices.split(",")) if choices else (),
        ERROR_MESSAGES[column.format].in_language(language)
        if column.is_checked and (choices or column.format != "text")
        else "",
        column.width,
    )
