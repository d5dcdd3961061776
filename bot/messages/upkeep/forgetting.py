"""The effect of forgetting a customer, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.locale.translator import Translator
from core.errors import N_
from core.store.history.forgetting import Forgetting

# What the next sync does, and what is not removed.
_IN_SHEET = (
    N_(
        "The next sync refuses the ID: its rows are excluded from all figures and reported as account_forgotten, until "
        "they are deleted from the sheet."
    ),
    N_(
        "Not removed: the rows in the sheet and in the tabs that nrrbot has written there (nrrbot write writes them "
        "anew), and messages in Slack."
    ),
)
_IN_WAREHOUSE = (
    N_("Queries to the warehouse show it under that name. Its rows count until they are deleted there."),
    N_("Not removed: the rows in the warehouse, and messages in Slack."),
)


def describe_forgetting(
    forgetting: Forgetting, store: Path, copies: Sequence[Path], translate: Translator, *, is_of_warehouse: bool
) -> str:
    """Return what was removed and what was not.

    Args:
        forgetting: the effect on the store.
        store: the file.
        copies: the files that still have the customer.
        translate: the language.
        is_of_warehouse: whether its rows are those of a warehouse.

    """
    lines = [
        translate.plural(
            N_("{account} was removed from {path}: from {count} snapshot, and from all that belongs to it."),
            N_("{account} was removed from {path}: from {count} snapshots, and from all that belongs to them."),
            forgetting.snapshots,
            account=forgetting.account,
            path=store.name,
        ),
        translate(
            N_("Its amounts stay in the figures under the name {pseudonym}. The log never had its ID or name."),
            pseudonym=forgetting.pseudonym,
        ),
        *map(translate, _IN_WAREHOUSE if is_of_warehouse else _IN_SHEET),
    ]
    if forgetting.resealed:
        lines.append(
            translate.plural(
                N_("A segment named the customer, so {count} seal was made anew."),
                N_("A segment named the customer, so {count} seals were made anew."),
                forgetting.resealed,
            )
        )
    if copies:
        names = ", ".join(map(str, copies))
        lines.append(
            translate(
                N_("Not removed from these files, which bring the customer back when they are restored: {names}."),
                names=names,
            )
        )
    else:
        lines.append(
            translate(N_("Backups that you made still have the customer, and bring it back when they are restored."))
        )
    return "\n".join(lines)
