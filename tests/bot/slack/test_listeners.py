from __future__ import annotations

import logging
import re
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.messages.kit.message import Message
from bot.service.serving import Serving
from bot.slack import client as slack_client
from bot.slack.app import SlackApp, build_app
from bot.slack.errors import build_refusal
from bot.slack.request import SLASH_COMMANDS, VALUE_LIMIT, Request
from bot.slack.socket import serve_socket
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.server import serve_http
from core.errors import ConfigError, NrrbotError, QuestionError, SlackError
from tests.support.logs import read_log
from tests.support.slack.server import Fault, Sent, SlackServer, rate_limited, request, sign


def _buttons(question: str, names: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": name, "value": question, "text": {"type": "plain_text", "text": name}}
            for name in names
        ],
    }


@dataclass
class Analyst:
    """A stand-in for the product behind the app: three functions, and what they were asked."""

    asked: list[Request] = field(default_factory=list)
    error: Exception | None = None
    hold: threading.Event | None = None
    blocks: bool = True
    header: str = "NRR 103.6%"
    buttons: tuple[str, ...] = ("definition", "share")

    def reply(self, request: Request) -> Message:
        self.asked.append(request)
        if self.hold:
            assert self.hold.wait(20)
        if self.error:
            raise self.error
        text = f"answer to {request.question}"
        if not self.blocks:
            return Message(text)
        header = {"type": "header", "text": {"type": "plain_text", "text": self.header}}
        return Message(text, [header, _buttons(request.question, self.buttons)])

    def define(self, request: Request) -> Message:
        return Message(f"definition for {request.question}")

    @staticmethod
    def say(error: NrrbotError, request: Request) -> Message:
        return Message(f"problem for {request.user}: {error}")


@dataclass
class Stage:
    slack: SlackServer
    analyst: Analyst
    app: SlackApp
    serving: Serving

    def command(self, command: str = "/nrr", text: str = "enterprise Q3", **options: Any) -> Sent:
        return self.slack.command(command, text, to=self.serving.address, **options)

    def click(self, action: str, value: str = "/nrr enterprise Q3", **options: Any) -> Sent:
        return self.slack.click(action, value, to=self.serving.address, **options)

    def mention(self, text: str, **options: Any) -> Sent:
        ts = options.pop("ts", "") or self.slack.say("C0GENERAL", text)
        event = {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "text": text, "ts": ts}
        event |= {"thread_ts": options.pop("thread")} if "thread" in options else {}
        return self.slack.event(event, to=self.serving.address, **options)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def _build(slack: SlackServer, analyst: Analyst, *, signed: bool = True) -> SlackApp:
    return build_app(
        analyst.reply,
        analyst.define,
        analyst.define,
        analyst.say,
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret if signed else None,
        api_url=slack.api_url,
    )


def _serve(app: SlackApp) -> Serving:
    return serve_http({EVENTS_PATH: build_wsgi_app(app)}, port=0, finish=app.finish)


@pytest.fixture
def stage(slack: SlackServer) -> Iterator[Stage]:
    analyst = Analyst()
    app = _build(slack, analyst)
    serving = _serve(app)
    yield Stage(slack, analyst, app, serving)
    serving.stop()


def test_a_command_is_acknowledged_and_answered_to_the_person_alone(stage: Stage) -> None:
    sent = stage.command("/nrr", "enterprise Q3")
    assert (sent.status, sent.body) == (200, "")
    [answer] = stage.slack.answers(sent.response_url)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"] == "answer to /nrr enterprise Q3"
    assert answer["blocks"][0]["text"]["text"] == "NRR 103.6%"
    assert stage.analyst.asked == [Request("/nrr", "enterprise Q3", "U0ANN", "C0GENERAL", "T0NRR")]


@pytest.mark.parametrize("command", SLASH_COMMANDS)
def test_every_command_is_heard(stage: Stage, command: str) -> None:
    sent = stage.command(command, "")
    assert stage.slack.answers(sent.response_url)[0]["text"] == f"answer to {command}"


