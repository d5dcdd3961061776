from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack import client as slack_client
from bot.slack.errors import build_refusal
from bot.slack.request import SLASH_COMMANDS, Request
from bot.slack.socket import serve_socket
from bot.slack.wsgi import build_wsgi_app
from core.errors import ConfigError, QuestionError, SlackError
from tests.support.logs import read_log
from tests.support.slack.server import BOT_USER, Fault, SlackServer, rate_limited, request, sign
from tests.support.slack.stage import Product, Stage, build_stage_app, serve_stage


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def stage(slack: SlackServer, tmp_path: Path) -> Iterator[Stage]:
    stage = serve_stage(slack, Product(), tmp_path)
    yield stage
    stage.serving.stop()


def test_a_command_is_acknowledged_and_answered_to_the_person_alone(stage: Stage) -> None:
    sent = stage.command("/nrr", "enterprise Q3")
    assert (sent.status, sent.body) == (200, "")
    [answer] = stage.slack.answers(sent.response_url)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"] == "answer to /nrr enterprise Q3"
    assert answer["blocks"][0]["text"]["text"] == "NRR 103.6%"
    assert stage.product.asked == [Request("/nrr", "enterprise Q3", "U0ANN", "C0GENERAL")]


@pytest.mark.parametrize("command", SLASH_COMMANDS)
def test_every_command_is_heard(stage: Stage, command: str) -> None:
    sent = stage.command(command, "")
    assert stage.slack.answers(sent.response_url)[0]["text"] == f"answer to {command}"


def test_text_is_as_typed_in_the_question_and_escaped_in_the_answer(stage: Stage) -> None:
    sent = stage.command("/nrr", " R&amp;D &lt;b&gt; ")
    assert stage.slack.answers(sent.response_url)[0]["text"] == "answer to /nrr R&amp;D &lt;b&gt;"
    assert stage.product.asked[0].text == "R&D <b>"


def test_a_message_without_blocks_is_text_alone(stage: Stage) -> None:
    stage.product.blocks = False
    [answer] = stage.slack.answers(stage.command().response_url)
    assert "blocks" not in answer


def test_only_the_person_is_looked_up_before_an_answer_and_once(stage: Stage) -> None:
    for _ in range(2):
        stage.answer_to(stage.command())
    assert [call.method for call in stage.slack.calls] == ["users.info", "auth.test"]


def test_slow_answers_do_not_delay_an_acknowledgement(stage: Stage) -> None:
    stage.product.hold = threading.Event()
    sent = [stage.command(text=f"{number}") for number in range(12)]  # more than there are threads of either kind
    assert max(one.seconds for one in sent) < 1
    stage.product.hold.set()
    for one in sent:
        stage.slack.answers(one.response_url)


def test_a_hundred_questions_of_one_person_do_not_hold_up_another(stage: Stage) -> None:
    stage.product.hold = threading.Event()
    sent = [stage.command(text=f"{number}") for number in range(100)]
    assert {one.status for one in sent} == {200}
    refused = [one for one in sent if one.body]
    assert len(refused) >= 100 - 23
    assert "20 questions are waiting already" in refused[0].body
    hold, stage.product.hold = stage.product.hold, None
    other = stage.command(text="mine", user="U0LEA")
    assert stage.slack.answers(other.response_url)[0]["text"] == "answer to /nrr mine"
    hold.set()
    stage.serving.stop()
    assert len(stage.product.asked) == 100 - len(refused) + 1


def test_mentions_that_are_too_many_are_refused_to_the_person_alone(stage: Stage) -> None:
    stage.product.hold = threading.Event()
    for number in range(30):
        assert stage.mention(f"<@U0BOT> {number}", event_id=f"Ev{number}").status == 200
    assert "questions are waiting" in stage.seen_by("U0ANN")[0]["text"]
    stage.product.hold.set()


def test_the_definition_is_for_the_person_alone(stage: Stage) -> None:
    sent = stage.click("definition")
    assert sent.status == 200
    [answer] = stage.slack.answers(sent.response_url)
    assert answer == {
        "text": "definition for state",
        "response_type": "ephemeral",
        "replace_original": False,
    }
    assert not stage.slack.response_urls[sent.response_url].deleted


