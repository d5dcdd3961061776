"""Subscriptions as people read them: what, for whom, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, MessagePart, Note, Paragraph
from core.errors import N_
from core.schedules import Schedule
from core.store.outgoing.subscriptions import Subscription

_WEEKDAYS = (
    N_("on Monday"), N_("on Tuesday"), N_("on Wednesday"), N_("on Thursday"), N_("on Friday"), N_("on Saturday"),
    N_("on Sunday"),
)  # fmt: skip
_SHOWN = 10


def describe_schedule(schedule: Schedule, translate: Translator) -> str:
    """Return when a subscription is due."""
    time = translate.format_time(schedule.hour, schedule.minute)
    zone = schedule.time_zone
    match schedule.every:
        case "daily":
            return translate(N_("every day at {time} ({zone})"), time=time, zone=zone)
        case "weekly":
            day = translate(_WEEKDAYS[schedule.day])
            return translate(N_("every week {day} at {time} ({zone})"), day=day, time=time, zone=zone)
        case "monthly":
            return translate(N_("every month on day {day} at {time} ({zone})"), day=schedule.day, time=time, zone=zone)


def describe_subject(subscription: Subscription, translate: Translator) -> str:
    """Return what a subscription reports: its cut, and the column of its table; or the accounts of its owner."""
    if subscription.subject == "accounts":
        own = translate(N_("Your accounts"))
        return translate(N_("{cut}, {part}"), cut=own, part=subscription.cut) if subscription.cut else own
    cut = subscription.cut or translate(N_("The whole company"))
    if subscription.column:
        return translate(N_("{cut}, by {column}"), cut=cut, column=subscription.column)
    return cut


def build_subscribed_message(subscription: Subscription, next_at: dt.datetime, translate: Translator) -> Message:
    """Return the confirmation of a subscription."""
    return render(
        [
            Headline(translate(N_("Subscribed: {subject}"), subject=describe_subject(subscription, translate))),
            Paragraph(_describe(subscription, next_at, translate)),
            *_build_buttons(subscription, translate, is_one=True),
        ]
    )


def build_list_message(
    subscriptions: Sequence[Subscription], find_next: Callable[[Subscription], dt.datetime], translate: Translator
) -> Message:
    """Return the subscriptions of a place.

    Args:
        subscriptions: the subscriptions.
        find_next: returns the moment of the next digest of one.
        translate: the reader's language.

    """
    if not subscriptions:
        return render(
            [
                Headline(translate(N_("No digest is subscribed here"))),
                Paragraph(translate(N_("A digest says what changed, why, and whom to call first."))),
                Note(translate(N_("To get one:")), "/nrr digest subscribe me weekly monday 9:00"),
            ]
        )
    parts: list[MessagePart] = [
        Headline(
            translate.plural(N_("{count} digest is subscribed here"), N_("{count} digests are subscribed here"),
                             len(subscriptions))
        )
    ]  # fmt: skip
    for subscription in subscriptions[:_SHOWN]:
        lead = f"{subscription.id}. {describe_subject(subscription, translate)}"
        parts.append(Paragraph(_describe(subscription, find_next(subscription), translate), lead))
    if (more := len(subscriptions) - _SHOWN) > 0:
        text = translate.plural(N_("{count} more"), N_("{count} more"), more)
        parts.append(Paragraph(f"{text}: /nrr digest preview {subscriptions[_SHOWN].id}"))
    for subscription in subscriptions[:_SHOWN]:
        parts += _build_buttons(subscription, translate, is_one=len(subscriptions) == 1)
    return render(parts)


def build_settings_message(subscription: Subscription, next_at: dt.datetime, translate: Translator) -> Message:
    """Return the settings of a subscription, and how to change them."""
    what = "my accounts" if subscription.subject == "accounts" else "me" if subscription.is_direct else ""
    line = " ".join(filter(None, ("/nrr digest subscribe", what, subscription.cut, "daily 8:30")))
    return render(
        [
            Headline(describe_subject(subscription, translate)),
            Paragraph(_describe(subscription, next_at, translate)),
            Note(translate(N_("To change when it comes, subscribe again:")), line),
            *_build_buttons(subscription, translate, is_one=True),
        ]
    )


def build_state_message(subscription: Subscription, next_at: dt.datetime, translate: Translator) -> Message:
    """Return that a subscription was paused, resumed or ended."""
    subject = describe_subject(subscription, translate)
    headlines = {"active": N_("Resumed: {subject}"), "paused": N_("Paused: {subject}"), "ended": N_("Ended: {subject}")}
    return render(
        [
            Headline(translate(headlines[subscription.state], subject=subject)),
            Paragraph(_describe(subscription, next_at, translate)),
            *_build_buttons(subscription, translate, is_one=True),
        ]
    )


def _describe(subscription: Subscription, next_at: dt.datetime, translate: Translator) -> str:
    when = describe_schedule(subscription.schedule, translate)
    when = when[:1].upper() + when[1:]
    if subscription.state == "paused":
        return translate(N_("{when}. Paused."), when=when)
    if subscription.state == "ended":
        return translate(N_("It is not sent any more."))
    return translate(N_("{when}. Next: {moment}."), when=when, moment=next_at)


def _build_buttons(subscription: Subscription, translate: Translator, *, is_one: bool) -> Iterator[Button]:
    number = str(subscription.id)
    end = "" if is_one else f" {number}"
    if subscription.state == "active":
        yield Button(translate(N_("Pause")) + end, "pause", number, number)
    elif subscription.state == "paused":
        yield Button(translate(N_("Resume")) + end, "resume", number, number)
