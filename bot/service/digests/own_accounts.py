"""The accounts of an owner: the list that they subscribe to, and the accounts that they have called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.messages.digests.own_accounts import (
    build_called_message,
    build_own_accounts_messages,
    build_uncalled_message,
)
from bot.messages.digests.weekly import Footer
from bot.messages.kit.message import Message
from bot.service.access.viewer import OWNER, read_limits
from bot.service.analyst import Analyst, read_cut
from bot.service.digests.building import (
    BuiltMessages,
    build_subscribed_digest,
    build_unsubscribed,
    describe_missed,
)
from core.digests.own_accounts import (
    CALLED_FOR,
    OwnAccounts,
    RecordedList,
    list_ids_at_stake,
    list_own_accounts,
    select_own_accounts,
)
from core.errors import N_, QuestionError
from core.query.vocabulary import Filter
from core.reports.scope import Scope
from core.schedules import find_current_slot
from core.store.outgoing.subscriptions import Subscription
from core.text import fold

Cuts = Sequence[tuple[Filter, ...]]


@dataclass(frozen=True, slots=True)
class BuiltOwnAccounts(BuiltMessages):
    """The list of an owner with its messages.

    Attributes:
        own: the list.

    """

    own: OwnAccounts


def build_messages(
    analyst: Analyst, subscription: Subscription, now: dt.datetime, key: str = "", source: str = ""
) -> BuiltMessages:
    """Return the messages of a subscription, as the analyst's viewer may see them and in the analyst's language.

    Args:
        analyst: the analyst.
        subscription: the subscription; one that is not stored was never sent.
        now: the present moment.
        key: the key of their delivery; empty for that of the present day, week or month.
        source: why their readers get them; empty for messages without a footer.

    Raises:
        NoSnapshotError: nothing was synced yet.
        QuestionError: the sheet does not have its cut any more.
        AccessError: the viewer may not see it, or is the owner of no account.

    """
    if subscription.subject == "digest":
        return build_subscribed_digest(analyst, subscription, now, key, source)
    return build_own_accounts(analyst, subscription, now, key, source)


def build_own_accounts(
    analyst: Analyst, subscription: Subscription, now: dt.datetime, key: str = "", source: str = ""
) -> BuiltOwnAccounts:
    """Return the list of the owner whom the viewer is; the arguments are those of `build_messages`.

    Raises:
        NoSnapshotError: nothing was synced yet.
        QuestionError: the sheet does not have its cut any more.
        AccessError: the viewer is the owner of no account.

    """
    day = dt.date.fromisoformat(key[:10]) if key else find_current_slot(subscription.schedule, now).day
    newest, cuts = load_own_accounts(analyst, subscription.cut)
    today, deliveries = now.astimezone(analyst.zone).date(), analyst.store.deliveries
    scope = newest if newest.today == today else replace(newest, today=today)
    last = deliveries.find_last(subscription.kind, before=key or day.isoformat())
    own = list_own_accounts(
        scope,
        day,
        cuts,
        _find_called(analyst, scope, cuts, now),
        RecordedList.restore(last.payload) if last and last.payload else None,
    )
    footer = Footer(source, subscription.id) if source else None
    missed = describe_missed(subscription, deliveries.list_kind(subscription.kind), key or day.isoformat())
    message, *thread = build_own_accounts_messages(own, analyst.translate, footer, missed)
    return BuiltOwnAccounts(message, thread, own.record().payload(), own.origin.id, own)


def preview_own_accounts(analyst: Analyst, owner: str, now: dt.datetime) -> BuiltOwnAccounts:
    """Return the list of an owner as it would be now, compared with the last one that they got.

    Args:
        analyst: the analyst, who serves a person who sees all accounts.
        owner: the owner as the sheet has it, in any case.
        now: the present moment.

    Raises:
        NoSnapshotError: nothing was synced yet.
        QuestionError: the sheet has no such owner.

    """
    if analyst.build_reader(analyst.load_scope(), "nrr").vocabulary.find_value(OWNER, owner) is None:
        raise QuestionError(
            N_("The data has no owner “{owner}”."), N_("Name one as its column Owner has it."), owner=owner
        )
    people = (entry.slack for entry in analyst.config.access.people if fold(entry.owner) == fold(owner))
    person = next(people, "")
    stored = (
        entry
        for entry in analyst.store.subscriptions.list_all()
        if entry.subject == "accounts" and entry.channel == person
    )
    subscription = next(stored, replace(build_unsubscribed(analyst.config), subject="accounts"))
    served = analyst.serve(replace(analyst.viewer, id=person, owner=owner)).speak(analyst.default_reader.translate)
    return build_own_accounts(served, subscription, now)


def load_own_accounts(analyst: Analyst, cut: str = "") -> tuple[Scope, Cuts]:
    """Return the newest data, and the cuts that have the accounts of the owner whom the viewer is.

    Args:
        analyst: the analyst.
        cut: a line of the grammar without a period, in which the accounts must be; empty for all.

    Raises:
        NoSnapshotError: nothing was synced yet.
        QuestionError: the sheet has no such cut, or it names a period.
        AccessError: it is not known which owner the viewer is, or the sheet does not have that owner.

    """
    viewer, scope = analyst.viewer, analyst.load_scope()
    reader = analyst.build_reader(scope, "nrr")
    owner = viewer.require_owner(reader.vocabulary)
    filters = (*read_cut(cut, reader), owner)
    if viewer.limits is None:
        return scope, [filters]
    # The data has each account that ever had one of the segments of the viewer; these are those that have one now.
    allowed = read_limits(viewer.limits, reader.vocabulary)
    return scope, [(*filters, Filter(name, value)) for name, values in allowed.items() for value in sorted(values)]


def note_call(analyst: Analyst, account_id: str, now: dt.datetime, *, is_called: bool) -> Message:
    """Keep an account off the lists of the viewer, or let it be on them again; return the message that says so.

    Raises:
        AccessError: the viewer is the owner of no account.
        QuestionError: the account is not theirs.

    """
    name = _find_name(analyst, account_id)
    if is_called:
        analyst.store.keep_call(analyst.viewer.id, account_id, now, now + CALLED_FOR)
        return build_called_message(name, account_id, analyst.translate)
    analyst.store.withdraw_call(analyst.viewer.id, account_id)
    return build_uncalled_message(name, analyst.translate)


def _find_called(analyst: Analyst, scope: Scope, cuts: Cuts, now: dt.datetime) -> frozenset[str]:
    return analyst.store.find_called(analyst.viewer.id, list_ids_at_stake(scope, cuts), now)


def _find_name(analyst: Analyst, account_id: str) -> str:
    """Return the name of an account of the viewer."""
    scope, cuts = load_own_accounts(analyst)
    accounts = scope.ledger.accounts
    place = accounts.ids.index(account_id) if account_id in accounts.ids else -1
    if place < 0 or not select_own_accounts(scope, cuts)[place]:
        raise QuestionError(
            N_("This account is not among yours in the sheet any more."), N_("/nrr digest preview has the list of now.")
        )
    return accounts.names[place]
