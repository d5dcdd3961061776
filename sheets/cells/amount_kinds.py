"""The kind of the amounts below a title: MRR and its like, amounts billed or paid, changes, or no money at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from core.months import month_names
from sheets.cells.plan_words import ACTUAL_WORDS, split_words
from sheets.cells.units import read_unit_words

AmountKind = Literal["recurring", "billed", "change", "other"]

_BILLED_WORDS = frozenset(
    {
        *("billing", "billings", "billed", "invoice", "invoices", "invoiced", "invoicing", "payment", "payments"),
        *("paid", "cash", "receipts", "collections", "collected", "encaissement", "encaissements", "encaisse"),
        *("encaissee", "encaisses", "facture", "factures", "facturee", "facturees", "facturation", "facturations"),
        *("paiement", "paiements", "paye", "payes", "reglement", "reglements"),
    }
)
_CHANGE_WORDS = frozenset(
    {"change", "changes", "variation", "variations", "delta", "deltas", "movement", "movements", "mouvement"}
    | {"mouvements", "variance", "variances", "ecart", "ecarts"}
)
_NET_NEW = re.compile(r"\bnet[ _-]?new\b|\bnew net\b|\bnet(?:te)?s? nouveau\b|\bvariation nette\b", re.IGNORECASE)
_OTHER_WORDS = frozenset(
    {
        *("seat", "seats", "user", "users", "licence", "licences", "license", "licenses", "logo", "logos", "headcount"),
        *("employees", "units", "quantity", "quantities", "qty", "volume", "volumes", "usage", "tickets", "hours"),
        *("nps", "cost", "costs", "cogs", "margin", "margins", "sessions", "devices", "siege", "sieges", "postes"),
        *("utilisateur", "utilisateurs", "effectif", "effectifs", "quantite", "quantites", "unites", "cout", "couts"),
        *("marge", "marges", "heures", "consommation"),
    }
)
_MONEY_WORDS = frozenset({"revenue", "revenues", "revenu", "revenus", "ca", "chiffre", "affaires", "sales", "ventes"})
_MEASURES = frozenset({"mrr", "arr", "acv", "tcv", "recurring"})
# Words that a title may have in addition.
_FILLERS = (
    frozenset(
        {
            *("by", "per", "of", "the", "in", "and", "for", "from", "number", "count", "total", "totals", "amount"),
            *("amounts", "montant", "montants", "par", "de", "des", "du", "d", "le", "la", "les", "l", "en", "et"),
            *("nombre", "nb", "no", "customer", "customers", "client", "clients", "account", "accounts", "compte"),
            *("comptes", "company", "month", "months", "monthly", "mois", "mensuel", "mensuelle", "mensuels"),
            *("mensuelles", "year", "annee", "ht", "ttc", "vat", "tva", "excl", "incl", "net", "nets", "gross", "brut"),
            *("k", "m", "eur", "usd", "gbp", "chf", "received", "recu", "recus", "active", "actifs", "used", "table"),
            *("tab", "data", "active", "list", "liste", "our", "new", "nouveau"),
        }
    )
    | ACTUAL_WORDS
)


@lru_cache(maxsize=4096)
def read_amount_kind(text: str) -> AmountKind | None:
    """Return the kind of amounts that a title names; None if it names none, or something else, too.

    "Billings 2025" are amounts billed and "Net new MRR" changes; "Billed MRR" is recurring, and "Support" is a product.
    """
    words = split_words(text)
    is_recurring = read_unit_words(text, is_heading=False).is_measure
    others = {
        word for word in words - _FILLERS - _MONEY_WORDS - _MEASURES - month_names().keys() if not word.isdecimal()
    }
    if _NET_NEW.search(text) or (others and others <= _CHANGE_WORDS and (is_recurring or words & _MONEY_WORDS)):
        return "change" if is_recurring or words & _MONEY_WORDS else None
    if is_recurring:
        return "recurring"
    if others and others <= _BILLED_WORDS:
        return "billed"
    return "other" if others and others <= _OTHER_WORDS else None
