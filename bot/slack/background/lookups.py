"""Look-ups of people, user groups and channels, for the gate. They fail closed."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

from bot.service.access.gate import Channel, Person
from bot.service.log import get_log
from bot.slack.client import WebClient
from bot.slack.errors import FOREIGN_ERRORS, is_answer_of_slack, map_slack_error
from core.errors import N_, AccessError, Sentence

LOG = get_log("nrrbot.slack")
T = TypeVar("T")

# A person or a user group is looked up again after this time, a channel each time that something is posted in it.
PERSON_FRESH = dt.timedelta(minutes=5)
CHANNEL_FRESH = dt.timedelta(0)
NAME_FRESH = dt.timedelta(minutes=1)  # of one that Slack could not say
# How long the last look-up serves while Slack cannot be asked.
LONGEST = dt.timedelta(hours=1)
_MOST = 10_000  # people, groups and channels

# Errors that do not change within the hour, so that an earlier look-up would mislead.
_UNSEEN = (
    N_("nrrbot cannot see this channel, so it does not know whether another company reads it. Nothing was posted."),
    N_("Invite it with /invite @nrrbot, then try again."),
)
_GROUP_MESSAGE = (
    N_("nrrbot posts nothing in group messages."),
    N_("Ask or share in a channel that it is in."),
)
_NO_SCOPE = (
    N_("nrrbot may not see who reads this channel, so nothing was posted. {reason}"),
    N_("Tell the admin of nrrbot."),
)
_UNKNOWN_READERS = (
    N_("Slack cannot say now whether another company reads this channel, so nothing was posted. {reason}"),
    N_("Try again in a minute."),
)
_UNKNOWN_PERSON = (
    N_("Slack cannot say now whether you are a member of this workspace, so there are no figures. {reason}"),
    N_("Try again in a minute. If it fails again, ask the admin of nrrbot."),
)
_UNKNOWN_GROUP = (
    N_("Slack cannot say now whether you are in a user group that may ask, so there are no figures. {reason}"),
    N_("Try again in a minute. If it fails again, ask the admin of nrrbot."),
)


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    looked_up: dt.datetime


class Lookups:
    """People, user groups and channels as Slack describes them, remembered for at most an hour. Threads share it."""

    def __init__(
        self, client: WebClient, clock: Callable[[], dt.datetime], channel_fresh: dt.timedelta = CHANNEL_FRESH
    ) -> None:
        """Look nothing up yet.

        Args:
            client: the client of the Web API; it must not wait when Slack asks it to.
            clock: returns the present moment.
            channel_fresh: a channel is looked up again after this time.

        """
        self.client, self._clock, self._channel_fresh = client, clock, channel_fresh
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()
        self._own_team = ""

    def find_own_team(self) -> str:
        """Return the workspace that the bot is installed in.

        Raises:
            AccessError: Slack cannot say.

        """
        if not self._own_team:
            try:
                self._own_team = str(self.client.auth_test()["team_id"])
            except FOREIGN_ERRORS as error:
                raise _build_error(_UNKNOWN_PERSON, error) from error
        return self._own_team

    def find_person(self, user: str) -> Person:
        """Return a person.

        Raises:
            AccessError: Slack cannot say who it is.

        """

        def ask() -> Person:
            return _read_person(self.client.users_info(user=user, include_locale=True)["user"])

        return self._find(f"person {user}", ask, PERSON_FRESH, lambda _: _UNKNOWN_PERSON)

    def is_known(self, user: str, groups: Iterable[str]) -> bool:
        """Tell whether a person and user groups were looked up lately, so that Slack need not be asked."""
        now, keys = self._clock(), [f"person {user}", *(f"group {group}" for group in groups)]
        with self._lock:
            entries = [self._entries.get(key) for key in keys]
        return bool(self._own_team) and all(entry and now - entry.looked_up < PERSON_FRESH for entry in entries)

    def find_name(self, user: str) -> str:
        """Return the name of a person as Slack said it last; empty where it cannot say, which is asked once a minute.

        No one waits for the name of another person again and again.
        """
        person, key = self.recall_person(user), f"name {user}"
        if person:
            return person.name
        now, failed = self._clock(), self._recall(key)
        if failed and now - failed < NAME_FRESH:
            return ""
        try:
            return self.find_person(user).name
        except AccessError as error:
            LOG.warning("the name of a person is not known", reason=str(error))
            self._remember(key, _Entry(now, now))
            return ""

    def recall_person(self, user: str) -> Person | None:
        """Return a person as Slack described them last; None where it did not, or not lately."""
        return cast("Person | None", self._recall(f"person {user}"))

    def recall_channel(self, channel: str) -> Channel | None:
        """Return a channel as Slack described it last; None where it did not, or not lately."""
        return cast("Channel | None", self._recall(f"channel {channel}"))

    def _recall(self, key: str) -> Any:
        with self._lock:
            entry = self._entries.get(key)
        return entry.value if entry else None

    def find_channel(self, channel: str) -> Channel:
        """Return a channel.

        Raises:
            AccessError: Slack cannot say who reads it.

        """

        def ask() -> Channel:
            return read_channel(self.client.conversations_info(channel=channel, include_locale=True)["channel"])

        return self._find(f"channel {channel}", ask, self._channel_fresh, _explain_channel)

    def find_group(self, group: str) -> frozenset[str]:
        """Return the ids of the people in a user group.

        Raises:
            AccessError: Slack cannot say, or the group is disabled.

        """

        def ask() -> frozenset[str]:
            return frozenset(map(str, self.client.usergroups_users_list(usergroup=group)["users"]))

        return self._find(f"group {group}", ask, PERSON_FRESH, lambda _: _UNKNOWN_GROUP)

    def _find(
        self, key: str, ask: Callable[[], T], fresh: dt.timedelta, explain: Callable[[Exception], tuple[str, str]]
    ) -> T:
        """Return what Slack says, or said within the hour where it cannot be asked."""
        now = self._clock()
        with self._lock:
            entry = self._entries.get(key)
        if entry and now - entry.looked_up < fresh:
            return cast("T", entry.value)
        try:
            answer = ask()
        except FOREIGN_ERRORS as error:
            if entry and now - entry.looked_up < LONGEST and not is_answer_of_slack(error):
                LOG.warning("Slack could not be asked; an earlier look-up served", reason=str(map_slack_error(error)))
                return cast("T", entry.value)
            self._remember(key, None)
            raise _build_error(explain(error), error) from error
        self._remember(key, _Entry(answer, now))
        return answer

    def _remember(self, key: str, entry: _Entry | None) -> None:
        with self._lock:
            self._entries.pop(key, None)
            if entry:
                self._entries[key] = entry
                if len(self._entries) > _MOST:
                    self._entries.popitem(last=False)


def _explain_channel(error: Exception) -> tuple[str, str]:
    details = map_slack_error(error).values
    if details.get("code") == "missing_scope":
        return _GROUP_MESSAGE if "mpim:read" in str(details["needed"]) else _NO_SCOPE
    return _UNSEEN if details.get("code") == "channel_not_found" else _UNKNOWN_READERS


def _build_error(texts: tuple[str, str], error: Exception) -> AccessError:
    cause = map_slack_error(error)
    return AccessError(*texts, reason=Sentence(cause.problem, cause.values))


def _read_person(info: Mapping[str, Any]) -> Person:
    teams = {str(info.get("team_id", ""))}
    teams.update(map(str, (info.get("enterprise_user") or {}).get("teams") or ()))
    profile = info.get("profile") or {}
    return Person(
        id=str(info.get("id", "")),
        name=str(profile.get("display_name") or info.get("real_name") or info.get("name") or ""),
        teams=frozenset(teams),
        is_guest=bool(info.get("is_restricted") or info.get("is_ultra_restricted")),
        is_bot=bool(info.get("is_bot")),
        is_removed=bool(info.get("deleted")),
        locale=str(info.get("locale") or ""),
        zone=str(info.get("tz") or ""),
    )


def read_channel(info: Mapping[str, Any]) -> Channel:
    """Return a channel from its description in the Web API; one that is not complete counts as external."""
    is_external = info.get("is_ext_shared", True) or info.get("is_pending_ext_shared", False)
    return Channel(
        id=str(info.get("id", "")),
        name=str(info.get("name", "")),
        is_external=bool(is_external),
        is_member=bool(info.get("is_member")),
        is_private=bool(info.get("is_private")),
        locale=str(info.get("locale") or ""),
    )


def list_own_channels(client: WebClient) -> list[Channel]:
    """Return the channels that the bot is in, without archived ones.

    Raises:
        SlackError: Slack refused, or could not be reached.

    """
    channels, cursor = list[Channel](), ""
    try:
        while True:
            page = client.users_conversations(
                types="public_channel,private_channel", exclude_archived=True, limit=200, cursor=cursor
            )
            channels += map(read_channel, page["channels"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return channels
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
