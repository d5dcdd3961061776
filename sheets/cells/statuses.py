"""Words for the status of a subscription or an invoice, in English and French, and their effect on MRR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sheets.cells.text import NO, YES, fold_cell, fold_heading, is_blank, read_flag, read_text
from sheets.workbook.port import Cell

# paying: the line has MRR; free: it has none; left: it has MRR until its end, which it needs; past_due and unpaid:
# the config decides; unknown: no one says.
StatusMeaning = Literal["paying", "free", "left", "past_due", "unpaid", "unknown"]


# Words of a line that pays, and will end or begin.
_ENDING = frozenset({"non renewing", "scheduled", "future"})


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The words of a column Status.

    Attributes:
        words: folded word -> its meaning.
        others: the meaning of all other words.

    """

    words: Mapping[str, StatusMeaning]
    others: StatusMeaning = "unknown"

    def find_meaning(self, status: str, counts: Mapping[str, bool]) -> StatusMeaning:
        """Return the meaning of a folded status.

        Args:
            status: the status; empty for a blank cell, which says nothing, so the line counts.
            counts: folded status -> whether it counts, from the config; it comes before the table.

        """
        if not status:
            return "paying"
        if status in counts:
            return "paying" if counts[status] else "free"
        return self.words.get(status, self.others)

    def says_paying(self, status: str) -> bool:
        """Tell whether a folded status says that a line has not ended; "non renewing" does not."""
        return self.words.get(status) == "paying" and status not in _ENDING


def _fold_words(**words: str) -> dict[str, StatusMeaning]:
    meanings: dict[str, StatusMeaning] = {}
    names: tuple[StatusMeaning, ...] = ("paying", "free", "left", "past_due", "unpaid")
    for meaning in names:
        meanings |= dict.fromkeys(map(fold_cell, words.get(meaning, "").split(", ")), meaning)
    return {word: meaning for word, meaning in meanings.items() if word}


SUBSCRIPTION_STATUSES = StatusWords(
    _fold_words(
        paying="active, live, current, running, in force, paying, open, ongoing, renewed, non renewing, signed, won, "
        "scheduled, future, actif, active, en cours, en vigueur, payant, payante, renouvelé, renouvelée, signé, signée",
        free="trialing, trial, in trial, on trial, free, incomplete, incomplete_expired, paused, on hold, draft, "
        "pending, essai, en essai, période d'essai, gratuit, gratuite, incomplet, incomplète, suspendu, suspendue, "
        "en pause, brouillon, en attente",
        left="canceled, cancelled, churned, ended, expired, terminated, inactive, closed, lost, stopped, résilié, "
        "résiliée, terminé, terminée, expiré, expirée, annulé, annulée, parti, partie, perdu, perdue, inactif, clos, "
        "clôturé, clôturée, arrêté, arrêtée",
        past_due="past_due, overdue, late, en retard",
        unpaid="unpaid, impayé, impayée, non payé, non payée",
    )
)
INVOICE_STATUSES = StatusWords(
    _fold_words(
        paying="paid, open, sent, issued, due, outstanding, partially paid, overdue, past_due, late, unpaid, posted, "
        "payé, payée, réglé, réglée, émis, émise, envoyé, envoyée, en attente, pending, à payer, en retard, impayé, "
        "impayée, partiellement payé, partiellement payée, comptabilisé, comptabilisée",
        free="draft, void, voided, deleted, canceled, cancelled, brouillon, annulé, annulée, supprimé, supprimée",
    )
)

# Headings of yes or no: whether a customer has left, and whether it has not.
_LEFT_HEADINGS = frozenset(
    {
        *("churn", "churned", "is churned", "has churned", "churn flag", "cancelled", "canceled", "is cancelled"),
        *("is canceled", "lost", "has left", "gone", "terminated", "attrition", "resilie", "resiliee", "resilies"),
        *("perdu", "perdue", "parti", "partie", "a churne", "est parti", "client perdu", "client parti"),
    }
)
_STAYED_HEADINGS = frozenset(
    {
        *("active", "is active", "still active", "still customer", "still a customer", "current customer"),
        *("actif", "est actif", "toujours client", "toujours actif", "client actif"),
    }
)
# The words of such a column; a sign such as a tick is folded to one of them.
LEFT_FLAGS = StatusWords(_fold_words(left=", ".join(YES), paying=", ".join(NO)))
STAYED_FLAGS = StatusWords(_fold_words(paying=", ".join(YES), left=", ".join(NO)))
# Words in place of an amount: the customer has left.
_LEFT = frozenset(word for word, meaning in SUBSCRIPTION_STATUSES.words.items() if meaning == "left") | {
    *("churn", "left", "gone", "cancel", "cancellation", "resiliation", "depart", "churne", "churnee"),
}

_DASHES = frozenset({"-", "--", "–", "—", "−"})
# Words under End of a line that has not ended.
_NO_END = frozenset(
    {
        *("n/a", "na", "n.a.", "n/d", "s/o", "-", "--", "–", "—", "none", "null", "nil", "never", "no end"),
        *("ongoing", "open", "active", "current", "present", "today", "in progress", "evergreen"),
        *("en cours", "aucune", "aucun", "actif", "active", "ouvert", "indéterminée", "indéterminé", "jamais"),
    }
)


def read_flag_heading(heading: str) -> bool | None:
    """Return whether yes under a heading says that a customer has left, or False if no does; None for another one."""
    folded = fold_heading(heading)
    if folded in _LEFT_HEADINGS:
        return True
    return False if folded in _STAYED_HEADINGS else None


def fold_flag(cell: Cell) -> str:
    """Return a folded yes or no; empty if the cell is blank."""
    return fold_cell(cell) or ("" if is_blank(cell) else "yes" if read_flag(cell) is True else "no")


def is_open_end(cell: Cell) -> bool:
    """Tell whether a cell under End says that the line has not ended: it is blank, or a word such as "ongoing"."""
    return is_blank(cell) or (isinstance(cell, str) and read_text(cell).casefold() in _NO_END)


def is_dash(cell: Cell) -> bool:
    """Tell whether a cell is a dash alone, as accounts show an amount of 0."""
    return isinstance(cell, str) and read_text(cell) in _DASHES


def says_left(cell: Cell) -> bool:
    """Tell whether a cell among amounts says that the customer has left: "churned", "résilié"."""
    return isinstance(cell, str) and fold_cell(cell) in _LEFT
