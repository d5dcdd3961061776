"""The known headings and their synonyms, in English and French, and those that the config adds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import N_, ConfigError
from core.months import month_names
from core.terms import Language
from core.text import find_nearest
from sheets.cells.dates import MEASURES, read_month
from sheets.cells.text import LocaleFormat, fold_cell

# The header row is one of a tab's first rows: titles, notes and blank rows may come before it.
HEAD_ROWS = 20


class HeadingNames(NamedTuple):
    """The names of a heading in each language; the bot writes the first one."""

    english: tuple[str, ...]
    french: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeadingMeaning:
    """The meaning of a heading.

    Attributes:
        column: the letters of its column.
        heading: the heading as the sheet has it.
        meaning: the known heading that it is read as, such as `Account ID`; a month as `2025-01`; `segment`; `account`
            for the column of one account; empty if the column is not read.

    """

    column: str
    heading: str
    meaning: str


HEADINGS: Mapping[str, HeadingNames] = {
    "account_id": HeadingNames(
        (
            *(
                "Account ID",
                "Customer ID",
                "Client ID",
                "Company ID",
                "Account number",
                "Customer number",
                "Account no",
            ),
            *(
                "Client number",
                "Customer no",
                "Client no",
                "Account ref",
                "Customer ref",
                "Client ref",
                "Customer code",
            ),
            *("Account reference", "Customer reference", "Client reference", "Account code", "Client code"),
        ),
        (
            *("ID compte", "ID client", "Identifiant client", "Identifiant compte", "Identifiant du client"),
            *("Identifiant du compte", "Code client", "N° client", "N° de client", "Numéro client"),
            *("Numéro de client", "N° compte", "Compte ID", "Compte n°", "Client n°"),
            *("Réf client", "Référence client", "Référence du client", "Code compte"),
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
    "currency": HeadingNames(("Currency", "Pair", "Currency pair"), ("Devise", "Monnaie", "Paire", "Paire de devises")),
    "start": HeadingNames(
        (
            *("Start", "Start date", "Started at", "Subscription start", "Contract start", "Contract start date"),
            *("Start month", "Subscribed since", "Subscription start date", "Started", "Started on"),
        ),
        (
            *("Début", "Date de début", "Début du contrat", "Date de début du contrat", "Mois de début"),
            *("Début d'abonnement", "Début de l'abonnement", "Abonné depuis", "Débuté le", "Date de démarrage"),
        ),
    ),
    "go_live": HeadingNames(
        ("Go-live", "Go-live date", "Live since", "Live date", "Activation date", "Activated on"),
        ("Mise en service", "Date de mise en service", "Mise en production", "Date d'activation", "Activé le"),
    ),
    "signed": HeadingNames(
        (
            *("Signed", "Signed on", "Signed date", "Date signed", "Signature date", "Contract signed"),
            *("Contract signed on", "Contract date"),
        ),
        ("Signé le", "Signature", "Date de signature", "Signature du contrat", "Date du contrat", "Contrat signé le"),
    ),
    "end": HeadingNames(
        (
            *("End", "End date", "Ended at", "Ended on", "Churn date", "Churned at", "Churned on", "Termination date"),
            *("Subscription end", "Churned date", "Lost on", "Lost date", "Churn month", "Month of churn"),
            *("Churned in", "Lost in", "Lost month", "Month lost", "Ended", "Left on"),
        ),
        (
            *("Fin", "Date de fin", "Résilié le", "Résiliée le", "Terminé le", "Date de départ", "Date de churn"),
            *("Perdu le", "Parti le", "Date de perte", "Mois de résiliation", "Mois de churn", "Mois de départ"),
            *("Perdu en", "Résilié en", "Parti en", "Mois de perte"),
        ),
    ),
    "contract_end": HeadingNames(
        ("Contract end", "Contract end date"),
        ("Fin du contrat", "Date de fin du contrat"),
    ),
    "canceled_at": HeadingNames(
        ("Canceled at", "Cancelled at", "Canceled on", "Cancelled on", "Cancellation date"),
        ("Annulé le", "Date d'annulation", "Date de résiliation"),
    ),
    "status": HeadingNames(("Status", "Subscription status"), ("Statut", "Statut de l'abonnement")),
    "term": HeadingNames(
        ("Term", "Contract term", "Term in months", "Contract length"),
        ("Durée", "Durée du contrat", "Durée en mois"),
    ),
    "amount": HeadingNames(
        ("Amount", "Price", "Unit price", "Net amount", "Amount excl. tax"),
        ("Montant", "Prix", "Prix unitaire", "Montant HT", "Montant net"),
    ),
    "arr": HeadingNames(
        ("ARR", "ARR amount", "Annual recurring revenue"),
        ("Revenu annuel récurrent", "Revenu récurrent annuel", "Montant ARR", "ARR annuel"),
    ),
    "acv": HeadingNames(("ACV", "Annual contract value"), ("Valeur annuelle du contrat", "Montant annuel du contrat")),
    "tcv": HeadingNames(
        ("TCV", "Total contract value"), ("Montant total", "Valeur totale du contrat", "Montant total du contrat")
    ),
    "interval": HeadingNames(
        ("Interval", "Billing interval", "Billing period", "Billing frequency", "Frequency"),
        ("Intervalle", "Périodicité", "Période de facturation", "Fréquence", "Fréquence de facturation"),
    ),
    "interval_count": HeadingNames(("Interval count",), ("Nombre d'intervalles",)),
    "quantity": HeadingNames(("Quantity", "Qty"), ("Quantité", "Qté")),
    "discount": HeadingNames(("Discount",), ("Remise", "Rabais", "Réduction")),
    "product": HeadingNames(("Product",), ("Produit",)),
    "trial": HeadingNames(("Trial", "Free trial"), ("Essai", "Essai gratuit", "Période d'essai")),
    "one_off": HeadingNames(("One-off", "One-time"), ("Ponctuel", "Non récurrent", "Unique")),
    "month": HeadingNames(
        ("Month", "Month start", "Month end", "Month ending", "Year month", "Reporting month"),
        ("Mois", "Fin de mois", "Mois de référence"),
    ),
    "mrr": HeadingNames(
        ("MRR", "MRR amount", "Monthly MRR", "Current MRR"), ("Revenu mensuel récurrent", "Montant MRR", "MRR mensuel")
    ),
    "date": HeadingNames(
        ("Date", "Invoice date", "Effective date", "Issue date", "Issued on", "Snapshot date", "As of date"),
        (
            *("Jour", "Date de facture", "Date de facturation", "Date d'effet", "Date d'émission", "Émise le"),
            "Date d'arrêté",
        ),
    ),
    "change": HeadingNames(
        ("Change", "MRR change", "Change of MRR"), ("Variation", "Variation MRR", "Variation de MRR")
    ),
    "type": HeadingNames(("Type", "Movement", "Movement type"), ("Mouvement", "Type de mouvement")),
    "before": HeadingNames(
        ("Old MRR", "MRR before", "Previous MRR", "Opening MRR", "Starting MRR"),
        ("Ancien MRR", "MRR avant", "MRR précédent", "MRR d'ouverture", "MRR début de mois"),
    ),
    "after": HeadingNames(
        ("New MRR", "MRR after", "Closing MRR", "Ending MRR"),
        ("Nouveau MRR", "MRR après", "MRR de clôture", "MRR fin de mois"),
    ),
    "invoice": HeadingNames(
        ("Invoice no", "Invoice", "Invoice number", "Invoice ID"),
        ("N° de facture", "Facture", "N° facture", "Numéro de facture", "Facture n°"),
    ),
    "period_start": HeadingNames(
        ("Period start", "Service period start", "Service start", "Billing period start"),
        ("Début de période", "Début de la période", "Période du"),
    ),
    "period_end": HeadingNames(
        ("Period end", "Service period end", "Service end", "Billing period end"),
        ("Fin de période", "Fin de la période", "Période au"),
    ),
    "service_period": HeadingNames(
        ("Service period", "Period", "Period covered"), ("Période de service", "Période", "Période facturée")
    ),
    "credit_note": HeadingNames(("Credit note", "Credit"), ("Avoir",)),
    # FX, Targets, Aliases, Words.
    "rate": HeadingNames(("Rate", "Exchange rate", "FX rate"), ("Taux", "Taux de change", "Cours")),
    "metric": HeadingNames(("Metric", "Measure"), ("Indicateur", "Mesure")),
    "target": HeadingNames(("Target", "Goal"), ("Objectif", "Cible")),
    "same_as": HeadingNames(("Same as", "Merged into"), ("Identique à", "Même que", "Fusionné avec")),
    "from": HeadingNames(("From", "Effective from"), ("À partir du", "À compter du", "Dès le")),
    "word": HeadingNames(("Word",), ("Mot",)),
    "means": HeadingNames(("Means",), ("Signifie", "Veut dire")),
}

# Words that head the account IDs if no heading says ID, and the account names if one does.
BARE_HEADINGS = (
    *("Account", "Customer", "Client", "Company", "Organisation", "Organization"),
    *("Compte", "Société", "Entreprise", "Raison sociale"),
)
# Headings of a customer's name. Without an ID and without a bare word, they head the account IDs.
CUSTOMER_NAME_HEADINGS = (
    *("Account name", "Customer name", "Client name", "Company name", "Organisation name", "Organization name"),
    *("Nom du client", "Nom client", "Nom du compte", "Nom de la société", "Nom de l'entreprise"),
)

# Headings of e-mail and web addresses, folded.
_MAIL = r"e ?mail|mail|courriel"
_OWNER = r"(?:customer|client|account|contact|user)s?|billing|invoice|company|main|primary"
ADDRESS_NAMES = re.compile(
    rf"(?:(?:{_OWNER}) )?(?:(?:{_MAIL})(?: address| id)?|domain(?: name)?|website|web ?site|url)"
    rf"|(?:adresse )?(?:{_MAIL})(?: (?:du |de )?(?:client|compte|facturation|contact))?"
    r"|domaine|nom de domaine|site(?: web| internet)|site web (?:du )?client"
)

# Next to the MRR before a change, the one after it; folded.
CURRENT_MRR = "current mrr"
# Headings of the month in which an account left.
CHURN_MONTH_NAMES = frozenset(
    map(
        fold_cell,
        (
            *("Churn month", "Month of churn", "Churned in", "Lost in", "Lost month", "Month lost"),
            *("Mois de résiliation", "Mois de churn", "Mois de départ", "Mois de perte"),
            *("Perdu en", "Résilié en", "Parti en"),
        ),
    )
)
# Headings of the day or month that an account left, which an end of a term may not be.
CHURN_NAMES = CHURN_MONTH_NAMES | frozenset(
    map(
        fold_cell,
        (
            *("Churn date", "Churned at", "Churned on", "Termination date", "Churned date", "Lost on", "Lost date"),
            *("Résilié le", "Résiliée le", "Date de départ", "Date de churn", "Perdu le", "Parti le", "Date de perte"),
        ),
    )
)
KEYS_BY_NAME = {fold_cell(name): key for key, names in HEADINGS.items() for name in names.english + names.french}
# The known names without spaces: programs write "CustomerID", "startdate".
_KEYS_BY_JOINED_NAME = {name.replace(" ", ""): key for name, key in KEYS_BY_NAME.items()}
BARE_NAMES = frozenset(map(fold_cell, BARE_HEADINGS))
CUSTOMER_NAMES = frozenset(map(fold_cell, CUSTOMER_NAME_HEADINGS))


def find_key(heading: str) -> str | None:
    """Return the key of a folded heading, whatever joins its words; None for an unknown heading."""
    return KEYS_BY_NAME.get(heading) or _KEYS_BY_JOINED_NAME.get(heading.replace(" ", ""))


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


def name_heading_in(name: str, language: Language) -> str:
    """Return the name of a heading in a language, for a name that `name_heading` returned."""
    key = KEYS_BY_NAME[fold_cell(name)]
    return HEADINGS[key].french[0] if language == "fr" else name


def looks_like_month(heading: str) -> bool:
    """Tell whether a heading looks like a mistyped month: it has digits, or a month's name without a year."""
    words = set(fold_cell(heading).split()) - MEASURES
    return bool(re.search(r"\d", heading)) or (bool(words) and words <= month_names().keys())
