"""The one gate: who may ask, about which segments, and who may see names. Every door asks it for a `Viewer`.

`Gate.admit_person` for what one person sees (a command, a button, a direct message, the Home tab), `admit_readers` for
what a channel sees, `admit_channel` for a message that no one asked for, `admit_address` and `admit_key` for the
add-in. Then `Analyst.serve(viewer)` answers as that viewer may see it: it checks the segments of each question,
withholds names, and writes the audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.service.access.audit import Audit
from bot.service.access.viewer import ADMIN, ASK, Viewer
from core.config import Access, AccessPerson
from core.errors import N_, AccessError, Sentence
from core.store.state.reader_keys import ReaderKey

PRIVATE = "private"  # in access.name_channels: every private channel


@dataclass(frozen=True, slots=True)
class Person:
    """A person as Slack describes them.

    Attributes:
        id: the person's id.
        name: the person's name.
        teams: the workspaces that the person is a member of.
        is_guest: whether the person was invited to some channels only.
        is_bot: whether it is a program.
        is_removed: whether the account was deactivated.
        locale: their language and country in Slack, as `fr-FR`; empty where Slack does not say it.
        zone: the name of their time zone; empty where Slack does not say it.

    """

    id: str
    name: str
    teams: frozenset[str]
    is_guest: bool = False
    is_bot: bool = False
    is_removed: bool = False
    locale: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as Slack describes it.

    Attributes:
        id: the channel's id.
        name: the channel's name.
        is_external: whether another company reads it, or is invited to.
        is_member: whether the bot is in it.
        is_private: whether only those who were invited read it.
        locale: its language and country in Slack, as `fr-FR`; empty where Slack does not say it.

    """

    id: str
    name: str
    is_external: bool
    is_member: bool
    is_private: bool = False
    locale: str = ""


