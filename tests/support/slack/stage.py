"""The Slack app on a stage: the real Bolt app, served, before a loopback Slack, with a stand-in for the product."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.locale.readers import Reader
from bot.locale.translator import get_translator
from bot.messages.asking.question_modal import Option, build_option, build_question_modal
from bot.messages.corrections.wrong_figure import build_doubt_modal
from bot.messages.kit.message import Message
from bot.service.access.audit import Audit
from bot.service.access.gate import Gate
from bot.service.buttons.once import Once
from bot.service.serving import Serving
from bot.slack.actions import ACTIONS
from bot.slack.app import Builders, SlackApp, build_app
from bot.slack.background.doubts import DoubtBuilders
from bot.slack.background.readers import ReaderChoices
from bot.slack.background.sharing import Shared
from bot.slack.home import HomeBuilders
from bot.slack.request import Request, Response
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.server import serve_http
from core.config import Access
from core.errors import NrrbotError
from core.store.requests.audit import AuditFile
from core.store.requests.handled import HandledRequests
from core.store.store import Store
from tests.support.slack.server import Sent, SlackServer


@dataclass
class Clock:
    """The present moment, which a test can move."""

    ahead: dt.timedelta = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


@dataclass
class Product:
    """A stand-in for the product behind the app: functions that build messages, and what they were asked."""

    asked: list[Request] = field(default_factory=list)
    error: Exception | None = None
    hold: threading.Event | None = None
    blocks: bool = True
    header: str = "NRR 103.6%"
    buttons: tuple[str, ...] = tuple(ACTIONS)
    private: bool = False
    administrators: tuple[str, ...] = ("U0LEA",)

    def reply(self, request: Request) -> Response:
        self.asked.append(request)
        if self.hold:
            assert self.hold.wait(20)
        if self.error:
            raise self.error
        asked = request.question or request.state
        text = f"answer to {asked}"
        if not self.blocks:
            return Response(Message(text), self.private)
        header = {"type": "header", "text": {"type": "plain_text", "text": self.header}}
        return Response(Message(text, [header, _buttons(asked, self.buttons)]), self.private)

    def define(self, request: Request) -> Response:
        return Response(Message(f"definition for {request.state}"))

    @staticmethod
    def say(error: NrrbotError, request: Request) -> Message:
        return Message(f"problem for {request.user}: {error}")

    @staticmethod
    def describe_shared(shared: Shared, request: Request) -> Message:  # noqa: ARG004 - the signature
        return Message(f"{shared.name} shared it at {shared.link or '?'}, outcome: {shared.outcome}")

    def list_builders(self) -> Builders:
        answers = dict.fromkeys(("answer", "choose", "refresh", "csv", "fix", "read", "post", "names"), self.reply)
        builders = {**answers, "define": self.define}
        doubts = DoubtBuilders(
            self.administrators,
            lambda _: build_doubt_modal(get_translator("en")),
            lambda request, name, _: Message(f"{name} doubts {request.state}: {request.text}"),
            lambda _, notified, missed: Message(f"sent to {notified}, not to {missed}"),
        )
        home = HomeBuilders(self.build_home, self.build_message_home, _read_setting, str)
        modals = {"another": self.show}
        return Builders(builders, self.describe_shared, self.say, modals, doubts, home, self.list_options)  # type: ignore[arg-type]

    def build_home(self, request: Request, failure: Message | None) -> dict[str, Any]:
        """Return a page, as a product builds it."""
        self.asked.append(request)
        if self.error:
            raise self.error
        above = f"{failure.text} " if failure else ""
        return self.build_message_home(Message(f"{above}home of {request.user}, {request.asker.own}"))

    @staticmethod
    def build_message_home(message: Message) -> dict[str, Any]:
        text = {"type": "plain_text", "text": message.text}
        return {"type": "home", "blocks": [{"type": "section", "text": text}]}

    def show(self, request: Request) -> dict[str, Any]:
        """Return a modal, as a product builds it."""
        self.asked.append(request)
        return build_question_modal(None, [Option("Q3 2026", "Q3 2026")], "", request.asker.translate)

    def list_options(self, request: Request) -> list[dict[str, Any]]:
        self.asked.append(request)
        if self.hold:
            assert self.hold.wait(20)
        return [build_option(Option(request.text or "all", "segment=x"))]


def _read_setting(request: Request) -> tuple[str, str]:
    assert request.choice
    return request.choice.line, request.choice.segment


def _buttons(value: str, names: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": name, "value": value, "text": {"type": "plain_text", "text": name}}
            for name in names
        ],
    }


@dataclass
class Stage:
    slack: SlackServer
    product: Product
    app: SlackApp
    serving: Serving
    clock: Clock

    def command(self, command: str = "/nrr", text: str = "enterprise Q3", **options: Any) -> Sent:
        return self.slack.command(command, text, to=self.serving.address, **options)

    def click(self, action: str, value: str = "state", **options: Any) -> Sent:
        return self.slack.click(action, value, to=self.serving.address, **options)

    def mention(self, text: str, **options: Any) -> Sent:
        channel, user = options.pop("channel", "C0GENERAL"), options.pop("user", "U0ANN")
        ts = options.pop("ts", "") or self.slack.say(channel, text, user)
        event = {"type": "app_mention", "user": user, "channel": channel, "text": text, "ts": ts}
        event |= {"thread_ts": options.pop("thread")} if "thread" in options else {}
        return self.slack.event(event, to=self.serving.address, **options)

    def write(self, text: str, **more: Any) -> Sent:
        """Write to the bot in its Messages tab."""
        user, event_id, age = more.pop("user", "U0ANN"), more.pop("event_id", ""), more.pop("event_age", 0)
        channel = self.slack.open_direct(user)
        ts = self.slack.say(channel, text, user)
        event = {"type": "message", "channel": channel, "channel_type": "im", "user": user, "text": text, "ts": ts}
        return self.slack.event({**event, **more}, to=self.serving.address, event_id=event_id, event_age=age)

    def answer_to(self, sent: Sent) -> dict[str, Any]:
        """Return the one message that was posted through a response_url."""
        [answer] = self.slack.answers(sent.response_url)
        return answer

    def seen_by(self, user: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until a person alone saw so many messages in channels, and return them."""

        def find() -> list[dict[str, Any]]:
            return [message for message in self.slack.ephemeral if message["user"] == user]

        self.slack.wait_until(lambda: len(find()) >= count, what=f"{count} messages for {user}")
        return find()


def build_stage_app(
    slack: SlackServer, product: Product, folder: Path, clock: Clock | None = None, *, signed: bool = True
) -> SlackApp:
    """Return the app before a loopback Slack, with its store in a folder."""
    clock = clock or Clock()
    return build_app(
        product.list_builders(),
        Once(HandledRequests(folder / "nrrbot.db"), clock),
        lambda directory: Gate(Access(), directory, Audit(AuditFile(folder / "nrrbot.db", 400), clock)),
        ReaderChoices(Store(folder / "nrrbot.db"), Reader()),
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret if signed else None,
        api_url=slack.api_url,
    )


def serve_stage(slack: SlackServer, product: Product, folder: Path) -> Stage:
    """Serve the app over HTTP."""
    clock = Clock()
    app = build_stage_app(slack, product, folder, clock)
    serving = serve_http({EVENTS_PATH: build_wsgi_app(app)}, port=0, finish=app.finish)
    return Stage(slack, product, app, serving, clock)
