"""The Bolt app: hears commands, buttons and mentions, asks for an answer, delivers it. It knows nothing of retention.

Whoever wires it passes three functions: what answers a question, what explains the figures, and what puts an error
into words. They run on threads of their own, several at once, after Slack was told that the question arrived.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Literal

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_bolt.middleware import Middleware

from bot.messages.kit.markup import unescape
from bot.messages.kit.message import Block, Message
from bot.service.faults import report_fault
from bot.slack.client import API_URL, SDK_LOG, post, respond, web_client, withdraw
from core.errors import NrrbotError, SlackError

LOG = logging.getLogger("nrrbot.app")
VALUE_LIMIT = 2000  # characters of a button's value


@dataclass(frozen=True, slots=True)
class Request:
    """A question as a person asked it.

    Attributes:
        command: `/nrr` or `/grr`.
        text: what followed it, as typed.
        user: the id of who asked.
        channel: the id of where.
        team: the id of the workspace.
        public: whether everybody in the channel will read the answer.

    """

    command: str
    text: str
    user: str
    channel: str
    team: str
    public: bool = False

    @property
    def question(self) -> str:
        """The command line as typed, `/nrr enterprise Q3`: what the value of a button carries."""
        return f"{self.command} {self.text}".strip()[:VALUE_LIMIT]


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does.

    Attributes:
        asks: `reply` for the answer to the question in the button's value, `define` for what its figures mean.
        public: whether the result goes to the channel and takes the place of the private answer.

    """

    asks: Literal["reply", "define"]
    public: bool


COMMANDS = ("/nrr", "/grr")
ACTIONS: Mapping[str, Action] = {
    "definition": Action(asks="define", public=False),
    "share": Action(asks="reply", public=True),
}

Answer = Callable[[Request], Message]
SayProblem = Callable[[NrrbotError, Request], Message]


class SlackApp(App):
    """A Bolt app that also knows the threads on which answers are worked out.

    Bolt acknowledges on its own few threads; answers run elsewhere, so that slow ones never delay an acknowledgement.

    Attributes:
        answering: the threads.
        signed: whether requests over HTTP can be verified.

    """

    answering: ThreadPoolExecutor
    signed: bool

    def finish(self) -> None:
        """Work off what was acknowledged, then let the threads go. The app hears nothing afterwards."""
        self.listener_runner.listener_executor.shutdown()
        self.answering.shutdown()


def build(
    reply: Answer,
    define: Answer,
    say_problem: SayProblem,
    *,
    bot_token: str,
    signing_secret: str | None = None,
    api_url: str = API_URL,
) -> SlackApp:
    """Return the app, ready to be served. Makes no network call.

    Args:
        reply: answers a Request.
        define: explains the figures that `reply` gives for the same Request.
        say_problem: puts an error into a Message for the person who made the Request.
        bot_token: `xoxb-...`.
        signing_secret: verifies requests over HTTP; None when only Socket Mode is used.
        api_url: where the Web API is.

    """
    SDK_LOG.addFilter(_is_expected_warning)
    app = SlackApp(
        name="nrrbot",
        logger=SDK_LOG,
        # Bolt would call auth.test before it acknowledges the first request; one workspace needs no look-up.
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token
        ),
        client=web_client(None, api_url),
        signing_secret=signing_secret or "",
        listener_executor=ThreadPoolExecutor(max_workers=8, thread_name_prefix="slack-ack"),
    )
    app.client.token = bot_token  # set late: beside `authorize` Bolt warns of a token
    app.signed = bool(signing_secret)
    app.answering = ThreadPoolExecutor(max_workers=4, thread_name_prefix="slack-answer")
    _register(app, _Worker({"reply": reply, "define": define}, say_problem, (bot_token, signing_secret or "")))
    return app


def _is_expected_warning(record: logging.LogRecord) -> bool:
    """Drop Bolt's warning that a token in the environment is not used: ours comes from the config, that may be it."""
    return record.msg != warning_client_prioritized_and_token_skipped()