def test_text_is_as_typed_in_the_question_and_escaped_in_the_answer(stage: Stage) -> None:
    sent = stage.command("/nrr", " R&amp;D &lt;b&gt; ")
    assert stage.slack.answers(sent.response_url)[0]["text"] == "answer to /nrr R&amp;D &lt;b&gt;"
    assert stage.analyst.asked[0].text == "R&D <b>"


def test_a_message_without_blocks_is_text_alone(stage: Stage) -> None:
    stage.analyst.blocks = False
    [answer] = stage.slack.answers(stage.command().response_url)
    assert "blocks" not in answer


def test_no_call_to_the_web_api_stands_before_an_answer(stage: Stage) -> None:
    stage.slack.answers(stage.command().response_url)
    assert stage.slack.calls == []


def test_slow_answers_do_not_delay_an_acknowledgement(stage: Stage) -> None:
    stage.analyst.hold = threading.Event()
    sent = [stage.command(text=f"{number}") for number in range(12)]  # more than there are threads of either kind
    assert max(one.seconds for one in sent) < 1
    stage.analyst.hold.set()
    for one in sent:
        stage.slack.answers(one.response_url)


def test_a_hundred_questions_of_one_person_do_not_hold_up_another(stage: Stage) -> None:
    stage.analyst.hold = threading.Event()
    sent = [stage.command(text=f"{number}") for number in range(100)]
    assert {one.status for one in sent} == {200}
    refused = [one for one in sent if one.body]
    assert len(refused) >= 100 - 23
    assert "20 of your questions are waiting" in refused[0].body
    hold, stage.analyst.hold = stage.analyst.hold, None
    other = stage.command(text="mine", user="U0LEA")
    assert stage.slack.answers(other.response_url)[0]["text"] == "answer to /nrr mine"
    hold.set()
    stage.serving.stop()
    assert len(stage.analyst.asked) == 100 - len(refused) + 1


def test_mentions_that_are_too_many_are_refused_in_their_thread(stage: Stage) -> None:
    stage.analyst.hold = threading.Event()
    for number in range(30):
        assert stage.mention(f"<@U0BOT> {number}", event_id=f"Ev{number}").status == 200

    def find_refusals() -> list[dict[str, Any]]:
        return [message for message in stage.slack.posted["C0GENERAL"] if "questions are waiting" in message["text"]]

    stage.slack.wait_until(find_refusals)
    assert find_refusals()[0]["thread_ts"]
    stage.analyst.hold.set()


def test_the_definition_is_for_the_person_alone(stage: Stage) -> None:
    sent = stage.click("definition")
    assert sent.status == 200
    [answer] = stage.slack.answers(sent.response_url)
    assert answer == {
        "text": "definition for /nrr enterprise Q3",
        "response_type": "ephemeral",
        "replace_original": False,
    }
    assert not stage.slack.response_urls[sent.response_url].deleted


def test_sharing_asks_again_posts_in_the_channel_and_removes_the_private_answer(stage: Stage) -> None:
    sent = stage.click("share", "/grr Q3")
    place = stage.slack.response_urls[sent.response_url]
    stage.slack.wait_until(lambda: place.deleted)
    [answer] = place.posts
    assert (answer["response_type"], answer["text"]) == ("in_channel", "answer to /grr Q3")
    assert [button["action_id"] for button in answer["blocks"][1]["elements"]] == ["definition"]
    assert stage.analyst.asked == [Request("/grr", "Q3", "U0ANN", "C0GENERAL", "T0NRR", public=True)]


def test_a_row_of_buttons_that_sharing_empties_is_left_out(stage: Stage) -> None:
    stage.analyst.buttons = ("share",)
    sent = stage.click("share")
    assert [block["type"] for block in stage.slack.answers(sent.response_url)[0]["blocks"]] == ["header"]


def test_a_private_copy_that_stays_is_no_reason_to_share_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.slack.fail("response_url", Fault(200, "ok", taken=True), Fault(500, "oops"))
    sent = stage.click("share")
    stage.serving.stop()
    [answer] = stage.slack.answers(sent.response_url)
    assert answer["response_type"] == "in_channel"
    assert "private copy of a shared answer was not removed" in caplog.text


