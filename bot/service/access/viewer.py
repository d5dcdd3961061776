"""The reader of an answer, and how much of it they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.errors import N_, AccessError, Sentence
from core.query.vocabulary import Filter, Vocabulary, is_within

Door = Literal["slack", "add-in", "sheet", "command line", ""]

# The column of the people who look after the accounts.
OWNER = "owner"
ADMIN = Sentence(N_("the admin of nrrbot"))
ASK = N_("Ask {contact}.")


def _name_no_one() -> Sentence:
    return ADMIN


class NamesWithheldError(AccessError):
    """An answer names accounts, and some of its readers may not see names."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The reader of an answer, or all readers of a channel. `bot.service.access.gate` makes them.

    Attributes:
        id: the id of the person or of the channel in Slack, an e-mail address, or the id of a key; for the audit.
        door: where they ask.
        action: what they do, as the audit calls it.
        channel: the channel that reads the answer too; empty where the person alone does.
        is_admitted: whether they see anything at all.
        sees_names: whether they see what names accounts and people.
        limits: the values that they may ask about, such as `segment=Enterprise`; None for the whole company.
        may_sync: whether they may have the workbook read.
        is_administrator: whether they look after nrrbot.
        owner: the owner in the sheet that they are; empty if that is not known.
        find_contact: returns whom they can ask for more, as the end of a sentence.

    """

    id: str
    door: Door = ""
    action: str = "answer"
    channel: str = ""
    is_admitted: bool = True
    sees_names: bool = False
    limits: frozenset[str] | None = None
    may_sync: bool = False
    is_administrator: bool = False
    owner: str = ""
    find_contact: Callable[[], Sentence] = field(default=_name_no_one, repr=False, compare=False)

    @property
    def view(self) -> tuple[bool, frozenset[str] | None]:
        """The form of the answers: viewers with the same one see the same answers."""
        return self.sees_names, self.limits

    def require_admission(self) -> None:
        """Check that this is a reader at all, and not the lack of one.

        Raises:
            AccessError: no one was let in.

        """
        if not self.is_admitted:
            raise self._refuse(N_("It is not known who asks, so there are no figures."))

    def require_all(self) -> None:
        """Check that the viewer may ask about the whole company.

        Raises:
            AccessError: they are limited to some segments, or not let in.

        """
        self.require_admission()
        if self.limits is not None:
            raise self._refuse_more()

    def require_administrator(self) -> None:
        """Check that the viewer looks after nrrbot.

        Raises:
            AccessError: they do not.

        """
        self.require_admission()
        if not self.is_administrator:
            raise self._refuse(N_("Only an administrator of nrrbot can do that."))

    def require_owner(self, vocabulary: Vocabulary) -> Filter:
        """Return the owner in the sheet that the viewer is.

        Raises:
            AccessError: the config does not say who that is, or the sheet does not have that owner.

        """
        self.require_admission()
        if not self.owner:
            raise AccessError(
                N_("It is not known which accounts are yours: the config names you as the owner of none."),
                N_("Ask {contact} for a line in access.people with your name as the data has it."),
                contact=self.find_contact(),
            )
        value = vocabulary.find_value(OWNER, self.owner) if OWNER in vocabulary.dimensions else None
        if value is None:
            raise AccessError(
                N_("The data has no account of yours: its column Owner does not have your name as the config has it."),
                N_("Ask {contact} to write it alike in the data and in access.people."),
                contact=self.find_contact(),
            )
        return Filter(OWNER, value)

    def require_cuts(self, cuts: Iterable[Sequence[Filter]], vocabulary: Vocabulary) -> None:
        """Check that the viewer may ask about each of some cuts.

        Raises:
            AccessError: one has more than the segments that they are limited to.

        """
        self.require_admission()
        if not all(self.may_ask(cut, vocabulary) for cut in cuts):
            raise self._refuse_more()

    def may_ask(self, cut: Sequence[Filter], vocabulary: Vocabulary) -> bool:
        """Tell whether the viewer may ask about a cut."""
        if self.limits is None:
            return self.is_admitted
        allowed, known = read_limits(self.limits, vocabulary), vocabulary.dimensions
        return any(is_within(cut, dimension, values, known[dimension]) for dimension, values in allowed.items())

    def refuse_names(self, command: str) -> NamesWithheldError:
        """Return the error of an answer to a sub-command that names accounts, to readers who may not see names."""
        return NamesWithheldError(
            N_("This answer names accounts or people, and these names are not shown here."),
            N_("Type /nrr and the question: only you see that answer. To show names here, ask {contact}."),
            contact=self.find_contact(),
            command=command,
        )

    def _refuse(self, problem: str) -> AccessError:
        return AccessError(problem, ASK, contact=self.find_contact())

    def _refuse_more(self) -> AccessError:
        segments = sorted(limit.partition("=")[2] or limit for limit in self.limits or ())
        return AccessError(
            N_("You may ask about {segments} only, and this question is about more than that."),
            N_("Name a segment that you may see. For the others, ask {contact}."),
            segments=", ".join(segments) or "0",
            contact=self.find_contact(),
        )


NO_ONE = Viewer("", is_admitted=False)
# Everyone who opens the workbook, in its tab NRR Ask.
SHEET = Viewer("", "sheet")
# The person at the command line, who can read the store anyway, and the bot itself.
OPERATOR = Viewer("", "command line", sees_names=True, may_sync=True, is_administrator=True)


def read_limits(limits: Iterable[str], vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """Return dimension -> values of the limits of the config; one that the sheet does not have allows nothing."""
    allowed: dict[str, set[str]] = {}
    for limit in limits:
        entry = read_limit(limit, vocabulary)
        if entry:
            allowed.setdefault(entry.dimension, set()).add(entry.value)
    return {dimension: frozenset(values) for dimension, values in allowed.items()}


def read_limit(limit: str, vocabulary: Vocabulary) -> Filter | None:
    """Return the value that `segment=Enterprise` or `Enterprise` names; None where the sheet has no such value."""
    column, separator, text = limit.partition("=")
    if not separator:
        return vocabulary.find_filter(limit.strip())
    dimension = vocabulary.find_dimension(column.strip())
    value = vocabulary.find_value(dimension, text.strip()) if dimension else None
    return Filter(dimension, value) if dimension and value else None
