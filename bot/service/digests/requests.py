"""Requests about digests: subscribing, pausing, posting now; and the buttons below them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.messages.digests.subscriptions import (
    build_list_message,
    build_settings_message,
    build_state_message,
    build_subscribed_message,
)
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst
from bot.service.digests.building import (
    WEEKDAYS,
    build_subscribed_digest,
    find_config_subscription,
    format_immediate_key,
)
from bot.service.digests.words import DigestWords, read_digest_words
from core.errors import N_, AccessError, QuestionError
from core.schedules import Schedule
from core.store.outgoing.subscriptions import Subscription, SubscriptionState

_NOT_SUBSCRIBED = (N_("This digest is not subscribed any more."), N_("Subscribe again: /nrr digest list."))
_REQUEST = re.compile(r"(?:digests?|bilan hebdo)(?:\s+|$)", re.IGNORECASE)


def find_digest_words(text: str) -> str | None:
    """Return the words after `digest`; None where a text is no request about digests."""
    match = _REQUEST.match(text)
    return text[match.end() :] if match else None


@dataclass(frozen=True, slots=True)
class DigestRequests:
    """Answers requests about digests.

    Attributes:
        analyst: the analyst.
        check_channel: raises an AccessError where no digest may be posted in a channel.
        zone: the time zone of the person who asks; empty for that of the company.

    """

    analyst: Analyst
    check_channel: Callable[[str], None]
    zone: str = ""

    def answer(self, text: str, user: str, channel: str) -> Message:
        """Return the answer to `digest ...`, for the person alone.

        Args:
            text: the words after it.
            user: the id of the person.
            channel: the id of the channel in which it was asked.

        Raises:
            AccessError: the person may not do that.
            QuestionError: the words were not understood, or the cut does not exist.

        """
        now, settings = self.analyst.clock(), self.analyst.config.schedule
        day = WEEKDAYS.index(settings.digest_day)
        default = Schedule("weekly", day, settings.digest_hour, settings.digest_minute, "")
        find_config_subscription(self.analyst)
        words = read_digest_words(text, default)
        place = _find_place(words.channel, user, channel)
        if words.verb == "subscribe":
            return self._subscribe(words, user, place, now)
        here = self._list_here(user, place)
        if words.verb == "list":
            return build_list_message(here, now, self.analyst.translate)
        subscription = self._choose(words, here)
        match words.verb:
            case "pause":
                return self._set_state(subscription, "paused", user, now)
            case "resume":
                return self._set_state(subscription, "active", user, now)
            case "stop":
                return self._set_state(subscription, "ended", user, now)
            case "preview":
                return build_subscribed_digest(self.analyst, subscription, now, self.analyst.translate).message
            case _:
                return self._post_now(subscription, user, now)

    def press(self, action: str, value: str, user: str) -> Message:
        """Return the answer to a button of a digest or of a subscription.

        Raises:
            AccessError: the person may not do that.
            QuestionError: the subscription is not known any more.

        """
        now = self.analyst.clock()
        if action in {"there", "send"}:
            return self._decide(value, user, now, has_arrived=action == "there")
        subscription = self._find(value)
        if action == "settings":
            return build_settings_message(subscription, now, self.analyst.translate)
        return self._set_state(subscription, "paused" if action == "pause" else "active", user, now)

    def _subscribe(self, words: DigestWords, user: str, place: str, now: dt.datetime) -> Message:
        analyst = self.analyst
        if place != user:
            self._require_administrator(user)
            self.check_channel(place)
        analyst.read_filters(words.cut)
        # A person's digest comes by their own clock, a channel's by that of the company.
        zone = words.schedule.time_zone or (self.zone if place == user else "") or analyst.config.schedule.time_zone
        subscription = Subscription(
            0,
            place,
            user,
            words.cut,
            analyst.read_column(words.column) if words.column else "",
            "digest",
            replace(words.schedule, time_zone=zone),
            words.language or "",
            now,
        )
        return build_subscribed_message(analyst.store.subscriptions.add(subscription), now, analyst.translate)

    def _list_here(self, user: str, place: str) -> list[Subscription]:
        return [entry for entry in self.analyst.store.subscriptions.list_all() if entry.channel in {place, user}]

    def _choose(self, words: DigestWords, here: Sequence[Subscription]) -> Subscription:
        """Return the subscription that is meant: by its number, or the only one here."""
        if words.number:
            return self._find(str(words.number))
        if len(here) != 1:
            raise QuestionError(
                N_("Which digest? {count} are subscribed here."),
                N_("`/nrr digest list` has their numbers: /nrr digest {verb} 1."),
                count=len(here),
                verb=words.verb,
            )
        return here[0]

    def _find(self, number: str) -> Subscription:
        subscription = self.analyst.store.subscriptions.find(int(number)) if number.isdigit() else None
        if subscription is None or subscription.state == "ended":
            raise QuestionError(*_NOT_SUBSCRIBED)
        return subscription

    def _set_state(self, subscription: Subscription, state: SubscriptionState, user: str, now: dt.datetime) -> Message:
        self._require_owner(subscription, user)
        if state == "ended" and not subscription.owner:
            raise QuestionError(
                N_("This digest is that of the config, so it ends there."),
                N_("Clear schedule.digest_channel in the config, or pause it here."),
            )
        self.analyst.store.subscriptions.set_state(subscription.id, state, now)
        if state != "active":
            self.analyst.store.deliveries.cancel(subscription.kind)
        return build_state_message(replace(subscription, state=state), now, self.analyst.translate)

    def _post_now(self, subscription: Subscription, user: str, now: dt.datetime) -> Message:
        self._require_owner(subscription, user)
        expires = now + dt.timedelta(minutes=self.analyst.config.schedule.grace_minutes)
        key = format_immediate_key(subscription.schedule, now)
        self.analyst.store.deliveries.plan(subscription.kind, key, subscription.channel, now, expires)
        return Message(self.analyst.translate(N_("The digest will be there within a minute.")))

    def _decide(self, value: str, user: str, now: dt.datetime, *, has_arrived: bool) -> Message:
        kind, key = json.loads(value)
        subscription = self.analyst.store.subscriptions.find_sent(kind)
        if subscription is None:
            raise QuestionError(*_NOT_SUBSCRIBED)
        self._require_owner(subscription, user)
        expires = now + dt.timedelta(minutes=self.analyst.config.schedule.grace_minutes)
        is_settled = self.analyst.store.deliveries.settle(kind, key, now, has_arrived=has_arrived, expires_at=expires)
        text = N_("Thank you. It is recorded as posted.") if has_arrived else N_("It will be sent within a minute.")
        return Message(self.analyst.translate(text if is_settled else N_("That was decided before.")))

    def _require_administrator(self, user: str) -> None:
        if user not in self.analyst.config.access.administrators:
            raise AccessError(
                N_("Only an administrator of nrrbot can subscribe a channel."),
                N_("access.administrators in the config names them. For yourself, add the word me."),
            )

    def _require_owner(self, subscription: Subscription, user: str) -> None:
        administrators = () if subscription.is_direct else self.analyst.config.access.administrators
        if user != subscription.owner and user not in administrators:
            raise AccessError(
                N_("Only the person who subscribed this digest or an administrator of nrrbot can change it."),
                N_("access.administrators in the config names them."),
            )


def _find_place(named: str, user: str, channel: str) -> str:
    """Return the channel that is named, or where it was asked; for direct messages the person."""
    if named == "me" or (not named and not channel.startswith(("C", "G"))):
        return user
    return named or channel
