"""Direct messages about failures that last: what fails, why, how to fix it; and that it is over."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Headline, Paragraph
from core.errors import N_, Sentence
from core.store.outgoing.failures import Failure

# Key -> headline, effect, headline once it is over. Any other key is that of a digest.
_TEXTS: Mapping[str, tuple[str, str, str]] = {
    "sheet": (
        N_("nrrbot cannot read the sheet"),
        N_("Until then answers say that their data is old."),
        N_("nrrbot can read the sheet again"),
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
}
_DIGEST = (
    N_("A digest could not be posted"),
    N_("It is tried again, at last every hour, while it is not too old."),
    N_("The digest is posted again"),
)


def build_failure_notice(failure: Failure, translate: Translator) -> Message:
    """Return the message about a failure."""
    headline, effect, _ = _TEXTS.get(failure.key, _DIGEST)
    texts = [translate.format_sentence(failure.reason)]
    if failure.fix:
        texts.append(translate.format_sentence(Sentence(failure.fix, failure.reason.values)))
    since = translate(N_("Noticed {moment}."), moment=translate.format_moment(failure.since))
    return render(
        [Headline(translate(headline)), Paragraph(" ".join(texts)), Paragraph(f"{translate(effect)} {since}")]
    )


def build_fixed_notice(failure: Failure, translate: Translator) -> Message:
    """Return the message that a failure is over."""
    _, _, headline = _TEXTS.get(failure.key, _DIGEST)
    since = translate(N_("The trouble was noticed {moment}."), moment=translate.format_moment(failure.since))
    return render([Headline(translate(headline)), Paragraph(since)])
