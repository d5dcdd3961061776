"""The headings that we know, in English and French, and the row of a tab that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from core.errors import N_, ConfigError
from core.months import Month
from core.text import find_nearest
from sheets.cells.dates import MONTHS, column_style, read_date, read_month
from sheets.cells.text import Order, Style, Unreadable, fold_cell, is_blank, text
from sheets.workbook.port import Cell

# The heading row stands within the first rows of a tab: titles, notes and blank rows may stand above it.
HEAD_ROWS = 20


class Names(NamedTuple):
    """What people call a heading; the first of each language is the one that we write."""

    english: tuple[str, ...]
    french: tuple[str, ...]


HEADINGS: Mapping[str, Names] = {
    "account_id": Names(
        ("Account ID", "Customer ID", "Client ID", "Company ID", "Account number", "Customer number", "Account no"),
        (
            *("ID compte", "ID client", "Identifiant client", "Identifiant compte", "Identifiant du client"),
            *("Identifiant du compte", "Code client", "N° client", "N° de client", "Numéro client"),
            *("Numéro de client", "N° compte", "Compte ID", "Compte n°", "Client n°"),
        ),
    ),
    # Customers.
    "name": Names(
        ("Name", "Account name", "Customer name", "Client name", "Company name"),
        ("Nom", "Nom du client", "Nom client", "Nom du compte", "Raison sociale"),
    ),
    "segment": Names(("Segment",), ("Segmentation",)),
    "industry": Names(("Industry", "Sector", "Vertical"), ("Secteur", "Secteur d'activité", "Industrie")),
    "region": Names(("Region",), ("Région", "Zone")),
    "plan": Names(("Plan",), ("Offre", "Formule", "Forfait")),
    "owner": Names(
        ("Owner", "Account owner", "Account manager", "CSM"),
        ("Responsable", "Propriétaire", "Chargé de compte"),
    ),
    "pricing_model": Names(
        ("Pricing model", "Pricing"),
        ("Modèle de prix", "Modèle tarifaire", "Modèle de tarification", "Tarification"),
    ),
    "since": Names(("Since", "Customer since", "Client since"), ("Depuis", "Client depuis")),
    "renewal_date": Names(
        ("Renewal date", "Renewal", "Next renewal"),
        ("Date de renouvellement", "Renouvellement", "Échéance", "Date d'échéance"),
    ),
    "feature_adoption": Names(
        ("Feature adoption", "Adoption"),
        ("Adoption des fonctionnalités", "Adoption fonctionnelle", "Taux d'adoption"),
    ),
    "quota_use": Names(
        ("Quota use", "Quota usage", "Quota used"),
        ("Utilisation du quota", "Consommation du quota", "Quota utilisé"),
    ),
    "seats": Names(("Seats", "Licenses", "Licences"), ("Sièges", "Postes", "Nombre de licences")),
    "seats_used": Names(("Seats used", "Licenses used", "Active seats"), ("Sièges utilisés", "Licences utilisées")),
    "nps": Names(("NPS", "NPS score"), ("Score NPS",)),
    "complaints": Names(("Complaints", "Open complaints"), ("Réclamations", "Plaintes", "Réclamations ouvertes")),
    "health": Names(("Health", "Health score"), ("Santé", "Score de santé")),
    "valid_from": Names(("Valid from",), ("Valable à partir du", "Valide depuis", "Valable dès")),
    "consumer": Names(("Consumer", "B2C"), ("Particulier", "Grand public")),
    # Revenue.
    "currency": Names(("Currency",), ("Devise", "Monnaie")),
    "start": Names(("Start", "Start date"), ("Début", "Date de début")),
    "end": Names(("End", "End date"), ("Fin", "Date de fin")),
    "amount": Names(("Amount", "Price", "Unit price"), ("Montant", "Prix", "Prix unitaire")),
    "interval": Names(
        ("Interval", "Billing interval", "Billing period", "Billing frequency", "Frequency"),
        ("Intervalle", "Périodicité", "Période de facturation", "Fréquence", "Fréquence de facturation"),
    ),
    "quantity": Names(("Quantity", "Qty"), ("Quantité", "Qté")),
    "discount": Names(("Discount",), ("Remise", "Rabais", "Réduction")),
    "product": Names(("Product",), ("Produit",)),
    "trial": Names(("Trial", "Free trial"), ("Essai", "Essai gratuit", "Période d'essai")),
    "one_off": Names(("One-off", "One-time"), ("Ponctuel", "Non récurrent", "Unique")),
    "month": Names(("Month",), ("Mois",)),
    "mrr": Names(("MRR", "MRR amount", "Monthly MRR"), ("Revenu mensuel récurrent", "Montant MRR", "MRR mensuel")),
    "date": Names(("Date",), ("Jour",)),
    "change": Names(("Change", "MRR change", "Change of MRR"), ("Variation", "Variation MRR", "Variation de MRR")),
    "type": Names(("Type", "Movement", "Movement type"), ("Mouvement", "Type de mouvement")),
    # FX, Targets, Aliases.
    "rate": Names(("Rate", "Exchange rate", "FX rate"), ("Taux", "Taux de change", "Cours")),
    "metric": Names(("Metric", "Measure"), ("Indicateur", "Mesure")),
    "target": Names(("Target", "Goal"), ("Objectif", "Cible")),
    "same_as": Names(("Same as", "Merged into"), ("Identique à", "Même que", "Fusionné avec")),
    "from": Names(("From", "Effective from"), ("À partir du", "À compter du", "Dès le")),
}

# Words that head the ids where no column says ID, and the names where one does.
BARE = ("Account", "Customer", "Client", "Company", "Compte", "Société", "Entreprise")

_KEYS = {fold_cell(name): key for key, names in HEADINGS.items() for name in names.english + names.french}
_BARE = frozenset(map(fold_cell, BARE))
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Header:
    """The heading row of a tab.

    Attributes:
        row: its index, counted from 0.
        cells: what stands in it.
        columns: key of HEADINGS -> its column, the first one where several have it.
        repeated: a column -> the earlier column that means the same.
        others: the columns with a heading that HEADINGS does not know.

    """

    row: int
    cells: Sequence[Cell]
    columns: Mapping[str, int]
    repeated: Mapping[int, int]
    others: tuple[int, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The headings that are there, by their keys."""
        return frozenset(self.columns)

    @property
    def known(self) -> int:
        """How many different headings it has that we know, months too: the more, the surer it is the heading row."""
        return len(self.columns) + len(set(self.months(Style()).values()))

    def completed(self, stand_in: Mapping[str, str]) -> Header:
        """Return the header with `stand_in`: key -> the key whose column serves where there is none of the first."""
        columns = self.columns
        more = {key: columns[other] for key, other in stand_in.items() if key not in columns and other in columns}
        return replace(self, columns={**columns, **more}) if more else self

    def heading(self, column: int) -> str:
        """Return the heading of a column as the sheet has it; empty where there is none."""
        return text(self.cells[column]) if column < len(self.cells) else ""

    def months(self, style: Style) -> dict[int, Month]:
        """Return column -> month, for every heading that names a month, from left to right.

        Where neither the locale nor another heading tells the day from the month in 01/02/2025, the order holds that
        makes every heading a month of its own, if one alone does.
        """
        style = column_style([self.cells[column] for column in self.others], style)
        if style.order or not any(_is_either(self.cells[column]) for column in self.others):
            return self._months(style)
        orders: tuple[Order, ...] = ("dmy", "mdy")
        readings = [self._months(replace(style, order=order)) for order in orders]
        apart = [reading for reading in readings if len(set(reading.values())) == len(reading)]
        return apart[0] if len(apart) == 1 else self._months(style)

    def _months(self, style: Style) -> dict[int, Month]:
        found = {column: read_month(self.cells[column], style) for column in self.others}
        return {column: named for column, named in found.items() if named}