class Directory(Protocol):
    """The people, channels and user groups of Slack. Each method raises an AccessError where Slack cannot say."""

    def find_own_team(self) -> str:
        """Return the workspace that the bot is installed in."""

    def find_person(self, user: str) -> Person:
        """Return a person."""

    def is_known(self, user: str, groups: Iterable[str]) -> bool:
        """Tell whether a person and user groups were looked up lately, so that Slack need not be asked."""

    def find_name(self, user: str) -> str:
        """Return the name of a person as Slack said it last; empty where it cannot say."""

    def find_channel(self, channel: str) -> Channel:
        """Return a channel."""

    def find_group(self, group: str) -> frozenset[str]:
        """Return the ids of the people in a user group."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides who may see what. Each `admit_...` raises an AccessError that says whom to ask, and records it.

    Attributes:
        rules: `[access]` of the config.
        directory: the people and channels of Slack; None where Slack is not connected.
        audit: records refusals.

    """

    rules: Access
    directory: Directory | None
    audit: Audit

    def is_known(self, user: str) -> bool:
        """Tell whether `admit_person` needs to ask Slack nothing, so that it takes no time."""
        return self.directory is not None and self.directory.is_known(user, self.rules.groups)

    def admit_person(self, user: str, action: str = "answer") -> Viewer:
        """Return the viewer of an answer that only a person in Slack sees.

        Args:
            user: the person's id.
            action: what they do, as the audit calls it.

        Raises:
            AccessError: the person may not ask, or Slack cannot say who it is.

        """
        entry = next((entry for entry in self.rules.people if entry.slack == user), AccessPerson(slack=user))
        with self.audit.record_refusal(Viewer(user, "slack", action)):
            return replace(self._admit(entry), action=action)

    def admit_readers(self, viewer: Viewer, channel_id: str, *, is_external: bool, posts: bool) -> Viewer:
        """Return the viewer of an answer that a person asked for and a channel reads.

        Args:
            viewer: the person.
            channel_id: the channel's id.
            is_external: whether Slack said with the request that another company reads the channel.
            posts: whether the bot must be in it.

        Raises:
            AccessError: another company reads the channel, or Slack cannot say.

        """
        with self.audit.record_refusal(replace(viewer, channel=channel_id)):
            channel = self._slack.find_channel(channel_id)
            check_channel(channel, is_external=is_external)
            if posts:
                check_membership(channel)
        return replace(viewer, channel=channel.id, sees_names=viewer.sees_names and self._shows_names(channel))

    def admit_channel(self, channel_id: str, action: str = "digest", *, posts: bool = False) -> Viewer:
        """Return the viewer of a message that a channel gets without a question.

        Args:
            channel_id: the channel's id.
            action: what the bot does, as the audit calls it.
            posts: whether the bot must be in it.

        Raises:
            AccessError: another company reads the channel, or Slack cannot say.

        """
        viewer = Viewer("", "slack", action, sees_names=True, find_contact=self.find_contact)
        return self.admit_readers(viewer, channel_id, is_external=False, posts=posts)

    def admit_address(self, email: str) -> Viewer:
        """Return the viewer with a Google address, whom `access.people` maps to a person in Slack.

        Raises:
            AccessError: the config does not have the address, or the person in Slack may not ask.

        """
        with self.audit.record_refusal(Viewer(email, "add-in", "sidebar")):
            entry = next((entry for entry in self.rules.people if entry.email.lower() == email.lower()), None)
            if entry is None:
                raise AccessError(N_("Your account may not use the sidebar."), ASK, contact=self.find_contact())
            return replace(self._admit(entry), id=email, door="add-in", action="sidebar")

    def admit_key(self, key: ReaderKey) -> Viewer:
        """Return the viewer with a key, which may be anyone who opens the sheet: they see no names."""
        return Viewer(key.id, "add-in", "key", may_sync=key.scope == "sync", find_contact=self.find_contact)

    def find_contact(self) -> Sentence:
        """Return whom to ask for more, as the end of a sentence: the administrators by name."""
        names = [name for user in self.rules.administrators if (name := self._name(user))]
        if not names:
            return ADMIN
        return Sentence(N_("{people} (admin of nrrbot)"), {"people": ", ".join(names)})

    @property
    def _slack(self) -> Directory:
        if self.directory is None:
            raise AccessError(
                N_("Slack is not connected, so it is not known whether you may see figures."),
                ASK,
                contact=ADMIN,
            )
        return self.directory

    def _admit(self, entry: AccessPerson) -> Viewer:
        """Return the viewer of what a person alone sees."""
        if entry.slack:
            check_person(self._slack.find_person(entry.slack), self._slack.find_own_team())
        is_administrator = bool(entry.slack) and entry.slack in self.rules.administrators
        if not is_administrator and self.rules.may_ask and not self._is_among(entry, self.rules.may_ask):
            raise AccessError(
                N_("You are not among the people who may ask nrrbot, so it shows you no figures."),
                ASK,
                contact=self.find_contact(),
            )
        limits = None if is_administrator else self._find_limits(entry)
        return Viewer(
            entry.slack,
            "slack",
            sees_names=True,
            limits=limits,
            may_sync=is_administrator,
            is_administrator=is_administrator,
            owner=entry.owner,
            find_contact=self.find_contact,
        )

    def _find_limits(self, entry: AccessPerson) -> frozenset[str] | None:
        """Return the segments that a person is limited to, those of all their groups; None without a limit."""
        own = [limit.segments for limit in self.rules.limits if self._is_among(entry, limit.who)]
        return frozenset(segment for segments in own for segment in segments) if own else None

    def _is_among(self, entry: AccessPerson, listed: Iterable[str]) -> bool:
        """Tell whether a person is in a list of ids of people and of user groups, and of e-mail addresses."""
        for text in listed:
            if "@" in text:
                if text.lower() == entry.email.lower():
                    return True
            elif text == entry.slack or (text in self.rules.groups and entry.slack in self._slack.find_group(text)):
                return True
        return False

    def _shows_names(self, channel: Channel) -> bool:
        listed = self.rules.name_channels
        return channel.id in listed or (channel.is_private and PRIVATE in listed)

    def _name(self, user: str) -> str:
        """Return the name of an administrator; their address where Slack cannot say it."""
        email = next((entry.email for entry in self.rules.people if entry.slack == user), "")
        return (self.directory.find_name(user) if self.directory else "") or email


def check_person(person: Person, own_team: str) -> None:
    """Check that a person may see figures.

    Raises:
        AccessError: it is a stranger, a guest or a program.

    """
    if own_team not in person.teams or person.is_removed:
        raise AccessError(
            N_("You are not a member of this workspace, so nrrbot shows you no figures."),
            N_("Ask a person of the company whose figures they are."),
        )
    if person.is_bot:
        raise AccessError(N_("nrrbot shows no figures to other programs."), N_("A person can ask."))
    if person.is_guest:
        raise AccessError(
            N_("You are a guest of this workspace, so nrrbot shows you no figures."),
            N_("Ask a full member of it."),
        )


def check_channel(channel: Channel, *, is_external: bool = False) -> None:
    """Check that no other company reads a channel.

    Raises:
        AccessError: one does, or is invited to.

    """
    if channel.is_external or is_external:
        raise AccessError(
            N_("Another company reads #{name}, or is invited to, so nrrbot posts no figures there."),
            N_("Type /nrr and your question: only you see that answer. Or ask in a channel of your company."),
            name=channel.name,
        )


def check_membership(channel: Channel) -> None:
    """Check that the bot can post in a channel.

    Raises:
        AccessError: it is not in it.

    """
    if not channel.is_member:
        raise AccessError(
            N_("nrrbot is not in #{name}, so it cannot post there."),
            N_("Invite it with /invite @nrrbot, then try again."),
            name=channel.name,
        )
