"""A workbook that cannot be read: since when, why, how to fix it."""

from __future__ import annotations

import re

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, Paragraph
from bot.messages.kit.provenance import describe_notified
from core.errors import N_, Sentence
from core.reports.scope import Staleness

NO_VALUE = "none"  # of a button that belongs to no answer: Slack takes none that is empty
# In a fix that only an administrator can carry out: the config, commands, keys.
_OF_ADMINS = re.compile(
    r"\bconfig\b|\bworkbook\.|\bnrrbot (?:sync|restore|doctor)\b|--[a-z]|Google Cloud|JSON key|machine"
)


def list_repair_buttons(translate: Translator, *, can_sync: bool) -> list[Button]:
    """Return the buttons below the line that says that the data is stale.

    Args:
        translate: the reader's language.
        can_sync: whether the reader may have the sheet read.

    """
    buttons = [Button(translate(N_("How to fix it")), "fix", NO_VALUE)]
    return [*buttons, Button(translate(N_("Read it now")), "read", NO_VALUE)] if can_sync else buttons


def describe_failure(reason: Sentence, fix: str, translate: Translator, *, is_administrator: bool) -> str:
    """Return why the workbook cannot be read, and how the reader can fix it, or whom to tell.

    Args:
        reason: the reason.
        fix: a template with the values of the reason; may be empty.
        translate: the reader's language.
        is_administrator: whether the reader looks after nrrbot.

    """
    sentences = [reason]
    if fix and not is_administrator and _OF_ADMINS.search(fix):
        sentences.append(Sentence(N_("Tell the admin of nrrbot, who can repair it.")))
    elif fix:
        sentences.append(Sentence(fix, reason.values))
    return " ".join(map(translate.format_sentence, sentences))


def build_failure_message(
    staleness: Staleness | None, fix: str, translate: Translator, *, is_administrator: bool, is_of_warehouse: bool
) -> Message:
    """Return why the workbook or the warehouse cannot be read, and how to fix it.

    Args:
        staleness: since when and why; None where it can be read again.
        fix: a template with the values of the reason; may be empty.
        translate: the reader's language.
        is_administrator: whether the reader looks after nrrbot.
        is_of_warehouse: whether the figures are those of a warehouse.

    """
    if staleness is None:
        return Message(translate(N_("The data can be read again. Ask your question anew.")))
    moment = translate.format_moment(staleness.since)
    reason = staleness.reason
    checked, unreadable = (
        N_("The sheet was last checked on {moment}"),
        N_("The sheet has not been readable since {moment}"),
    )
    if is_of_warehouse:
        checked = unreadable = N_("The warehouse was last read on {moment}")
    if reason is None:
        return render(
            [
                Headline(translate(checked, moment=moment)),
                Paragraph(
                    translate(N_("nrrbot has not reached it since. Tell the admin of nrrbot: its log has the reason."))
                ),
            ]
        )
    return render(
        [
            Headline(translate(unreadable, moment=moment)),
            Paragraph(describe_failure(reason, fix, translate, is_administrator=is_administrator)),
            Paragraph(describe_notified(staleness.notified, translate)),
        ]
    )


def build_sync_failure_message(reason: Sentence, fix: str, translate: Translator) -> Message:
    """Return that a sync that an administrator asked for read nothing, and why."""
    text = describe_failure(reason, fix, translate, is_administrator=True)
    return render([Headline(translate(N_("The data was not read"))), Paragraph(text)])
