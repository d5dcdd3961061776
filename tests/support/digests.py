"""Digests as people read them: the message, and its thread below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from bot.locale.translator import Translator
from bot.messages.digests.alerts import build_alert_message
from bot.messages.digests.own_accounts import build_own_accounts_messages
from bot.messages.digests.thread import build_thread_messages
from bot.messages.digests.weekly import Footer, build_digest_message
from bot.messages.kit.message import Message
from bot.service.access.viewer import OWNER
from bot.service.analyst import Analyst
from bot.service.digests.building import BuiltDigest, build_subscribed_digest, find_config_subscription
from core.digests.alerts import Alerts, RenewalAlert, find_alerts
from core.digests.digest_json import build_digest_json
from core.digests.own_accounts import OwnAccounts, RecordedAccount, RecordedList, list_own_accounts
from core.digests.weekly import Digest, build_digest
from core.ledger.segments import Segments
from core.metrics.restatements import Cause, Cell, Edit, Restated, Restatement
from core.metrics.retention import measure
from core.money import to_percent
from core.months import Month, Window
from core.outlook.account_signals import build_reason_json
from core.query.question import Filter
from core.reports.answer_json import build_answer_json
from core.reports.scope import Scope
from core.thresholds import AlertThresholds

Ask = Callable[..., dict[str, Any]]  # what /nrr digest answers to a text, a person and a channel


def list_messages(digest: Digest, translate: Translator) -> list[Message]:
    """Return the messages of a digest."""
    return [build_digest_message(digest, translate), *build_thread_messages(digest, translate)]


def join_messages(messages: Sequence[Message]) -> Message:
    """Return messages as one."""
    return Message(
        "\n\n".join(message.text for message in messages),
        [block for message in messages for block in message.blocks],
        [part for message in messages for part in message.parts],
        messages[0].summary,
    )


def read_digest(digest: Digest, translate: Translator) -> str:
    """Return the text of a digest and its thread."""
    return join_messages(list_messages(digest, translate)).text


def build_config_digest(analyst: Analyst, now: dt.datetime) -> BuiltDigest:
    """Return the digest of the config's channel."""
    subscription = find_config_subscription(analyst)
    assert subscription
    return build_subscribed_digest(analyst.speak(analyst.default_reader.translate), subscription, now)


@dataclass(frozen=True)
class Unasked:
    """A message that is sent unasked.

    Attributes:
        name: its kind.
        message: the message.
        words: the most words that it may have outside of tables.
        ratios: the ratios that it may name, somewhere in a JSON.

    """

    name: str
    message: Message
    words: int
    ratios: Any


def list_unasked(scope: Scope, translate: Translator) -> Iterator[Unasked]:
    """Yield all that is sent unasked about a company: the digest, the list of each owner, alerts; and their threads."""
    digest = build_digest(scope, scope.today)
    message, *thread = list_messages(digest, translate)
    yield Unasked("digest", message, 120, build_digest_json(digest))
    yield from (Unasked("thread of the digest", reply, 150, build_digest_json(digest)) for reply in thread)
    owners: list[tuple[Filter, ...]] = [(Filter(OWNER, owner),) for owner in scope.segments.askable.get(OWNER, ())]
    for cut in owners or [()]:
        for own in _list_twice(scope, cut):
            message, *thread = build_own_accounts_messages(own, translate, Footer("You get this for a reason.", 1))
            known = [build_reason_json(reason) for account in own.accounts for reason in account.signal.reasons]
            changes = [str(to_percent(account.mrr_change)) for account in own.accounts if account.mrr_change]
            yield Unasked("own accounts", message, 120, [known, changes])
            yield from (Unasked("thread of own accounts", reply, 150, known) for reply in thread)
    found = find_alerts(scope, (), AlertThresholds(points_down=1, account_share=1, renewal_days=90), b"key")
    if found.alerts:
        ratios = [
            str(to_percent(getattr(alert, name)))
            for alert in found.alerts
            for name in ("before", "now", "target", "share")
            if isinstance(getattr(alert, name, None), Fraction)
        ]
        renewals = [alert.account for alert in found.alerts if isinstance(alert, RenewalAlert)]
        known = [build_reason_json(reason) for account in renewals for reason in account.reasons]
        shown = build_alert_message(found, scope.calendar, translate)
        yield Unasked("alerts", shown, 150, [ratios, known, build_answer_json(found.company)])


def _list_twice(scope: Scope, cut: tuple[Filter, ...]) -> tuple[OwnAccounts, OwnAccounts]:
    """Return the first list, and one after a list with other accounts and other values, in which one was called."""
    first = list_own_accounts(scope, scope.today, [cut])
    known = [replace(account, mrr=2 * account.mrr, renewal="2020-01-01") for account in first.record().accounts[1:]]
    others = [RecordedAccount(account_id, 0, "EUR", "2020-01") for account_id in scope.ledger.accounts.ids[:4]]
    last = RecordedList(scope.today - dt.timedelta(weeks=1), (*known, *others))
    called = [account.id for account in first.record().accounts[2:3]]
    return first, list_own_accounts(scope, scope.today, [cut], called, last)


def add_signs(scope: Scope) -> Scope:
    """Return the company of nine accounts with facts about them.

    R&D <Lab> wants seats and has NPS 4, Bluepeak renews soon, Cascadia was to renew, Mill & Co and Halcyon show signs.
    """
    day = scope.today.toordinal()
    rows: dict[str, dict[int, float]] = {
        "nps": {2: 4, 3: 6, 4: 0, 5: 5, 7: 2},
        "feature_adoption": {5: 0.3},
        "seats": {2: 50},
        "seats_used": {2: 49},
        "renewal_date": {1: day + 30, 3: day - 9},
    }
    facts = {name: np.full(scope.ledger.accounts.count, np.nan) for name in rows}
    for name, values in rows.items():
        facts[name][list(values)] = list(values.values())
    return replace(scope, segments=Segments(replace(scope.ledger, facts=facts), scope.segments.rules))


def find_all_alerts(scope: Scope) -> Alerts:
    """Return an alert of each kind: the company of nine accounts in July, in which Nordwind left, with facts about it.

    In the second quarter Bluepeak paid more in an earlier snapshot.
    """
    ledger = replace(scope.ledger, panel=scope.ledger.panel[:22].copy(), lines=None, terms=None)
    facts = {"nps": np.full(ledger.accounts.count, np.nan), "renewal_date": np.full(ledger.accounts.count, np.nan)}
    facts["nps"][5], facts["renewal_date"][5] = 4, scope.today.toordinal() + 20
    quarter = Window(Month.of(2025, 3), Month.of(2025, 6))
    earlier = replace(ledger, panel=ledger.panel.copy())
    earlier.panel[-2, 1] *= 2
    before, after = measure(earlier, quarter), measure(ledger, quarter)
    edit = Edit(quarter.end, int(earlier.panel[-2, 1]), int(ledger.panel[-2, 1]))
    causes = (Cause("A-0002", "Bluepeak", "MRR", 3, ledger.currency, (edit,)),)
    restated = Restated(Cell(quarter, None, None), before, after, 1, 1, ("A-0002",))
    currencies = (ledger.currency, ledger.currency)
    restatement = Restatement(scope.origin.synced_at, (1, 2), currencies, (restated,), causes=causes, accounts=1)
    in_july = replace(
        scope,
        segments=Segments(replace(ledger, facts=facts), scope.segments.rules),
        origin=replace(scope.origin, problems={"implausible_total": 1}),
    )
    return find_alerts(in_july, [restatement], AlertThresholds(), b"key")
