"""Names of groups of customers: sizes, regions, countries, plans, channels, and figures of the whole company."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from babel import Locale

from sheets.cells.text import fold_cell
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.port import Cell

_GROUPS = frozenset(
    {
        *("enterprise", "enterprises", "smb", "smbs", "sme", "smes", "mid market", "midmarket", "mm", "startup"),
        *("startups", "corporate", "commercial", "consumer", "b2b", "b2c", "small", "medium", "large", "strategic"),
        *("key accounts", "entreprise", "entreprises", "grands comptes", "grand compte", "pme", "eti", "tpe", "ge"),
        *("particuliers", "petites", "moyennes", "grandes", "free", "basic", "starter", "standard", "team", "teams"),
        *("pro", "professional", "business", "premium", "growth", "plus", "ultimate", "essential", "gratuit"),
        *("emea", "apac", "amer", "amers", "americas", "latam", "na", "noram", "north america", "europe", "uk"),
        *("us", "usa", "eu", "uki", "dach", "benelux", "nordics", "mena", "anz", "row", "rest of world", "asia"),
        *("africa", "middle east", "international", "domestic", "southern europe", "northern europe", "amerique"),
        *("amerique du nord", "asie", "afrique", "moyen orient", "reste du monde", "export", "etats unis"),
        *("direct", "partner", "partners", "reseller", "resellers", "channel", "online", "inbound", "outbound"),
        *("self serve", "self service", "indirect", "partenaire", "partenaires", "revendeurs", "monthly", "annual"),
        *("mensuel", "annuel", "new", "expansion", "contraction", "churn", "churned", "reactivation", "upsell"),
        *("downgrade", "renewal", "renewals", "existing", "nouveau", "nouveaux", "existant", "existants"),
        *("other", "others", "autre", "autres", "unassigned", "unknown", "non attribue"),
    }
)
_NUMBERED = re.compile(
    r"(?:product|produit|plan|segment|region|tier|cohort|cohorte|gamme|offre) .+|.+ (?:plan|segment|tier)"
)


@cache
def _list_countries() -> frozenset[str]:
    """Return the names of the countries in English and French, folded."""
    return frozenset(fold_cell(name) for code in ("en", "fr") for name in Locale(code).territories.values())


def are_group_names(names: Sequence[Cell]) -> bool:
    """Tell whether two names or more, totals aside, are all those of groups of customers."""
    folded = [fold_cell(name) for name in drop_totals(names)]
    return len(folded) > 1 and all(
        name in _GROUPS or name in _list_countries() or _NUMBERED.fullmatch(name) for name in folded
    )


def drop_totals(names: Sequence[Cell]) -> list[Cell]:
    """Return the names without those of totals."""
    return [name for name in names if not (isinstance(name, str) and read_total_heading(name))]
