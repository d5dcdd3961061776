from __future__ import annotations

import logging
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.messages.kit.markup import escape, unescape
from bot.messages.kit.message import Message
from bot.slack import client as sending
from bot.slack.client import (
    build_bot_client,
    build_web_client,
    check_response_url,
    delete_original,
    get_tls_context,
    post_message,
    send_response,
)
from core.config import Config, Slack
from core.errors import SlackError
from tests.support.logs import read_log
from tests.support.slack.block_kit import unescaped_in
from tests.support.slack.server import APP_TOKEN, Fault, SlackServer, rate_limited

HELLO = Message("hello", [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}])
LONG_HEADER = Message("hello", [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}])


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return build_web_client(slack.bot_token, slack.api_url)


def test_post_returns_where_the_message_stands(slack: SlackServer, client: WebClient) -> None:
    ts = post_message(client, "C0GENERAL", HELLO)
    [message] = slack.messages("C0GENERAL")
    assert (message["ts"], message["text"], message["blocks"]) == (ts, "hello", HELLO.blocks)
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)


def test_post_answers_in_a_thread(slack: SlackServer, client: WebClient) -> None:
    root = slack.say("C0GENERAL", "?")
    post_message(client, "C0GENERAL", HELLO, thread=root)
    assert slack.messages("C0GENERAL", 2)[1]["thread_ts"] == root


def test_post_reaches_a_person(slack: SlackServer, client: WebClient) -> None:
    post_message(client, "U0ANN", HELLO)
    assert len(slack.messages("D0ANN")) == 1


def test_post_sends_the_text_alone_where_the_blocks_are_refused(
    slack: SlackServer, client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    post_message(client, "C0GENERAL", LONG_HEADER)
    [message] = slack.messages("C0GENERAL")
    assert (message["text"], "blocks" in message) == ("hello", False)
    assert "must be less than 151 characters [json-pointer:/blocks/0/text/text]" in str(read_log(caplog))


@pytest.mark.parametrize("text", ["R&D <b> > 3", "&amp;", "<!channel>", "plain", ""])
def test_text_is_escaped_and_back(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not unescaped_in({"text": escape(text)})


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("C0NOWHERE", "knows no such channel"),
        ("G0SECRET", "knows no such channel, or it is private .* invite it with /invite @nrrbot"),
        ("C0OUTSIDE", "not in that channel. Invite it there with /invite @nrrbot"),
        ("C0OLD", "is archived. Unarchive it"),
    ],
)
def test_a_channel_that_cannot_be_posted_in_is_named_with_its_mend(client: WebClient, channel: str, says: str) -> None:
    with pytest.raises(SlackError, match=says):
        post_message(client, channel, HELLO)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "token_expired"])
def test_a_token_that_no_longer_serves_is_said_in_words(slack: SlackServer, client: WebClient, code: str) -> None:
    slack.revoked = code
    with pytest.raises(SlackError, match="Install the Slack app to the workspace again"):
        post_message(client, "C0GENERAL", HELLO)


@pytest.mark.parametrize(
    ("token", "says"),
    [("xoxb-other", "does not accept the token"), ("", "had no token"), (APP_TOKEN, "begins with xoxb-")],
)
def test_a_wrong_token_is_said_in_words_that_do_not_hold_it(slack: SlackServer, token: str, says: str) -> None:
    with pytest.raises(SlackError, match=says) as caught:
        post_message(build_web_client(token, slack.api_url), "C0GENERAL", HELLO)
    assert not token or token not in str(caught.value)


def test_a_missing_scope_is_named(slack: SlackServer, client: WebClient) -> None:
    slack.scopes.remove("chat:write")
    with pytest.raises(SlackError, match=r"lacks the scope chat:write\. Add it on the app's page"):
        post_message(client, "C0GENERAL", HELLO)


