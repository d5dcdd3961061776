"""The Bolt app: its threads, its tokens and its listeners. It knows nothing of retention.

Its caller passes functions that build messages. They run on their own threads, several at once, after the request was
acknowledged to Slack; what they built is sent on further threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

from bot.service.access.gate import Directory, Gate
from bot.service.buttons.once import Once
from bot.service.log import get_log
from bot.service.monitoring.metrics import ACK_SECONDS
from bot.service.turns import Turns
from bot.slack.actions import Call
from bot.slack.background.doubts import DoubtBuilders, Doubts
from bot.slack.background.lookups import Lookups
from bot.slack.background.outbox import Outbox
from bot.slack.background.readers import ReaderChoices, Readers
from bot.slack.background.routes import Routes
from bot.slack.background.sharing import DescribeShared, Sharing
from bot.slack.background.worker import BuildErrorMessage, BuildResponse, BuildView, ListOptions, Worker
from bot.slack.client import API_URL, LOOK_UP_TIMEOUT, SDK_LOG, build_web_client
from bot.slack.home import HomeBuilders, Homes
from bot.slack.listeners import Listeners
from bot.slack.modals import Modals
from core.redaction import hide
from core.store.requests.homes import HomeReaders

LOG = get_log("nrrbot.slack")
# Seconds in which acknowledged requests are answered when the app stops.
FINISH_SECONDS = 6.0
LOOKING_THREADS = 16  # they wait for Slack, and work out nothing


@dataclass(frozen=True, slots=True)
class Builders:
    """The functions that build messages.

    Attributes:
        answers: by the call of an action, all but `share` and `doubt`, the function that builds its response.
        describe_shared: builds the message that an answer was shared before.
        describe_error: puts an error into a message for the person who made the request.
        modals: by the call of an action, all but `doubt`, the function that builds the modal that it opens.
        doubts: the functions for figures that readers take for wrong.
        home: the functions for App Home.
        list_segments: lists the options of a menu of segments.

    """

    answers: Mapping[Call, BuildResponse]
    describe_shared: DescribeShared
    describe_error: BuildErrorMessage
    modals: Mapping[Call, BuildView]
    doubts: DoubtBuilders
    home: HomeBuilders
    list_segments: ListOptions


class SlackApp(App):
    """A Bolt app with the threads that work out and send its answers.

    Bolt acknowledges on its own few threads; answers run elsewhere, so that slow ones never delay an acknowledgement.

    Attributes:
        answering: the threads that work out answers, in turns by person.
        looking: the threads that ask Slack who asks and who reads, in turns by person and by channel, one look-up of
            each at a time.
        refusing: the thread that tells people of questions that are too many.
        showing: the threads that open modals and fill menus.
        outbox: the threads that send messages.
        lookups: looks up channels and people.
        once: remembers the requests that were handled.
        gate: decides who may see what.
        signing_secret: verifies requests over HTTP; empty without them.

    """

    answering: Turns
    looking: Turns
    refusing: Turns
    showing: Turns
    outbox: Outbox
    lookups: Lookups
    once: Once
    gate: Gate
    signing_secret: str

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Acknowledge a request."""
        with ACK_SECONDS.time():
            return super().dispatch(req)

    def count_waiting(self) -> Mapping[str, float]:
        """Return how many questions and messages wait."""
        return {
            "questions": self.answering.count_waiting() + self.looking.count_waiting(),
            "messages": self.outbox.count_waiting(),
        }

    def finish(self, seconds: float = FINISH_SECONDS) -> None:
        """Answer the acknowledged requests within some seconds, log what was given up, and end the threads.

        The app takes no request afterwards.
        """
        deadline = monotonic() + seconds
        self.listener_runner.listener_executor.shutdown()
        # A slow channel leaves time for the answers to the others.
        questions = self.looking.shutdown(deadline - seconds / 2)
        questions += sum(turns.shutdown(deadline) for turns in (self.answering, self.refusing, self.showing))
        messages = self.outbox.shutdown(deadline)
        self.once.requests.close()
        self.gate.audit.file.close()
        if questions or messages:
            LOG.warning("stopped before all was done", questions_given_up=questions, messages_given_up=messages)


def build_app(
    builders: Builders,
    once: Once,
    open_gate: Callable[[Directory], Gate],
    choices: ReaderChoices,
    *,
    bot_token: str,
    signing_secret: str | None = None,
    api_url: str = API_URL,
) -> SlackApp:
    """Return the app, ready to be served. Makes no network call.

    Args:
        builders: the functions that build messages.
        once: remembers the requests that were handled; its clock is that of the app.
        open_gate: returns the gate, from the people and channels of Slack.
        choices: the languages and time zones that people and the company chose.
        bot_token: `xoxb-...`.
        signing_secret: verifies requests over HTTP; None where only Socket Mode is used.
        api_url: the address of the Web API.

    """
    for secret in filter(None, (bot_token, signing_secret)):
        hide(secret)
    SDK_LOG.addFilter(_is_unexpected)
    app = SlackApp(
        name="bolt",  # Bolt sets the level of the logger of this name, and of those below it
        logger=SDK_LOG,
        # Bolt would call auth.test before it acknowledges the first request; one workspace needs no look-up.
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token
        ),
        client=build_web_client(None, api_url),
        request_verification_enabled=False,  # `build_wsgi_app` verifies before Bolt reads
        listener_executor=ThreadPoolExecutor(max_workers=8, thread_name_prefix="slack-ack"),
    )
    app.client.token = bot_token  # set late: with `authorize` Bolt warns of a token
    app.signing_secret = signing_secret or ""
    app.answering = Turns("slack-answer")
    app.looking = Turns("slack-look", LOOKING_THREADS, most_at_work=1)
    app.refusing = Turns("slack-refuse", threads=1)
    app.showing = Turns("slack-show", threads=2)
    app.outbox = Outbox("slack-send")
    app.once = once
    app.lookups = Lookups(build_web_client(bot_token, api_url, LOOK_UP_TIMEOUT), once.clock)
    app.gate = open_gate(app.lookups)
    _listen(app, builders, Readers(app.lookups, choices))
    return app


def _listen(app: SlackApp, builders: Builders, readers: Readers) -> None:
    once, lookups, routes = app.once, app.lookups, Routes(app.client)
    sharing = Sharing(builders.answers["answer"], builders.describe_shared, once, app.client, lookups, app.outbox)
    doubts = Doubts(builders.doubts, app.client, readers, app.gate)
    answers: dict[Call, BuildResponse] = {**builders.answers, "share": sharing.build, "doubt": doubts.build}
    worker = Worker(
        answers, builders.describe_error, app.gate, readers.address, once, app.looking, app.answering, app.outbox
    )
    views: dict[Call, BuildView] = {**builders.modals, "doubt": doubts.build_modal}
    modals = Modals(views, builders.list_segments, app.client, worker, routes, app.showing)
    homes = Homes(builders.home, app.client, worker, readers, HomeReaders(once.requests))
    Listeners(app, app.refusing, worker, sharing, modals, homes, routes, once.clock).register()


def _is_unexpected(record: logging.LogRecord) -> bool:
    """Drop Bolt's warning of an unused token in the environment: it may be the same as the token in the config."""
    return record.msg != warning_client_prioritized_and_token_skipped()
