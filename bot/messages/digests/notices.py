"""Direct messages about digests and alerts that may not have arrived, or are not tried any more."""

from __future__ import annotations

import datetime as dt
import json

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, Note, Paragraph
from core.errors import N_, Sentence
from core.store.outgoing.deliveries import ALERT, THREAD, Delivery
from core.store.outgoing.subscriptions import Subscription


def build_doubt_message(delivery: Delivery, subject: str, translate: Translator) -> Message:
    """Return the question whether a digest, its thread or an alert has arrived, with a button for each answer.

    Args:
        delivery: the delivery.
        subject: which digest or alert it is, and where it goes.
        translate: the translator of the reader.

    """
    day = dt.date.fromisoformat(delivery.key[:10])
    value = json.dumps([delivery.kind, delivery.key])
    template = N_("Was the digest of {day} posted?")
    if delivery.kind.startswith(THREAD):
        template = N_("Was the thread of the digest of {day} posted?")
    elif delivery.kind.startswith(ALERT):
        template = N_("Was the alert of {day} posted?")
    return render(
        [
            Headline(translate(template, day=translate.format_date(day))),
            Paragraph(subject),
            Paragraph(
                translate(
                    N_(
                        "The connection broke while it was sent, so it may or may not be there. Until you decide, it "
                        "is not sent again: it could be there twice. Look there, then press a button."
                    )
                )
            ),
            Button(translate(N_("It is there")), "there", value),
            Button(translate(N_("Send it")), "send", value),
        ]
    )


def build_expired_alert_message(delivery: Delivery, subject: str, translate: Translator) -> Message:
    """Return the message that an alert is tried no more; the arguments are those of `build_doubt_message`."""
    day = dt.date.fromisoformat(delivery.key[:10])
    text = translate(N_("It was tried for a week, so it is not tried any more. Its causes are not reported again."))
    if delivery.reason and delivery.reason.template:
        text = f"{text} {translate.format_sentence(delivery.reason)}"
    return render(
        [
            Headline(translate(N_("The alert of {day} was not posted"), day=translate.format_date(day))),
            Paragraph(subject),
            Paragraph(text),
            Note(translate(N_("For the causes, ask:")), "/nrr why"),
        ]
    )


def build_pause_message(
    subscription: Subscription, subject: str, reason: Sentence | None, translate: Translator
) -> Message:
    """Return the message that a subscription was paused, as its digests did not arrive."""
    text = translate(N_("Its last three digests could not be posted, so no more are tried."))
    if reason and reason.template:
        text = f"{text} {translate.format_sentence(reason)}"
    return render(
        [
            Headline(translate(N_("A digest was paused"))),
            Paragraph(subject),
            Paragraph(text),
            Button(translate(N_("Resume")), "resume", str(subscription.id)),
        ]
    )