def test_what_cannot_be_shared_is_said_to_the_person_alone_and_their_answer_stays(stage: Stage) -> None:
    stage.analyst.error = QuestionError("No segment {name}.", name="x")
    sent = stage.click("share")
    [answer] = stage.slack.answers(sent.response_url)
    assert (answer["response_type"], answer["text"]) == ("ephemeral", "problem for U0ANN: No segment x.")
    assert not stage.slack.response_urls[sent.response_url].deleted


def test_a_button_that_is_a_link_is_acknowledged(stage: Stage) -> None:
    assert stage.click("open-sheet", "", url="https://docs.google.com").status == 200
    assert stage.analyst.asked == []


def test_a_question_is_cut_to_what_a_button_can_carry() -> None:
    assert len(Request("/nrr", "x" * 5000, "", "", "").question) == VALUE_LIMIT


@pytest.mark.parametrize(
    ("text", "command", "question"),
    [
        ("<@U0BOT> enterprise Q3", "/nrr", "enterprise Q3"),
        ("<@U0BOT>", "/nrr", ""),
        ("<@U0BOT> GRR enterprise", "/grr", "enterprise"),
        ("hello <@U0BOT|nrrbot> /nrr", "/nrr", "hello /nrr"),
        ("<@U0BOT> R&amp;D", "/nrr", "R&D"),
    ],
)
def test_a_mention_is_a_question(stage: Stage, text: str, command: str, question: str) -> None:
    assert stage.mention(text).status == 200
    answer = stage.slack.messages("C0GENERAL", 2)[-1]
    assert answer["thread_ts"] == stage.slack.posted["C0GENERAL"][0]["ts"]
    assert [button["action_id"] for button in answer["blocks"][1]["elements"]] == ["definition"]
    assert (stage.analyst.asked[0].command, stage.analyst.asked[0].text) == (command, question)


def test_a_mention_in_a_thread_is_answered_in_that_thread(stage: Stage) -> None:
    root = stage.slack.say("C0GENERAL", "how is retention?")
    stage.mention("<@U0BOT> Q3", thread=root)
    assert stage.slack.messages("C0GENERAL", 3)[-1]["thread_ts"] == root


def test_a_mention_by_a_bot_is_left_alone(stage: Stage) -> None:
    event = {
        "type": "app_mention",
        "bot_id": "B0OTHER",
        "user": "U0OTHER",
        "channel": "C0GENERAL",
        "text": "<@U0BOT>",
        "ts": "1.1",
    }
    assert stage.slack.event(event, to=stage.serving.address).status == 200
    stage.serving.stop()
    assert (stage.analyst.asked, stage.slack.calls) == ([], [])


def test_an_event_that_slack_repeats_is_answered_once(stage: Stage) -> None:
    ts = stage.slack.say("C0GENERAL", "<@U0BOT> Q3")
    for retry in range(4):
        assert stage.mention("<@U0BOT> Q3", ts=ts, event_id="Ev-same", retry=retry).status == 200
    stage.mention("<@U0BOT> Q2", ts=ts, event_id="Ev-other")
    stage.slack.messages("C0GENERAL", 3)
    assert sorted(one.text for one in stage.analyst.asked) == ["Q2", "Q3"]


def _unsigned(stage: Stage, headers: dict[str, str], body: bytes = b"command=%2Fnrr") -> int:
    return request(f"{stage.serving.address}/slack/events", body, headers)[0]


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (lambda stage: stage.command(secret="another").status, 401),
        (lambda stage: stage.command(age=301).status, 401),
        (lambda stage: stage.command(age=-301).status, 401),
        (lambda stage: stage.command(age=290).status, 200),
        (lambda stage: stage.click("share", secret="another").status, 401),
        (lambda stage: stage.mention("<@U0BOT>", secret="another").status, 401),
        (lambda stage: _unsigned(stage, {}), 401),
        (lambda stage: _unsigned(stage, {"X-Slack-Request-Timestamp": "soon"}), 401),
        (lambda stage: _unsigned(stage, {"Content-Type": "application/json"}, b"{"), 401),
        (lambda stage: _unsigned(stage, {}, b"\xff"), 401),
    ],
)
def test_only_what_slack_signed_lately_is_heard(stage: Stage, what: Callable[[Stage], int], status: int) -> None:
    assert what(stage) == status
    stage.serving.stop()  # finishes what was accepted
    assert len(stage.analyst.asked) == (status == 200)