def test_sharing_posts_in_the_channel_and_removes_the_private_answer(stage: Stage) -> None:
    sent = stage.click("share", "state")
    stage.slack.wait_until(lambda: stage.slack.response_urls[sent.response_url].deleted)
    [answer] = stage.slack.messages("C0GENERAL")
    assert (answer["user"], answer["text"]) == (BOT_USER, "answer to state")
    assert "share" not in [button["action_id"] for button in answer["blocks"][1]["elements"]]
    assert stage.product.asked == [Request("", "", "U0ANN", "C0GENERAL", public=True, state="state", action="share")]


def test_a_row_of_buttons_that_sharing_empties_is_left_out(stage: Stage) -> None:
    stage.product.buttons = ("share",)
    stage.click("share")
    assert [block["type"] for block in stage.slack.messages("C0GENERAL")[0]["blocks"]] == ["header"]


def test_a_private_copy_that_stays_is_no_reason_to_share_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.slack.fail("response_url", Fault(500, "oops"))
    sent = stage.click("share")
    stage.serving.stop()
    assert len(stage.slack.messages("C0GENERAL")) == 1
    assert stage.slack.response_urls[sent.response_url].posts == []
    assert "private copy of a shared answer was not removed" in caplog.text


def test_what_cannot_be_shared_is_said_to_the_person_alone_and_their_answer_stays(stage: Stage) -> None:
    stage.product.error = QuestionError("No segment {name}.", name="x")
    sent = stage.click("share")
    [answer] = stage.slack.answers(sent.response_url)
    assert (answer["response_type"], answer["text"]) == ("ephemeral", "problem for U0ANN: No segment x.")
    assert not stage.slack.response_urls[sent.response_url].deleted


def test_a_button_that_is_a_link_is_acknowledged(stage: Stage) -> None:
    assert stage.click("open-sheet", "", url="https://docs.google.com").status == 200
    assert stage.product.asked == []


@pytest.mark.parametrize(
    ("text", "command", "question"),
    [
        ("<@U0BOT> enterprise Q3", "/nrr", "enterprise Q3"),
        ("<@U0BOT>", "/nrr", ""),
        ("<@U0BOT> GRR enterprise", "/grr", "enterprise"),
        ("hello <@U0BOT|nrrbot> /nrr", "/nrr", "hello /nrr"),
        ("<@U0BOT> R&amp;D", "/nrr", "R&D"),
        ("<@U0BOT> account <http://R&amp;D.com|R&amp;D.com>", "/nrr", "account R&D.com"),
        (
            "<@U0BOT> <mailto:ann@example.com|ann@example.com> <https://x.com/?a=1|x.com/?a=1>",
            "/nrr",
            "ann@example.com x.com/?a=1",
        ),
        ("<@U0BOT> &lt;http://x.com|x&gt;", "/nrr", "<http://x.com|x>"),
    ],
)
def test_a_mention_is_a_question(stage: Stage, text: str, command: str, question: str) -> None:
    assert stage.mention(text).status == 200
    answer = stage.slack.messages("C0GENERAL", 2)[-1]
    assert answer["thread_ts"] == stage.slack.posted["C0GENERAL"][0]["ts"]
    assert "share" not in [button["action_id"] for button in answer["blocks"][1]["elements"]]
    assert (stage.product.asked[0].command, stage.product.asked[0].text) == (command, question)


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
    assert (stage.product.asked, stage.slack.calls) == ([], [])


def test_an_event_that_slack_repeats_is_answered_once(stage: Stage) -> None:
    ts = stage.slack.say("C0GENERAL", "<@U0BOT> Q3")
    for retry in range(4):
        assert stage.mention("<@U0BOT> Q3", ts=ts, event_id="Ev-same", retry=retry).status == 200
    stage.mention("<@U0BOT> Q2", ts=ts, event_id="Ev-other")
    stage.slack.messages("C0GENERAL", 3)
    assert sorted(one.text for one in stage.product.asked) == ["Q2", "Q3"]


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
    assert len(stage.product.asked) == (status == 200)


def test_what_bolt_would_read_from_the_environment_changes_nothing(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "from-the-environment")
    stage = serve_stage(slack, Product(), tmp_path)
    serving = stage.serving
    assert stage.mention("<@U0BOT> Q3").status == 200
    slack.messages("C0GENERAL", 2)
    assert stage.command(secret="from-the-environment").status == 401
    assert request(f"{serving.address}/slack/install", None, {})[0] == 404
    serving.stop()
    # Bolt's loggers alone: on a busy machine the HTTP server warns of its queue.
    events = {record.getMessage() for record in caplog.records if record.name.startswith(("nrrbot", "slack"))}
    assert events <= {"refused requests that Slack did not sign"}


