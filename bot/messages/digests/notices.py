"""Direct messages about digests that may not have arrived, and about a subscription that was paused."""

from __future__ import annotations

import datetime as dt
import json

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, Paragraph
from core.errors import N_, Sentence
from core.store.outgoing.deliveries import THREAD, Delivery
from core.store.outgoing.failures import ALERT
from core.store.outgoing.subscriptions import Subscription


def build_doubt_message(delivery: Delivery, translate: Translator) -> Message:
    """Return the question whether alerts, a digest or the rest of it have arrived, with a button for each answer."""
    day = dt.date.fromisoformat(delivery.key[:10])
    value = json.dumps([delivery.kind, delivery.key])
    if delivery.kind.startswith(ALERT):
        template = N_("Were the alerts of {day} posted?")
    elif delivery.kind.startswith(THREAD):
        template = N_("Was the thread of the digest of {day} posted?")
    else:
        template = N_("Was the digest of {day} posted?")
    return render(
        [
            Headline(translate(template, day=translate.format_date(day))),
            Paragraph(
                translate(
                    N_(
                        "The connection broke while it was sent, so it may or may not be there. Until you decide, it "
                        "is not sent again: it could be there twice. Look in the channel, then press a button."
                    )
                )
            ),
            Button(translate(N_("It is there")), "there", value),
            Button(translate(N_("Send it")), "send", value),
        ]
    )


def build_pause_message(subscription: Subscription, reason: Sentence | None, translate: Translator) -> Message:
    """Return the message that a subscription was paused, as its digests did not arrive."""
    text = translate(N_("Its last three digests could not be posted, so no more are tried."))
    if reason and reason.template:
        text = f"{text} {translate.format_sentence(reason)}"
    return render(
        [
            Headline(translate(N_("A digest was paused"))),
            Paragraph(text),
            Button(translate(N_("Resume")), "resume", str(subscription.id)),
        ]
    )