def test_a_second_signal_while_stopping_does_not_hang() -> None:
    heard: list[int] = []

    def stop() -> None:
        heard.append(1)
        signal.raise_signal(signal.SIGUSR1)

    serving = Serving("here", stop)
    before = signal.signal(signal.SIGUSR1, lambda *_: serving.stop())
    threading.Timer(0.2, signal.raise_signal, [signal.SIGUSR1]).start()
    serving.wait()
    signal.signal(signal.SIGUSR1, before)
    assert heard == [1]


def test_what_bolt_would_read_from_the_environment_changes_nothing(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "from-the-environment")
    analyst = Analyst()
    app = _build(slack, analyst)
    serving = _serve(app)
    stage = Stage(slack, analyst, app, serving)
    assert stage.mention("<@U0BOT> Q3").status == 200
    slack.messages("C0GENERAL", 2)
    assert stage.command(secret="from-the-environment").status == 401
    assert request(f"{serving.address}/slack/install", None, {})[0] == 404
    serving.stop()
    # Bolt's loggers alone: on a busy machine the HTTP server warns of its queue.
    events = {record.getMessage() for record in caplog.records if record.name.startswith(("nrrbot", "slack"))}
    assert events <= {"refused requests that Slack did not sign"}


def test_stopping_finishes_the_answers_under_way(stage: Stage) -> None:
    stage.analyst.hold = threading.Event()
    sent = stage.command()
    threading.Timer(0.3, stage.analyst.hold.set).start()
    stage.serving.stop()
    assert len(stage.slack.response_urls[sent.response_url].posts) == 1


def test_http_without_a_signing_secret_is_refused(slack: SlackServer) -> None:
    app = _build(slack, Analyst(), signed=False)
    with pytest.raises(ConfigError, match="needs the signing secret"):
        build_wsgi_app(app)
    app.finish()


def test_an_error_in_words_reaches_the_person(stage: Stage) -> None:
    stage.analyst.error = QuestionError(
        'No segment "{name}".', "Nearest: {near}.", name="entreprize", near="Enterprise"
    )
    [answer] = stage.slack.answers(stage.command().response_url)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"] == 'problem for U0ANN: No segment "entreprize". Nearest: Enterprise.'


def test_an_unexpected_error_shows_an_id_that_the_log_holds_without_secrets(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.analyst.error = ZeroDivisionError(f"{stage.slack.bot_token} {stage.slack.signing_secret} xapp-1-A-2-b in it")
    [answer] = stage.slack.answers(stage.command().response_url)
    logged = re.search(r"logged as ([0-9a-f]{8})\.", answer["text"])
    assert logged
    assert "Traceback" not in answer["text"]
    assert "ZeroDivision" not in answer["text"]
    stage.serving.stop()
    [fault] = [line for line in read_log(caplog) if "fault" in line]
    assert (fault["level"], fault["fault"], fault["request"]) == ("error", logged[1], logged[1])
    assert fault["error"][-1] == "builtins.ZeroDivisionError"
    assert fault["error"][0].startswith("bot/slack/worker.py:")
    assert not [word for word in ("xoxb", "xapp", "enterprise", stage.slack.signing_secret) if word in str(fault)]


def test_no_secret_is_logged_on_the_way(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent = stage.command()
    stage.slack.answers(sent.response_url)
    stage.mention("<@U0BOT> Q3")
    stage.slack.messages("C0GENERAL", 2)
    refused = stage.command(secret="another")
    for secret in (stage.slack.bot_token, stage.slack.signing_secret, sent.response_url, refused.response_url):
        assert secret not in caplog.text


def test_a_failure_to_say_what_failed_ends_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.analyst.error = QuestionError("No.")
    stage.slack.fail("response_url", Fault(500, "oops"))
    stage.command()
    stage.serving.stop()
    [line] = [line for line in read_log(caplog) if line["level"] == "error"]
    assert line["event"] == "the person did not receive the error"
    assert (line["kind"], line["reason"]) == ("QuestionError", str(build_refusal("oops", status=500)))


def test_blocks_that_slack_refuses_cost_no_answer(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.analyst.header = "x" * 151
    [answer] = stage.slack.answers(stage.command().response_url)
    assert answer["text"] == "answer to /nrr enterprise Q3"
    assert "blocks" not in answer
    assert "must be less than 151 characters" in str(read_log(caplog))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, "invalid_blocks"),
        (500, "invalid_blocks"),
        (200, {"ok": False, "error": "invalid_blocks"}),
        (400, {"ok": False, "error": "invalid_blocks_format"}),
        (500, {"ok": False, "error": "msg_blocks_too_long"}),
    ],
)
def test_a_refusal_of_blocks_is_understood_in_every_form(stage: Stage, status: int, body: Any) -> None:
    stage.slack.fail("response_url", Fault(status, body))
    [answer] = stage.slack.answers(stage.command().response_url)
    assert "blocks" not in answer