def _register(app: SlackApp, worker: _Worker) -> None:
    """Tell Bolt what to listen to. Every listener acknowledges first and hands the work on."""

    def command(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        text = unescape(body.get("text", "")).strip()
        request = Request(body["command"], text, body["user_id"], body["channel_id"], body["team_id"])
        tell = partial(respond, body["response_url"])
        app.answering.submit(worker.work, "reply", request, tell, tell)

    def button(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        act = ACTIONS[action["action_id"]]
        name, text = split_command(action.get("value", ""))
        team = (body.get("team") or {}).get("id", "")  # absent where an organisation installed the app
        request = Request(name, text, body["user"]["id"], body["channel"]["id"], team, public=act.public)
        tell = partial(respond, body["response_url"])
        deliver = partial(_share_in_channel, body["response_url"]) if act.public else tell
        app.answering.submit(worker.work, act.asks, request, deliver, tell)

    def mention(body: dict[str, Any], event: dict[str, Any]) -> None:
        if "bot_id" in event:
            return  # two bots that mention each other would never stop
        name, text = split_command(unescape(re.sub(r"\s*<@[^>]*>\s*", " ", event["text"])))
        request = Request(name, text, event["user"], event["channel"], body["team_id"], public=True)
        thread = event.get("thread_ts") or event["ts"]

        def deliver(message: Message) -> None:
            post(app.client, event["channel"], _without_share_button(message), thread=thread)

        app.answering.submit(worker.work, "reply", request, deliver, deliver)

    def pressed(ack: Ack) -> None:
        ack()

    def note(error: Exception) -> None:
        worker.note(error, "a request")

    app.use(_RepeatedEvents())
    for name in COMMANDS:
        app.command(name)(command)
    for name in ACTIONS:
        app.action(name)(button)
    app.action(re.compile(""))(pressed)  # any other: a button that is a link tells us too that it was pressed
    app.event("app_mention")(mention)
    app.error(note)


def split_command(question: str) -> tuple[str, str]:
    """Return command and text of `/nrr enterprise Q3`, `grr Q3` or `enterprise Q3`; `/nrr` where none is named."""
    first, _, rest = question.strip().partition(" ")
    name = "/" + first.lower().removeprefix("/")
    return (name, rest.strip()) if name in COMMANDS else (COMMANDS[0], question.strip())


def _share_in_channel(url: str, message: Message) -> None:
    """Post to the channel what the person alone saw, then take the private copy away."""
    respond(url, _without_share_button(message), in_channel=True)
    try:
        withdraw(url)
    except SlackError as error:  # it was shared: to report a failure now would only have it shared twice
        LOG.warning("The private copy of a shared answer stays: %s", error)


def _without_share_button(message: Message) -> Message:
    """Return the message without its public buttons: it is public already."""
    blocks = [_without_public_buttons(block) for block in message.blocks]
    return replace(message, blocks=[block for block in blocks if block.get("elements") != []])


def _without_public_buttons(block: Block) -> Block:
    if block.get("type") != "actions":
        return block
    public = {name for name, act in ACTIONS.items() if act.public}
    return {**block, "elements": [button for button in block["elements"] if button.get("action_id") not in public]}


class _RepeatedEvents(Middleware):
    """Drops an event that was heard before: Slack repeats those that it thinks were lost, up to three times."""

    def __init__(self, kept: int = 1000) -> None:
        self._kept = kept
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's signature
        next: Callable[[], BoltResponse],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        event = req.body.get("event_id")
        if event is None or self._first(event):
            return next()
        return BoltResponse(status=200)

    def _first(self, event: str) -> bool:
        with self._lock:
            if event in self._heard:
                return False
            self._heard[event] = None
            if len(self._heard) > self._kept:
                self._heard.popitem(last=False)
            return True


@dataclass(frozen=True, slots=True)
class _Worker:
    """Works questions out and sees to it that whoever asked hears something, and nothing secret reaches the log."""

    answers: Mapping[str, Answer]
    say_problem: SayProblem
    secrets: tuple[str, ...]

    def work(
        self, asks: str, request: Request, deliver: Callable[[Message], None], tell: Callable[[Message], None]
    ) -> None:
        """Answer `request` through `deliver`; where that fails, say why through `tell`."""
        try:
            deliver(self.answers[asks](request))
        except NrrbotError as error:
            self._tell(error, request, tell)
        except Exception as error:  # noqa: BLE001 - the last line of defence of a thread
            self._tell(self.note(error, request.question), request, tell)

    def note(self, error: Exception, during: str) -> NrrbotError:
        """Log an unexpected error under a short id and return what to say of it."""
        return report_fault(error, during, self.secrets)

    def _tell(self, error: NrrbotError, request: Request, tell: Callable[[Message], None]) -> None:
        try:
            if isinstance(error, SlackError):
                LOG.warning("Slack refused the answer to %r: %s", request.question, error)
            tell(self.say_problem(error, request))
        except NrrbotError as silence:
            LOG.error("%s could not be told %r: %s", request.user, str(error), silence)  # noqa: TRY400 - said in words
        except Exception as bug:  # noqa: BLE001 - likewise the last line
            self.note(bug, request.question)
