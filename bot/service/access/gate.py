"""Who may see figures: full members of the company's workspace, in channels that no other company reads."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_, AccessError


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
        locale: its language and country in Slack, as `fr-FR`; empty where Slack does not say it.

    """

    id: str
    name: str
    is_external: bool
    is_member: bool
    locale: str = ""


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


def check_channel(channel: Channel) -> None:
    """Check that no other company reads a channel.

    Raises:
        AccessError: one does, or is invited to.

    """
    if channel.is_external:
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
