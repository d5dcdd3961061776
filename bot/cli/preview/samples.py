"""The messages of the preview: an example of each sub-command, the digest, and what is said instead of an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from bot.locale.translator import get_translator
from bot.messages.kit.message import Message
from bot.messages.status.errors import build_error_message
from bot.service.access.viewer import OWNER
from bot.service.analyst import Analyst
from bot.service.commands import SUB_COMMANDS
from bot.service.digests.building import build_unsubscribed, preview_digest
from bot.service.digests.own_accounts import build_messages
from core.errors import N_, NoSnapshotError, NrrbotError
from core.terms import Language

# Words that some sub-commands need after their name; `{account}` is the largest account.
_WORDS = {
    "by": "segment",
    "account": '"{account}"',
    "lose": '"{account}"',
    "reconcile": "104.1",
    "whatif": "churn 5%->3%",
    "define": "nrr",
}
NOTHING_READ = N_("Nothing was read yet.")
_OTHERS = ("", "TTM", "Q3 vs Q2", "thanks", "entreprize Q3", "2031")


def list_samples(analyst: Analyst, language: Language, now: dt.datetime) -> Iterator[tuple[str, Message]]:
    """Yield the title and the message of each example, in a language."""
    analyst = replace(analyst, translate=get_translator(language))
    for command, line in (*(("/nrr", line) for line in list_lines(analyst)), ("/grr", "")):
        yield f"{command} {line}".strip(), _catch(partial(_ask, analyst, command, line), analyst)
    built = preview_digest(analyst, now)
    parts = ("changes", "suggestions", "renewals")
    titles = ("digest", *(f"digest, in its thread: {part}" for part in parts))
    yield from zip(titles, (built.message, *built.thread), strict=False)
    titles_of_list = ("an owner's accounts", "an owner's accounts, in its thread")
    yield from zip(titles_of_list, _list_own(analyst, now), strict=False)
    yield "How it is computed", _catch(partial(_define, analyst), analyst)
    missing = NoSnapshotError(NOTHING_READ)
    yield "before the first sync", build_error_message(missing, analyst.translate)


def _list_own(analyst: Analyst, now: dt.datetime) -> Sequence[Message]:
    """Return the list of the first owner in the sheet; nothing where it has no owners."""
    owners = analyst.load_newest().scope.segments.askable.get(OWNER, ())
    if not owners:
        return ()
    served = analyst.serve(replace(analyst.viewer, owner=owners[0]))
    built = build_messages(served, replace(build_unsubscribed(analyst.config), subject="accounts"), now)
    return (built.message, *built.thread)


def _define(analyst: Analyst) -> Message:
    value = analyst.build_writer(analyst.load_newest().snapshot)("")
    return analyst.define(analyst.read_state(value))


def list_lines(analyst: Analyst) -> Iterator[str]:
    """Yield a line for each sub-command, in the order of the help, and for what is none."""
    ledger = analyst.load_newest().scope.ledger
    largest = ledger.accounts.names[int(ledger.panel[-1].argmax())].replace('"', "")
    yield from _OTHERS
    for command in SUB_COMMANDS:
        yield f"{command.name} {_WORDS.get(command.name, '').format(account=largest)}".strip()


def _ask(analyst: Analyst, command: str, line: str) -> Message:
    return analyst.reply(command, line).message()


def _catch(build: Callable[[], Message], analyst: Analyst) -> Message:
    """Return the message, or that of the error in its place."""
    try:
        return build()
    except NrrbotError as error:
        return build_error_message(error, analyst.translate)