def test_a_mention_whose_blocks_are_refused_is_answered_in_text(stage: Stage) -> None:
    stage.analyst.header = ""
    stage.mention("<@U0BOT> Q3")
    answer = stage.slack.messages("C0GENERAL", 2)[-1]
    assert (answer["text"], "blocks" in answer) == ("answer to /nrr Q3", False)


def test_a_response_url_that_asks_to_wait_is_waited_for(stage: Stage) -> None:
    stage.slack.fail("response_url", rate_limited(1))
    began = time.monotonic()
    stage.slack.answers(stage.command().response_url)
    assert time.monotonic() - began >= 1


# Socket Mode.


@pytest.fixture
def socket(slack: SlackServer) -> Iterator[tuple[SlackServer, Analyst]]:
    analyst = Analyst()
    serving = serve_socket(_build(slack, analyst, signed=False), slack.app_token)
    yield slack, analyst
    serving.stop()


def test_socket_mode_hears_commands_buttons_and_mentions(socket: tuple[SlackServer, Analyst]) -> None:
    slack, analyst = socket
    sent = slack.command("/nrr", "enterprise Q3")
    assert slack.answers(sent.response_url)[0]["text"] == "answer to /nrr enterprise Q3"
    assert slack.answers(slack.click("definition", "/grr").response_url)[0]["text"] == "definition for /grr"
    ts = slack.say("C0GENERAL", "<@U0BOT> Q2")
    mention = {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "text": "<@U0BOT> Q2", "ts": ts}
    for retry in range(2):
        slack.event(mention, event_id="Ev-same", retry=retry)
    slack.messages("C0GENERAL", 2)
    assert [one.text for one in analyst.asked] == ["enterprise Q3", "Q2"]


def test_socket_mode_connects_anew_when_slack_asks(socket: tuple[SlackServer, Analyst]) -> None:
    slack, _ = socket
    slack.answers(slack.command("/nrr", "before").response_url)
    slack.refresh_socket()
    assert len(slack.called("apps.connections.open")) == 2
    assert slack.answers(slack.command("/nrr", "after").response_url)[0]["text"] == "answer to /nrr after"


def test_socket_mode_with_a_wrong_token_says_so_and_leaves_no_thread(slack: SlackServer) -> None:
    before = threading.active_count()
    app = _build(slack, Analyst(), signed=False)
    with pytest.raises(SlackError, match="does not accept this kind of token here"):
        serve_socket(app, slack.bot_token)
    app.finish()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before


def test_the_bounds_on_waiting_are_set(slack: SlackServer) -> None:
    app = _build(slack, Analyst())
    assert app.client.timeout == slack_client.TIMEOUT
    assert [type(handler).__name__ for handler in app.client.retry_handlers] == ["BoundedRateLimit"]
    app.finish()


def test_a_signature_is_made_as_slack_documents_it() -> None:
    # The example of docs.slack.dev/authentication/verifying-requests-from-slack.
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
        "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert sign(body, "8f742231b10e8888abcd99yyyzzz85a5", 1531420618) == {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
