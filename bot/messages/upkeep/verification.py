"""The result of a verification, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from core.errors import N_

if TYPE_CHECKING:
    from core.store.verification import Verified


def describe_verified(verified: Verified, translate: Translator) -> str:
    """Return the counts of what was checked, a line each."""
    lines = [
        translate.plural(
            N_("{count} snapshot is sealed, and its seal holds."),
            N_("{count} snapshots are sealed, and all seals hold."),
            verified.seals,
        ),
        translate.plural(
            N_("{count} snapshot is kept whole, as it was sealed."),
            N_("{count} snapshots are kept whole, as they were sealed."),
            verified.snapshots,
        ),
        translate.plural(
            N_("{count} recorded figure is the one that was sealed."),
            N_("{count} recorded figures are those that were sealed."),
            verified.recorded,
        ),
        translate.plural(
            N_("{count} restatement is the one that was sealed."),
            N_("{count} restatements are those that were sealed."),
            verified.restatements,
        ),
        translate.plural(
            N_("{count} figure was computed again from the stored amounts, with the same result."),
            N_("{count} figures were computed again from the stored amounts, with the same results."),
            verified.computed,
        ),
    ]
    if verified.outdated:
        lines.append(
            translate.plural(
                N_(
                    "{count} figure was computed by an earlier version of nrrbot and is different now; the next sync "
                    "records it."
                ),
                N_(
                    "{count} figures were computed by an earlier version of nrrbot and are different now; the next "
                    "sync records them."
                ),
                verified.outdated,
            )
        )
    return "\n".join(lines)