def test_stopping_finishes_the_answers_under_way(stage: Stage) -> None:
    stage.product.hold = threading.Event()
    sent = stage.command()
    threading.Timer(0.3, stage.product.hold.set).start()
    stage.serving.stop()
    assert len(stage.slack.response_urls[sent.response_url].posts) == 1


def test_http_without_a_signing_secret_is_refused(slack: SlackServer, tmp_path: Path) -> None:
    app = build_stage_app(slack, Product(), tmp_path, signed=False)
    with pytest.raises(ConfigError, match="needs the signing secret"):
        build_wsgi_app(app)
    app.finish()


def test_an_error_in_words_reaches_the_person(stage: Stage) -> None:
    stage.product.error = QuestionError(
        'No segment "{name}".', "Nearest: {near}.", name="entreprize", near="Enterprise"
    )
    [answer] = stage.slack.answers(stage.command().response_url)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"] == 'problem for U0ANN: No segment "entreprize". Nearest: Enterprise.'


def test_an_unexpected_error_shows_an_id_that_the_log_holds_without_secrets(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.product.error = ZeroDivisionError(f"{stage.slack.bot_token} {stage.slack.signing_secret} xapp-1-A-2-b in it")
    [answer] = stage.slack.answers(stage.command().response_url)
    logged = re.search(r"logged as ([0-9a-f]{8})\.", answer["text"])
    assert logged
    assert "Traceback" not in answer["text"]
    assert "ZeroDivision" not in answer["text"]
    stage.serving.stop()
    [fault] = [line for line in read_log(caplog) if "fault" in line]
    assert (fault["level"], fault["fault"], fault["request"]) == ("error", logged[1], logged[1])
    assert fault["error"][-1] == "builtins.ZeroDivisionError"
    assert fault["error"][0].startswith("bot/slack/background/worker.py:")
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
    stage.product.error = QuestionError("No.")
    stage.slack.fail("response_url", Fault(500, "oops"))
    stage.command()
    stage.serving.stop()
    [line] = [line for line in read_log(caplog) if line["level"] == "error"]
    assert line["event"] == "the person did not receive the error"
    assert (line["kind"], line["reason"]) == ("QuestionError", str(build_refusal("oops", status=500)))


def test_blocks_that_slack_refuses_cost_no_answer(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.product.header = "x" * 151
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
    stage.product.header = ""
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
def socket(slack: SlackServer, tmp_path: Path) -> Iterator[tuple[SlackServer, Product]]:
    product = Product()
    serving = serve_socket(build_stage_app(slack, product, tmp_path, signed=False), slack.app_token)
    yield slack, product
    serving.stop()


def test_socket_mode_hears_commands_buttons_and_mentions(socket: tuple[SlackServer, Product]) -> None:
    slack, product = socket
    sent = slack.command("/nrr", "enterprise Q3")
    assert slack.answers(sent.response_url)[0]["text"] == "answer to /nrr enterprise Q3"
    assert slack.answers(slack.click("definition", "state").response_url)[0]["text"] == "definition for state"
    ts = slack.say("C0GENERAL", "<@U0BOT> Q2")
    mention = {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "text": "<@U0BOT> Q2", "ts": ts}
    for retry in range(2):
        slack.event(mention, event_id="Ev-same", retry=retry)
    slack.messages("C0GENERAL", 2)
    assert [one.text for one in product.asked] == ["enterprise Q3", "Q2"]


def test_socket_mode_connects_anew_when_slack_asks(socket: tuple[SlackServer, Product]) -> None:
    slack, _ = socket
    slack.answers(slack.command("/nrr", "before").response_url)
    slack.refresh_socket()
    assert len(slack.called("apps.connections.open")) == 2
    assert slack.answers(slack.command("/nrr", "after").response_url)[0]["text"] == "answer to /nrr after"


def test_socket_mode_with_a_wrong_token_says_so_and_leaves_no_thread(slack: SlackServer, tmp_path: Path) -> None:
    before = threading.active_count()
    app = build_stage_app(slack, Product(), tmp_path, signed=False)
    with pytest.raises(SlackError, match="does not accept this kind of token here"):
        serve_socket(app, slack.bot_token)
    app.finish()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before


def test_the_bounds_on_waiting_are_set(slack: SlackServer, tmp_path: Path) -> None:
    app = build_stage_app(slack, Product(), tmp_path)
    assert app.client.timeout == slack_client.TIMEOUT
    assert app.client.retry_handlers == []
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