@pytest.fixture
def patient(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> WebClient:
    """Return the client of scheduled jobs, which waits."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
    return build_bot_client(Config(slack=Slack(api_url=slack.api_url)))


def test_a_request_to_slow_down_is_obeyed(slack: SlackServer, patient: WebClient) -> None:
    slack.fail("chat.postMessage", rate_limited(1))
    began = time.monotonic()
    post_message(patient, "C0GENERAL", HELLO)
    assert time.monotonic() - began >= 1
    assert len(slack.messages("C0GENERAL")) == 1


@pytest.mark.parametrize(("faults", "calls"), [([rate_limited(31)], 1), ([rate_limited(0)] * 3, 3)])
def test_patience_has_bounds(slack: SlackServer, patient: WebClient, faults: list[Fault], calls: int) -> None:
    slack.fail("chat.postMessage", *faults)
    began = time.monotonic()
    with pytest.raises(SlackError, match=rf"slow down. Try again in {faults[0].headers['Retry-After']} seconds"):
        post_message(patient, "C0GENERAL", HELLO)
    assert time.monotonic() - began < 10
    assert len(slack.called("chat.postMessage")) == calls


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(500, "<html>oops</html>"), "has trouble just now .HTTP 500."),
        (Fault(503, {"ok": False, "error": "service_unavailable"}), "has trouble just now .HTTP 503."),
        (Fault(200, "<html>a captive portal</html>"), "did not come from Slack .HTTP 200."),
        (Fault(200, {"ok": False, "error": "some_new_code"}), "Slack refused: some_new_code."),
        (Fault(drop=True), "broke off"),
        (Fault(delay=1.5), "did not answer in time"),
    ],
)
def test_trouble_is_said_in_words(slack: SlackServer, client: WebClient, fault: Fault, says: str) -> None:
    client.timeout = 1
    slack.fail("chat.postMessage", fault)
    with pytest.raises(SlackError, match=says):
        post_message(client, "C0GENERAL", HELLO)


def test_what_slack_may_have_taken_is_not_sent_again(slack: SlackServer, client: WebClient) -> None:
    slack.fail("chat.postMessage", Fault(drop=True, taken=True))
    with pytest.raises(SlackError, match="broke off"):
        post_message(client, "C0GENERAL", HELLO)
    assert len(slack.called("chat.postMessage")) == 1
    assert len(slack.messages("C0GENERAL")) == 1


def test_a_slack_that_is_not_there_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SlackError, match=r"could not be reached: .*refused.* Check this machine's connection"):
        post_message(build_web_client("xoxb-1", f"http://127.0.0.1:{port}/api/"), "C0GENERAL", HELLO)


# Through a response_url.


def test_an_answer_is_for_one_person_unless_said_otherwise(slack: SlackServer) -> None:
    url = slack.new_response_url()
    send_response(url, HELLO)
    send_response(url, HELLO, thread="1.1")
    posts = slack.answers(url, 2)
    assert [(post["response_type"], post.get("thread_ts")) for post in posts] == [
        ("ephemeral", None),
        ("ephemeral", "1.1"),
    ]


def test_a_response_url_ends_after_five_answers(slack: SlackServer) -> None:
    url = slack.new_response_url()
    for _ in range(5):
        send_response(url, HELLO)
    with pytest.raises(SlackError, match=r"accepts no more answers to that question\. Ask again"):
        send_response(url, HELLO)


def test_a_response_url_ends_after_half_an_hour(slack: SlackServer) -> None:
    url = slack.new_response_url()
    slack.clock = lambda: time.time() + 1801
    with pytest.raises(SlackError, match="30 minutes"):
        send_response(url, HELLO)


def test_only_a_message_with_a_button_can_be_withdrawn(slack: SlackServer) -> None:
    url = slack.new_response_url(on_message=True)
    delete_original(url)
    assert slack.response_urls[url].deleted
    with pytest.raises(SlackError, match="message_not_found"):
        delete_original(slack.new_response_url())


def test_a_response_url_that_breaks_off_is_not_tried_again(slack: SlackServer) -> None:
    url = slack.new_response_url()
    slack.fail("response_url", Fault(drop=True, taken=True))
    with pytest.raises(SlackError, match="broke off"):
        send_response(url, HELLO)
    assert len(slack.answers(url)) == 1


def test_the_logs_of_the_sdk_stay_at_warning() -> None:
    assert sending.SDK_LOG.getEffectiveLevel() == logging.WARNING


def test_building_messages_does_not_wait_for_slack_sdk() -> None:
    code = "import sys, bot.messages.kit.markup; sys.exit('slack_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("url", "is_slack"),
    [
        ("https://hooks.slack.com/commands/T0/1/x", True),
        ("https://hooks.slack-gov.com/actions/T0/1/x", True),
        ("http://127.0.0.1:8080/response/1", True),
        ("http://hooks.slack.com/commands/T0/1/x", False),
        ("https://hooks.slack.com.example.com/x", False),
        ("https://hooks.slack.com@example.com/x", False),
        ("https://example.com/hooks.slack.com", False),
        ("https://127.0.0.1:8080/x", False),
        ("http://127.0.0.1:8081/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_answers_go_to_slack_only(url: str, is_slack: bool) -> None:
    if is_slack:
        assert check_response_url(url, "http://127.0.0.1:8080/api/") == url
    else:
        with pytest.raises(SlackError, match="its address is not Slack's"):
            check_response_url(url, "http://127.0.0.1:8080/api/")


def test_all_calls_share_one_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    get_tls_context()
    made: list[object] = []
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: made.append("new"))
    monkeypatch.setattr(ssl, "_create_default_https_context", lambda *_, **__: made.append("default"))
    client = build_web_client("xoxb-1-loopback", "https://127.0.0.1:9/api/")
    for _ in range(2):
        with pytest.raises(SlackError):
            post_message(client, "C0GENERAL", HELLO)
        with pytest.raises(SlackError):
            send_response("https://127.0.0.1:9/response/1", HELLO)
    assert made == []
