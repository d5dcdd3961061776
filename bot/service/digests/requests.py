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
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, MessagePart, Note
from bot.service.access.viewer import ASK, Viewer
from bot.service.analyst import Analyst
from bot.service.digests.building import (
    NOT_SUBSCRIBED,
    WEEKDAYS,
    build_unsubscribed,
    find_config_subscription,
    format_immediate_key,
)
from bot.service.digests.own_accounts import build_messages, load_own_accounts, note_call
from bot.service.digests.words import DigestWords, read_digest_words
from core.errors import N_, AccessError, QuestionError
from core.schedules import Schedule, find_last_slot, find_next_slot
from core.store.outgoing.deliveries import ALERT
from core.store.outgoing.subscriptions import Subscription, SubscriptionState

_REQUEST = re.compile(r"(?:digests?|bilan hebdo)(?:\s+|$)", re.IGNORECASE)


def find_digest_words(text: str) -> str | None:
    """Return the words after `digest`; None where a text is no request about digests."""
    match = _REQUEST.match(text)
    return text[match.end() :] if match else None


@dataclass(frozen=True, slots=True)
class DigestRequests:
    """Answers requests about digests.

    Attributes:
        analyst: the analyst, who serves the person who asks.
        admit_channel: returns the people of a channel as viewers; raises an AccessError where no digest may be posted.
        zone: the time zone of the person who asks; empty for that of the company.

    """

    analyst: Analyst
    admit_channel: Callable[[str], Viewer]
    zone: str = ""

    def answer(self, text: str, channel: str) -> Message:
        """Return the answer to `digest ...`, for the person alone.

        Args:
            text: the words after it; none for the digest as it would be now.
            channel: the id of the channel in which it was asked.

        Raises:
            AccessError: the person may not do that.
            QuestionError: the words were not understood, or the cut does not exist.

        """
        now, settings, viewer = self.analyst.clock(), self.analyst.config.schedule, self.analyst.viewer
        viewer.require_admission()
        day = WEEKDAYS.index(settings.digest_day)
        default = Schedule("weekly", day, settings.digest_hour, settings.digest_minute, "")
        find_config_subscription(self.analyst)
        words = read_digest_words(text, default)
        place = _find_place(words.channel, viewer.id, channel)
        if words.verb == "subscribe":
            return self._subscribe(words, place, now)
        if place not in {viewer.id, channel}:
            # It may be private, and its readers alone know what it gets.
            viewer.require_administrator()
        here = self._list_here(place)
        if words.verb == "list":
            return build_list_message(here, lambda entry: self._find_next(entry, now), self.analyst.translate)
        if words.is_own:
            here = [subscription for subscription in here if subscription.subject == "accounts"]
        if words.cut and not words.number:
            here = self._select_cut(words, here)
        if words.verb == "preview":
            return self._preview(words, here, now)
        subscription = self._choose(words, here)
        match words.verb:
            case "pause":
                return self._set_state(subscription, "paused", now)
            case "resume":
                return self._set_state(subscription, "active", now)
            case "stop":
                return self._set_state(subscription, "ended", now)
            case _:
                return self._post_now(subscription, now)

    def press(self, action: str, value: str) -> Message:
        """Return the answer to a button of a digest or of a subscription.

        Raises:
            AccessError: the person may not do that.
            QuestionError: the subscription is not known any more.

        """
        now = self.analyst.clock()
        self.analyst.viewer.require_admission()
        if action in {"there", "send"}:
            return self._decide(value, now, has_arrived=action == "there")
        if action in {"called", "uncalled"}:
            return self._note_call(value, now, is_called=action == "called")
        subscription = self._find(value)
        if action == "settings":
            return build_settings_message(subscription, self._find_next(subscription, now), self.analyst.translate)
        if action == "post":
            return self._post_now(subscription, now)
        return self._set_state(subscription, "paused" if action == "pause" else "active", now)

    def _subscribe(self, words: DigestWords, place: str, now: dt.datetime) -> Message:
        analyst, viewer = self.analyst, replace(self.analyst.viewer, action="subscribe")
        column = analyst.read_column(words.column) if words.column else ""
        if words.is_own:
            _check_own_words(words)
            place = viewer.id
        with analyst.audit.record_refusal(viewer):
            if words.is_own:
                load_own_accounts(analyst, words.cut)
            else:
                self._check_cut(words.cut, column, place)
        cut = analyst.spell_cut(words.cut)
        if not cut and not column and place != viewer.id:
            self._refuse_second(place)
        # A person's digest comes by their own clock, a channel's by that of the company.
        zone = (
            words.schedule.time_zone or (self.zone if place == viewer.id else "") or analyst.config.schedule.time_zone
        )
        subscription = Subscription(
            0,
            place,
            viewer.id,
            cut,
            column,
            "accounts" if words.is_own else "digest",
            replace(words.schedule, time_zone=zone),
            words.language or "",
            now,
        )
        stored = analyst.store.subscriptions.add(subscription)
        analyst.audit.record(viewer, "done")
        return build_subscribed_message(stored, self._find_next(stored, now), analyst.translate)

    def _refuse_second(self, channel: str) -> None:
        """Refuse a second digest of the whole company in the channel of the config."""
        if any(not entry.owner and entry.channel == channel for entry in self.analyst.store.subscriptions.list_all()):
            raise QuestionError(
                N_("This channel gets the digest of the config already."),
                N_("Pause it with /nrr digest pause; the admin of nrrbot can change its time."),
            )

    def _check_cut(self, cut: str, column: str, place: str) -> None:
        """Check that the viewer may subscribe a place, and that all who read there may see a cut.

        Raises:
            AccessError: they may not.
            QuestionError: the sheet has no such cut.

        """
        if place != self.analyst.viewer.id:
            _require_administrator(self.analyst.viewer)
            self.analyst.serve(self.admit_channel(place)).load_cut(cut, column)
        self.analyst.load_cut(cut, column)

    def _preview(self, words: DigestWords, here: Sequence[Subscription], now: dt.datetime) -> Message:
        """Return the digest of a subscription as it would be now; without one that of the words."""
        translate = self.analyst.translate
        subscription = self._find_shown(words.number, here) if words.number else next(iter(here), None)
        if words.column and not words.number:
            subscription = None  # the column of a subscription is its own
        column = self.analyst.read_column(words.column) if words.column else ""
        unsubscribed = replace(build_unsubscribed(self.analyst.config), cut=words.cut, column=column)
        if words.is_own:
            unsubscribed = replace(unsubscribed, subject="accounts")
        with self.analyst.audit.record_refusal(replace(self.analyst.viewer, action="digest")):
            message = build_messages(self.analyst, subscription or unsubscribed, now).whole
        if subscription is None:
            cut = [words.cut, *(["by", words.column] if words.column else [])]
            what = "my accounts" if words.is_own else " ".join(filter(None, [*cut, "me"]))
            end: list[MessagePart] = [Note(translate(N_("To get it every week:")), f"/nrr digest subscribe {what}")]
        else:
            number = str(subscription.id)
            end = [Button(translate(N_("Settings")), "settings", number)]
            if self._may_change(subscription):
                end.insert(0, Button(translate(N_("Post it now")), "post", number))
        self.analyst.audit.record(replace(self.analyst.viewer, action="digest"), "answered")
        return render([*message.parts, *end])

    def _list_here(self, place: str) -> list[Subscription]:
        user = self.analyst.viewer.id
        return [entry for entry in self.analyst.store.subscriptions.list_all() if entry.channel in {place, user}]

    def _select_cut(self, words: DigestWords, here: Sequence[Subscription]) -> list[Subscription]:
        """Return the subscriptions of the cut that is named; only a preview may be of another one."""
        cut = self.analyst.spell_cut(words.cut)
        chosen = [entry for entry in here if entry.cut == cut]
        if not chosen and words.verb != "preview":
            raise QuestionError(
                N_("No digest of “{cut}” is subscribed here."),
                N_("`/nrr digest list` shows those that are."),
                cut=words.cut,
            )
        return chosen

    def _find_next(self, subscription: Subscription, now: dt.datetime) -> dt.datetime:
        """Return the moment of the next digest of a subscription; a day has one."""
        slot = find_next_slot(subscription.schedule, now)
        while self.analyst.store.deliveries.find(subscription.kind, slot.day.isoformat()):
            slot = find_next_slot(subscription.schedule, slot.at)
        return slot.at

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

    def _find_shown(self, number: int, here: Sequence[Subscription]) -> Subscription:
        """Return a subscription of this place or of the person; the cut of another channel may be its secret."""
        subscription = self._find(str(number))
        if subscription not in here and not self._may_change(subscription):
            raise QuestionError(*NOT_SUBSCRIBED)
        return subscription

    def _find(self, number: str) -> Subscription:
        subscription = self.analyst.store.subscriptions.find(int(number)) if number.isdigit() else None
        is_of_another = subscription is not None and subscription.is_direct and not self._may_change(subscription)
        if subscription is None or subscription.state == "ended" or is_of_another:
            raise QuestionError(*NOT_SUBSCRIBED)
        return subscription

    def _set_state(self, subscription: Subscription, state: SubscriptionState, now: dt.datetime) -> Message:
        viewer = self._require_owner(subscription, state)
        if state == "ended" and not subscription.owner:
            raise QuestionError(
                N_("This digest is that of the config, so it ends there."),
                N_("Pause it here; the admin of nrrbot can end it."),
            )
        self.analyst.store.subscriptions.set_state(subscription.id, state, now)
        if state != "active":
            self.analyst.store.deliveries.cancel(subscription.kind)
        self.analyst.audit.record(viewer, "done")
        next_at = self._find_next(subscription, now)
        return build_state_message(replace(subscription, state=state), next_at, self.analyst.translate)

    def _post_now(self, subscription: Subscription, now: dt.datetime) -> Message:
        viewer = self._require_owner(subscription, "post")
        deliveries, grace = self.analyst.store.deliveries, self.analyst.config.schedule.grace_minutes
        key, expires = self._choose_key(subscription, now), now + dt.timedelta(minutes=grace)
        if not deliveries.plan(subscription.kind, key, subscription.channel, now, expires):
            deliveries.make_due(subscription.kind, key, now, expires)
        self.analyst.audit.record(viewer, "done")
        return Message(self.analyst.translate(N_("The digest will be there within a minute.")))

    def _choose_key(self, subscription: Subscription, now: dt.datetime) -> str:
        """Return the key of a digest that is posted now: that of the schedule where it is due and has not arrived."""
        slot, grace = find_last_slot(subscription.schedule, now), self.analyst.config.schedule.grace_minutes
        is_due = subscription.since < slot.at and now <= slot.at + dt.timedelta(minutes=grace)
        scheduled = self.analyst.store.deliveries.find(subscription.kind, slot.day.isoformat())
        is_open = scheduled.due_at is not None if scheduled else subscription.state == "active"
        return slot.day.isoformat() if is_due and is_open else format_immediate_key(subscription.schedule, now)

    def _decide(self, value: str, now: dt.datetime, *, has_arrived: bool) -> Message:
        kind, key = json.loads(value)
        subscription = self.analyst.store.subscriptions.find_sent(kind)
        if subscription:
            self._require_owner(subscription, "post")
        elif kind.startswith(ALERT):
            self.analyst.viewer.require_administrator()
        else:
            raise QuestionError(*NOT_SUBSCRIBED)
        expires = now + dt.timedelta(minutes=self.analyst.config.schedule.grace_minutes)
        is_settled = self.analyst.store.deliveries.settle(kind, key, now, has_arrived=has_arrived, expires_at=expires)
        text = N_("Thank you. It is recorded as posted.") if has_arrived else N_("It will be sent within a minute.")
        return Message(self.analyst.translate(text if is_settled else N_("That was decided before.")))

    def _note_call(self, account_id: str, now: dt.datetime, *, is_called: bool) -> Message:
        viewer = replace(self.analyst.viewer, action="call")
        with self.analyst.audit.record_refusal(viewer):
            message = note_call(self.analyst, account_id, now, is_called=is_called)
        self.analyst.audit.record(viewer, "done")
        return message

    def _may_change(self, subscription: Subscription) -> bool:
        viewer = self.analyst.viewer
        return viewer.id == subscription.owner or (viewer.is_administrator and not subscription.is_direct)

    def _require_owner(self, subscription: Subscription, action: str) -> Viewer:
        """Return the viewer, who may change a subscription; the audit knows what they do.

        Raises:
            AccessError: they may not.

        """
        viewer = replace(self.analyst.viewer, action=action)
        if self._may_change(subscription):
            return viewer
        with self.analyst.audit.record_refusal(viewer):
            raise AccessError(
                N_("Only the person who subscribed this digest or an administrator of nrrbot can change it."),
                ASK,
                contact=viewer.find_contact(),
            )


def _check_own_words(words: DigestWords) -> None:
    """Check that the words about a person's accounts name neither a channel nor a column."""
    if words.channel not in {"", "me"}:
        raise QuestionError(N_("The list of your accounts comes to you alone."), N_("Leave the channel out."))
    if words.column:
        raise QuestionError(N_("“{words}” has no effect on this answer."), N_("Leave it out."), words=words.column)


def _require_administrator(viewer: Viewer) -> None:
    if not viewer.is_administrator:
        raise AccessError(
            N_("Only an administrator of nrrbot can subscribe a channel."),
            N_("Ask {contact}. For yourself, add the word me."),
            contact=viewer.find_contact(),
        )


def _find_place(named: str, user: str, channel: str) -> str:
    """Return the channel that is named, or where it was asked; for direct messages the person."""
    if named == "me" or (not named and not channel.startswith(("C", "G"))):
        return user
    return named or channel
