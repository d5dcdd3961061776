"""Direct messages about failures that last: what fails, why, how to fix it; and that it is over."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Headline, Paragraph
from core.errors import N_, Sentence
from core.store.outgoing.failures import Failure

# Key, or what is before its colon -> headline, effect, headline once it is over. Any other key is that of a digest.
_TEXTS: Mapping[str, tuple[str, str, str]] = {
    "sheet": (
        N_("nrrbot cannot read the data"),
        N_("Until then answers say that their data is old."),
        N_("nrrbot can read the data again"),
    ),
    "stale": (
        N_("The data of nrrbot is old"),
        N_("Until then answers say so in their first line."),
        N_("The data of nrrbot is up to date again"),
    ),
    "store": (
        N_("nrrbot cannot use its store"),
        N_("Until then there are no answers and no digests."),
        N_("nrrbot can use its store again"),
    ),
    "damaged": (
        N_("The store of nrrbot is damaged"),
        N_("Until then figures may be wrong."),
        N_("The store of nrrbot is sound again"),
    ),
    "job": (
        N_("A job of nrrbot fails"),
        N_("It is tried again at its next time; nrrbot jobs shows its runs."),
        N_("A job of nrrbot works again"),
    ),
    "alert": (
        N_("An alert could not be posted"),
        N_("It is tried again, at last every hour, for a week."),
        N_("The alert is posted"),
    ),
    "alerts": (
        N_("Alerts cannot be posted"),
        N_("Until then no one is alerted."),
        N_("Alerts are posted again"),
    ),
}
_DIGEST = (
    N_("A digest could not be posted"),
    N_("It is tried again, at last every hour, while it is not too old."),
    N_("The digest is posted again"),
)


def name_failure(key: str) -> str:
    """Return the headline of a failure in English, for the monitor and the log."""
    return _TEXTS[key.partition(":")[0]][0]


def build_failure_notice(failure: Failure, translate: Translator, subject: str = "") -> Message:
    """Return the message about a failure.

    Args:
        failure: the failure.
        translate: the translator of the reader.
        subject: which digest or alerts it is about, and where they go; empty for any other failure.

    """
    headline, effect, _ = _find_texts(failure)
    texts = [translate.format_sentence(failure.reason)]
    if failure.fix:
        texts.append(translate.format_sentence(Sentence(failure.fix, failure.reason.values)))
    since = translate(N_("Noticed {moment}."), moment=translate.format_moment(failure.since))
    return render(
        [
            Headline(translate(headline)),
            *_describe(subject),
            Paragraph(" ".join(texts)),
            Paragraph(f"{translate(effect)} {since}"),
        ]
    )


def build_fixed_notice(failure: Failure, translate: Translator, subject: str = "") -> Message:
    """Return the message that a failure is over; the arguments are those of `build_failure_notice`."""
    _, _, headline = _find_texts(failure)
    since = translate(N_("The trouble was noticed {moment}."), moment=translate.format_moment(failure.since))
    return render([Headline(translate(headline)), *_describe(subject), Paragraph(since)])


def _find_texts(failure: Failure) -> tuple[str, str, str]:
    return _TEXTS.get(failure.key.partition(":")[0], _DIGEST)


def _describe(subject: str) -> list[Paragraph]:
    return [Paragraph(subject)] if subject else []
