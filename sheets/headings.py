"""The headings that we know, in English and French, and the row of a tab that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.months import Month
from sheets.cells import Style, fold, is_blank, text
from sheets.dates import month
from sheets.workbook import Cell

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
            *("Numéro de client", "N° compte"),
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
    # What tells the other tabs from Customers and Subscriptions.
    "month": Names(("Month",), ("Mois",)),
    "mrr": Names(("MRR",), ("Revenu mensuel récurrent",)),
    "date": Names(("Date",), ("Jour",)),
    "same_as": Names(("Same as",), ("Identique à", "Même que")),
}

# Words that head the ids where no column says ID, and the names where one does.
BARE = ("Account", "Customer", "Client", "Company", "Compte", "Société", "Entreprise")

_KEYS = {fold(name): key for key, names in HEADINGS.items() for name in names.english + names.french}
_BARE = frozenset(map(fold, BARE))


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

    def heading(self, column: int) -> str:
        """Return the heading of a column as the sheet has it; empty where there is none."""
        return text(self.cells[column]) if column < len(self.cells) else ""

    def months(self, style: Style) -> dict[int, Month]:
        """Return column -> month, for every heading that names a month, from left to right."""
        found = {column: month(self.cells[column], style) for column in self.others}
        return {column: named for column, named in found.items() if named}


def read_header(row: int, cells: Sequence[Cell]) -> Header:
    """Return what the cells of row `row` mean as headings."""
    folded = {column: fold(cell) for column, cell in enumerate(cells) if isinstance(cell, str) and not is_blank(cell)}
    keys = {column: _KEYS[word] for column, word in folded.items() if word in _KEYS}
    for column, word in folded.items():
        if word in _BARE:
            wanted = "account_id" if "account_id" not in keys.values() else "name"
            if wanted not in keys.values():
                keys[column] = wanted
    columns: dict[str, int] = {}
    for column in sorted(keys):
        columns.setdefault(keys[column], column)
    repeated = {column: columns[key] for column, key in keys.items() if columns[key] != column}
    others = tuple(column for column, cell in enumerate(cells) if column not in keys and not is_blank(cell))
    return Header(row, cells, columns, repeated, others)


def heading_name(key: str) -> str:
    """Return the name that we write for a heading."""
    return HEADINGS[key].english[0]


def looks_like_month(heading: str) -> bool:
    """Tell whether a heading that names no month may have been meant to."""
    return bool(re.search(r"\d", heading))