def _is_either(cell: Cell) -> bool:
    """Tell whether a heading is digits of which nobody knows which are the day and which the month."""
    found = read_date(cell, Style()) if isinstance(cell, str) else None
    return isinstance(found, Unreadable) and found.code == "date_ambiguous"


def read_header(row: int, cells: Sequence[Cell], meanings: Mapping[str, str] = _NOTHING) -> Header:
    """Return what the cells of row `row` mean as headings.

    Args:
        row: its index, counted from 0.
        cells: what stands in it.
        meanings: what the config says of headings, as `given` returns it. It goes before what we know: a column that
            it gives a meaning leaves no other column of that meaning.

    """
    folded = {column: fold_cell(cell) for column, cell in enumerate(cells) if not is_blank(cell)}
    told = {column: meanings[word] for column, word in folded.items() if word in meanings}
    keys = {column: key for column, key in told.items() if key in HEADINGS}
    words = {column: word for column, word in folded.items() if column not in told and isinstance(cells[column], str)}
    settled = frozenset(keys.values())
    known = {column: _KEYS[word] for column, word in words.items() if word in _KEYS}
    keys |= {column: key for column, key in known.items() if key not in settled}
    for column, word in words.items():
        if word in _BARE:
            wanted = "account_id" if "account_id" not in keys.values() else "name"
            if wanted not in keys.values():
                keys[column] = wanted
    columns: dict[str, int] = {}
    for column in sorted(keys):
        columns.setdefault(keys[column], column)
    repeated = {column: columns[key] for column, key in keys.items() if columns[key] != column}
    others = tuple(column for column in folded if column not in keys)
    # A heading that the config calls a month is read as that month.
    cells = [told.get(column, cell) if column not in keys else cell for column, cell in enumerate(cells)]
    return Header(row, cells, columns, repeated, others)


def read_configured_headings(configured: Mapping[str, str]) -> dict[str, str]:
    """Return what `[workbook.headings]` says: folded heading -> a key of HEADINGS, or a month as `2025-01`.

    Args:
        configured: the sheet's heading -> a key, one of its names ("Account ID"), or a month.

    Raises:
        ConfigError: what a heading is said to mean is none of these.

    """
    meanings = {}
    for heading, meant in configured.items():
        key = meant if meant in HEADINGS else _KEYS.get(fold_cell(meant), "")
        if not key:
            named = read_month(meant, Style())
            if named is None:
                near = find_nearest(meant.casefold().replace(" ", "_"), HEADINGS, 3, 0.5) or sorted(HEADINGS)
                raise ConfigError(
                    N_("workbook.headings: “{heading}” cannot mean “{meant}”, as there is no such heading."),
                    N_("Did you mean {near}? A month is written as 2025-01."),
                    heading=heading,
                    meant=meant,
                    near=", ".join(near),
                )
            key = str(named)
        meanings[fold_cell(heading)] = key
    return meanings


def heading_name(key: str) -> str:
    """Return the name that we write for a heading."""
    return HEADINGS[key].english[0]


def looks_like_month(heading: str) -> bool:
    """Tell whether a heading that names no month may have been meant to: with digits in it, or with no year."""
    words = set(fold_cell(heading).split()) - {"mrr"}
    return bool(re.search(r"\d", heading)) or (bool(words) and words <= MONTHS.keys())
