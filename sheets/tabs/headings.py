"""The known headings and their synonyms, in English and French, and those that the config adds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from core.errors import N_, ConfigError
from core.months import month_names
from core.text import find_nearest
from sheets.cells.dates import MEASURES, read_month
from sheets.cells.text import LocaleFormat, fold_cell

# The header row is one of a tab's first rows: titles, notes and blank rows may come before it.
HEAD_ROWS = 20


class HeadingNames(NamedTuple):
    """The names of a heading in each language; the bot writes the first one."""

    english: tuple[str, ...]
    french: tuple[str, ...]


HEADINGS: Mapping[str, HeadingNames] = {
    "account_id": HeadingNames(
        ("Account ID", "Customer ID", "Client ID", "Company ID", "Account number", "Customer number", "Account no"),
        (
            *("ID compte", "ID client", "Identifiant client", "Identifiant compte", "Identifiant du client"),
            *("Identifiant du compte", "Code client", "N° client", "N° de client", "Numéro client"),
            *("Numéro de client", "N° compte", "Compte ID", "Compte n°", "Client n°"),
        ),
    ),
    # Customers.
    "name": HeadingNames(
        ("Name", "Account name", "Customer name", "Client name", "Company name"),
        ("Nom", "Nom du client", "Nom client", "Nom du compte", "Raison sociale"),
    ),
    "segment": HeadingNames(("Segment",), ("Segmentation",)),
    "industry": HeadingNames(("Industry", "Sector", "Vertical"), ("Secteur", "Secteur d'activité", "Industrie")),
    "region": HeadingNames(("Region",), ("Région", "Zone")),
    "plan": HeadingNames(("Plan",), ("Offre", "Formule", "Forfait")),
    "owner": HeadingNames(
        ("Owner", "Account owner", "Account manager", "CSM"),
        ("Responsable", "Propriétaire", "Chargé de compte"),
    ),
    "pricing_model": HeadingNames(
        ("Pricing model", "Pricing"),
        ("Modèle de prix", "Modèle tarifaire", "Modèle de tarification", "Tarification"),
    ),
    "since": HeadingNames(("Since", "Customer since", "Client since"), ("Depuis", "Client depuis")),
    "renewal_date": HeadingNames(
        ("Renewal date", "Renewal", "Next renewal"),
        ("Date de renouvellement", "Renouvellement", "Échéance", "Date d'échéance"),
    ),
    "feature_adoption": HeadingNames(
        ("Feature adoption", "Adoption"),
        ("Adoption des fonctionnalités", "Adoption fonctionnelle", "Taux d'adoption"),
    ),
    "quota_use": HeadingNames(
        ("Quota use", "Quota usage", "Quota used"),
        ("Utilisation du quota", "Consommation du quota", "Quota utilisé"),
    ),
    "seats": HeadingNames(("Seats", "Licenses", "Licences"), ("Sièges", "Postes", "Nombre de licences")),
    "seats_used": HeadingNames(
        ("Seats used", "Licenses used", "Active seats"), ("Sièges utilisés", "Licences utilisées")
    ),
    "nps": HeadingNames(("NPS", "NPS score"), ("Score NPS",)),
    "complaints": HeadingNames(
        ("Complaints", "Open complaints"), ("Réclamations", "Plaintes", "Réclamations ouvertes")
    ),
    "health": HeadingNames(("Health", "Health score"), ("Santé", "Score de santé")),
    "valid_from": HeadingNames(("Valid from",), ("Valable à partir du", "Valide depuis", "Valable dès")),
    "consumer": HeadingNames(("Consumer", "B2C"), ("Particulier", "Grand public")),
    # Revenue.
    "currency": HeadingNames(("Currency",), ("Devise", "Monnaie")),
    "start": HeadingNames(("Start", "Start date"), ("Début", "Date de début")),
    "end": HeadingNames(("End", "End date"), ("Fin", "Date de fin")),
    "amount": HeadingNames(("Amount", "Price", "Unit price"), ("Montant", "Prix", "Prix unitaire")),
    "interval": HeadingNames(
        ("Interval", "Billing interval", "Billing period", "Billing frequency", "Frequency"),
        ("Intervalle", "Périodicité", "Période de facturation", "Fréquence", "Fréquence de facturation"),
    ),
    "quantity": HeadingNames(("Quantity", "Qty"), ("Quantité", "Qté")),
    "discount": HeadingNames(("Discount",), ("Remise", "Rabais", "Réduction")),
    "product": HeadingNames(("Product",), ("Produit",)),
    "trial": HeadingNames(("Trial", "Free trial"), ("Essai", "Essai gratuit", "Période d'essai")),
    "one_off": HeadingNames(("One-off", "One-time"), ("Ponctuel", "Non récurrent", "Unique")),
    "month": HeadingNames(("Month",), ("Mois",)),
    "mrr": HeadingNames(
        ("MRR", "MRR amount", "Monthly MRR"), ("Revenu mensuel récurrent", "Montant MRR", "MRR mensuel")
    ),
    "arr": HeadingNames(
        ("ARR", "ARR amount", "Annual recurring revenue"), ("Revenu annuel récurrent", "Montant ARR", "ARR annuel")
    ),
    "acv": HeadingNames(("ACV", "Annual contract value"), ("Valeur annuelle du contrat", "Montant annuel du contrat")),
    "tcv": HeadingNames(
        ("TCV", "Total contract value"), ("Montant total", "Valeur totale du contrat", "Montant total du contrat")
    ),
    "date": HeadingNames(("Date",), ("Jour",)),
    "change": HeadingNames(
        ("Change", "MRR change", "Change of MRR"), ("Variation", "Variation MRR", "Variation de MRR")
    ),
    "type": HeadingNames(("Type", "Movement", "Movement type"), ("Mouvement", "Type de mouvement")),
    # FX, Targets, Aliases.
    "rate": HeadingNames(("Rate", "Exchange rate", "FX rate"), ("Taux", "Taux de change", "Cours")),
    "metric": HeadingNames(("Metric", "Measure"), ("Indicateur", "Mesure")),
    "target": HeadingNames(("Target", "Goal"), ("Objectif", "Cible")),
    "same_as": HeadingNames(("Same as", "Merged into"), ("Identique à", "Même que", "Fusionné avec")),
    "from": HeadingNames(("From", "Effective from"), ("À partir du", "À compter du", "Dès le")),
}

# Key of a column of amounts -> the keys of columns that take its place in a revenue tab without such a heading, the
# surest first. The unit of the amounts is in the words of the heading.
STAND_INS: Mapping[str, tuple[str, ...]] = {"mrr": ("arr", "acv"), "amount": ("tcv",)}

# Words that head the account IDs if no heading says ID, and the account names if one does.
BARE_HEADINGS = ("Account", "Customer", "Client", "Company", "Compte", "Société", "Entreprise")

KEYS_BY_NAME = {fold_cell(name): key for key, names in HEADINGS.items() for name in names.english + names.french}
BARE_NAMES = frozenset(map(fold_cell, BARE_HEADINGS))


def read_configured_headings(configured: Mapping[str, str]) -> dict[str, str]:
    """Return the meanings in `[workbook.headings]`: folded heading -> a key of HEADINGS, or a month as `2025-01`.

    Args:
        configured: the sheet's heading -> a key, one of its names ("Account ID"), or a month.

    Raises:
        ConfigError: the meaning of a heading is none of these.

    """
    meanings = {}
    for heading, meant in configured.items():
        key = meant if meant in HEADINGS else KEYS_BY_NAME.get(fold_cell(meant), "")
        if not key:
            named = read_month(meant, LocaleFormat())
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


def name_heading(key: str) -> str:
    """Return the name that the bot writes for a heading."""
    return HEADINGS[key].english[0]


def looks_like_month(heading: str) -> bool:
    """Tell whether a heading looks like a mistyped month: it has digits, or a month's name without a year."""
    words = set(fold_cell(heading).split()) - MEASURES
    return bool(re.search(r"\d", heading)) or (bool(words) and words <= month_names().keys())
