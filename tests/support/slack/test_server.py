"""The loopback Slack refuses what Slack refuses: what passes here is worth something in the other tests."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.slack.block_kit import check_message, check_view, text_length, unescaped, unescaped_in
from tests.support.slack.server import API_METHODS, APP_TOKEN, SlackServer, request


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text), **more}


def _button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": _plain("Share"), **more}


def _actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def _cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def _table(rows: int, columns: int = 2, text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "table", "rows": [[_cell(text)] * columns for _ in range(rows)], **more}


def _data_table(rows: int, columns: int = 2, **more: Any) -> dict[str, Any]:
    return {"type": "data_table", "caption": "Accounts", "rows": [[_cell("x")] * columns for _ in range(rows)], **more}


def _chart(kind: str = "line", **more: Any) -> dict[str, Any]:
    chart = {
        "type": kind,
        "series": [{"name": "NRR", "data": [{"label": "Q1", "value": 103.6}, {"label": "Q2", "value": 98}]}],
        "axis_config": {"categories": ["Q1", "Q2"], "y_label": "per cent"},
        **more,
    }
    return {"type": "data_visualization", "title": "NRR", "chart": chart}


def _pie(*values: float) -> dict[str, Any]:
    segments = [{"label": f"s{index}", "value": value} for index, value in enumerate(values)]
    return {"type": "data_visualization", "title": "MRR", "chart": {"type": "pie", "segments": segments}}


def _series(*values: Any, name: str = "NRR") -> dict[str, Any]:
    return {"name": name, "data": [{"label": f"Q{index}", "value": value} for index, value in enumerate(values, 1)]}


_OPTION = {"text": _plain("One"), "value": "1"}
_SELECT = {"type": "static_select", "action_id": "s", "placeholder": _plain("Pick"), "options": [_OPTION]}
_RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "https://example.com"}]}],
        },
    ],
}

GOOD: list[list[dict[str, Any]]] = [
    [_section("x" * 3000)] * 3,
    [{"type": "divider"}] * 50,
    [{"type": "header", "text": _plain("x" * 150)}],
    [{"type": "section", "fields": [_mrkdwn("x" * 900)] * 10}],
    [_section(accessory=_button(action_id="a", value="x" * 2000, style="primary"))],
    [_section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"})],
    [{"type": "context", "elements": [_mrkdwn("x")] * 10}],
    [_actions(*(_button(action_id=f"a{index}") for index in range(25)))],
    [_actions(_button(text=_plain("x" * 75), url="https://example.com"), _SELECT)],
    [_RICH],
    [_table(100, 20, column_settings=[{"align": "right", "is_wrapped": True}])],
    [_data_table(101, 20, page_size=100, row_header_column_index=0)],
    [{**_data_table(2), "rows": [[_cell("x")], [{"type": "raw_number", "value": 4.5, "text": "4.50"}]]}],
    [_chart("line"), _chart("bar")],
    [_pie(1, 2.5)],
]


@pytest.mark.parametrize("blocks", GOOD, ids=lambda blocks: blocks[0]["type"])
def test_what_slack_takes_is_taken(slack: SlackServer, client: WebClient, blocks: list[dict[str, Any]]) -> None:
    client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    assert slack.messages("C0GENERAL")[0]["blocks"] == blocks


BAD: list[tuple[list[Any], str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (["x"], "must provide an object [json-pointer:/blocks/0]"),
    ([{"type": "sektion"}], "unsupported type: sektion [json-pointer:/blocks/0/type]"),
    ([{"type": "section"}], "missing required field: text or fields"),
    ([_section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([_section("")], "must be more than 0 characters"),
    ([_section(colour="red")], "unexpected field: colour"),
    ([{"type": "section", "text": "x"}], "must provide an object [json-pointer:/blocks/0/text]"),
    ([{"type": "section", "text": {"type": "markdown", "text": "x"}}], "unsupported type: markdown"),
    ([{"type": "section", "text": {**_mrkdwn("x"), "emoji": True}}], "unexpected field: emoji"),
    ([{"type": "section", "fields": [_mrkdwn("x")] * 11}], "no more than 10 items"),
    ([{"type": "section", "fields": [_mrkdwn("x" * 2001)]}], "must be less than 2001 characters"),
    ([{"type": "section", "fields": []}], "no fewer than 1 items"),
    ([{"type": "header", "text": _plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "header", "text": _mrkdwn("x")}], "unsupported type: mrkdwn"),
    ([{"type": "context", "elements": [_mrkdwn("x")] * 11}], "no more than 10 items"),
    ([{"type": "context", "elements": [_button()]}], "unsupported type: button"),
    ([_actions(*[_button()] * 26)], "no more than 25 items"),
    ([_actions()], "no fewer than 1 items"),
    ([_actions(_button(text=_plain("x" * 76)))], "must be less than 76 characters"),
    ([_actions(_button(text=_mrkdwn("x")))], "unsupported type: mrkdwn"),
    ([_actions(_button(value="x" * 2001))], "must be less than 2001 characters"),
    ([_actions(_button(action_id="x" * 256))], "must be less than 256 characters"),
    ([_actions(_button(style="success"))], "unsupported style"),
    ([_actions({"type": "plain_text_input", "action_id": "x"})], "plain_text_input is not allowed here"),
    ([_actions(_button(action_id="a")), _actions(_button(action_id="a"))], "`action_id` 'a' already exists"),
    ([_section(block_id="b"), _section(block_id="b")], "`block_id` 'b' already exists"),
    ([_actions({**_SELECT, "options": [_OPTION] * 101})], "no more than 100 items"),
    ([_actions({**_SELECT, "options": [{**_OPTION, "text": _plain("x" * 76)}]})], "must be less than 76 characters"),
    ([_actions({**_SELECT, "options": []})], "no fewer than 1 items"),
    ([_actions({**_SELECT, "initial_option": {**_OPTION, "value": "2"}})], "must be one of the options"),
    ([_actions({"type": "static_select", "action_id": "s"})], "missing required field: options"),
    ([{"type": "image", "alt_text": "x"}], "must provide one of image_url and slack_file"),
    ([{"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}], "unsupported type: text"),
    ([_table(101)], "no more than 100 items"),
    (
        [{**_table(1), "rows": [[{"type": "raw_number", "value": 4.5, "text": "4.50"}]]}],
        "unsupported type: raw_number",
    ),
    ([_table(1, 21)], "no more than 20 items"),
    ([_table(1, text="")], "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
    ([_table(1), _table(1)], "no more than 1 table allowed"),
    ([{"type": "table", "rows": [[_cell("x")], [_cell("x")] * 2]}], "all rows must have the same number of cells"),
    ([_table(1, column_settings=[{"align": "middle"}])], "unsupported align"),
    ([_data_table(1)], "no fewer than 2 items"),
    ([_data_table(102)], "no more than 101 items"),
    ([{"type": "data_table", "rows": [[_cell("x")]] * 2}], "missing required field: caption"),
    ([{**_data_table(2), "rows": [[_cell("x" * 7000)]] * 3}], "must be less than 10001 characters in all cells"),
    ([_data_table(2, page_size=101)], "must be a whole number from 1 to 100"),
    ([{**_data_table(2), "rows": [[_RICH], [_cell("x")]]}], "rich_text is not allowed in the header"),
    ([{**_chart(), "title": "x" * 51}], "must be less than 51 characters"),
    ([_chart(), _chart(), _chart()], "no more than 2 data_visualization allowed"),
    ([_chart("radar")], "unsupported type: radar"),
    ([_chart(series=[])], "no fewer than 1 items"),
    ([_chart(series=[_series(1, 2, name=f"s{index}") for index in range(7)])], "no more than 6 items"),
    ([_chart(series=[_series(1, 2), _series(1, 2)])], "names of series must be unique"),
    ([_chart(series=[_series(1)])], "every series needs one value at every category"),
    ([_chart(series=[_series(1, None)])], "must provide a finite number"),
    ([_chart(series=[_series(1, "2")])], "must provide a finite number"),
    ([_chart(axis_config={"categories": ["x" * 21]})], "must be less than 21 characters"),
    ([_chart(axis_config={"categories": [f"Q{index}" for index in range(21)]})], "no more than 20 items"),
    ([_pie(1, 0)], "must be more than 0"),
    ([_pie(*[1] * 7)], "no more than 6 items"),
]


@pytest.mark.parametrize(("blocks", "says"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_blocks_that_slack_refuses_are_refused(client: WebClient, blocks: list[Any], says: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert any(says in message for message in caught.value.response["response_metadata"]["messages"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "G0SECRET", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OUTSIDE", "text": "x"}, "not_in_channel"),
        ({"channel": "C0OLD", "text": "x"}, "is_archived"),
        ({"channel": "C0GENERAL", "text": " "}, "no_text"),
        ({"channel": "C0GENERAL", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0GENERAL", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": "C0GENERAL", "text": "x", "blocks": {}}, "invalid_blocks_format"),
        ({"channel": "C0GENERAL", "text": "x", "blocks": [_section("x" * 2501)] * 4}, "msg_blocks_too_long"),
        ({"channel": "C0GENERAL", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ({"channel": "C0GENERAL", "text": "x", "colour": "red"}, "invalid_arg_name"),
    ],
)
def test_messages_that_slack_refuses_are_refused(client: WebClient, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.api_call("chat.postMessage", json=arguments)
    assert caught.value.response["error"] == code


@pytest.mark.parametrize("channel", ["C0GENERAL", "#general", "G0BOARD", "U0ANN"])
def test_messages_find_their_channel(client: WebClient, channel: str) -> None:
    assert client.chat_postMessage(channel=channel, text="x")["ok"]


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.fly", {}, "unknown_method"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("conversations.info", {"channel": "G0SECRET"}, "channel_not_found"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("chat.postEphemeral", {"channel": "C0GENERAL", "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.1", "text": "x"}, "message_not_found"),
        ("views.open", {"trigger_id": "1.1", "view": "{}"}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0", "view": "{}"}, "not_found"),
        ("views.publish", {"user_id": "U0ANN", "view": '{"type": "home"}'}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": '[{"id": "F0"}]'}, "file_not_found"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
    ],
)
def test_calls_that_slack_refuses_are_refused(
    client: WebClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, params=arguments)
    assert caught.value.response["error"] == code


@pytest.mark.parametrize(
    ("token", "code"), [("", "not_authed"), ("xoxb-2", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")]
)
def test_tokens_that_slack_refuses_are_refused(slack: SlackServer, token: str, code: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        WebClient(token, base_url=slack.api_url).auth_test()
    assert caught.value.response["error"] == code


@pytest.mark.parametrize("method", [method for method, (scopes, _) in API_METHODS.items() if scopes])
def test_a_method_needs_its_scope(slack: SlackServer, client: WebClient, method: str) -> None:
    slack.scopes = ["commands"]
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method)
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == API_METHODS[method][0].replace(" ", ",")


def test_the_scopes_stand_on_every_answer(slack: SlackServer, client: WebClient) -> None:
    headers = client.auth_test().headers
    assert headers["X-OAuth-Scopes"].split(",") == slack.scopes


def test_people_and_channels_are_told(slack: SlackServer, client: WebClient) -> None:
    assert client.users_info(user="U0LEA", include_locale=True)["user"]["locale"] == "fr-FR"
    assert "locale" not in client.users_info(user="U0LEA")["user"]
    assert client.conversations_info(channel="C0OLD")["channel"]["is_archived"]
    slack.scopes.remove("groups:read")
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.conversations_info(channel="G0BOARD")
    assert client.conversations_open(users="U0ANN")["channel"]["id"] == "D0ANN"


def test_a_message_of_the_bot_can_be_changed_and_of_no_one_else(slack: SlackServer, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0GENERAL", text="x")["ts"]
    client.chat_update(channel="C0GENERAL", ts=ts, text="y")
    assert slack.messages("C0GENERAL")[0]["text"] == "y"
    with pytest.raises(SlackApiError, match="cant_update_message"):
        client.chat_update(channel="C0GENERAL", ts=slack.say("C0GENERAL", "mine"), text="y")


def test_a_file_is_uploaded_in_its_three_steps(slack: SlackServer, client: WebClient) -> None:
    client.files_upload_v2(channel="C0GENERAL", content="<svg/>", filename="a.svg", title="A", alt_txt="a line")
    [file] = slack.files.values()
    assert (file["content"], file["alt_txt"], file["title"], file["channel"]) == (b"<svg/>", "a line", "A", "C0GENERAL")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.files_upload_v2(channel="C0OUTSIDE", content="<svg/>", filename="a.svg")


_MODAL = {"type": "modal", "title": _plain("What if"), "blocks": [_section()]}
_INPUT = {"type": "input", "label": _plain("Churn"), "element": {"type": "plain_text_input", "action_id": "c"}}


def test_a_modal_opens_once_and_in_time(slack: SlackServer, client: WebClient) -> None:
    trigger = slack.new_trigger()
    view = client.views_open(trigger_id=trigger, view=_MODAL)["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=_MODAL)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view["id"], hash=view["hash"], view=_MODAL)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        client.views_open(trigger_id=trigger, view=_MODAL)
    late = slack.new_trigger()
    slack.clock = lambda: time.time() + 4
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        client.views_open(trigger_id=late, view=_MODAL)


def test_a_home_tab_is_published(slack: SlackServer, client: WebClient) -> None:
    client.views_publish(user_id="U0ANN", view={"type": "home", "blocks": [_chart()]})
    assert slack.homes["U0ANN"]["blocks"] == [_chart()]


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (_MODAL, ""),
        ({**_MODAL, "submit": _plain("Go"), "blocks": [_INPUT]}, ""),
        ({**_MODAL, "blocks": [_INPUT]}, "missing required field: submit"),
        ({**_MODAL, "title": _plain("x" * 25)}, "must be less than 25 characters"),
        ({**_MODAL, "private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        ({**_MODAL, "blocks": [{"type": "divider"}] * 101}, "no more than 100 items"),
        ({**_MODAL, "blocks": [_table(1)]}, "table is not allowed in a modal"),
        ({**_MODAL, "blocks": [_chart()]}, "data_visualization is not allowed in a modal"),
        ({"type": "home", "blocks": [_section()], "title": _plain("x")}, "unexpected field: title"),
        ({"type": "modal", "blocks": [_section()]}, "missing required field: title"),
        ({"type": "page", "blocks": []}, "unsupported type"),
    ],
)
def test_views_are_checked(view: dict[str, Any], says: str) -> None:
    errors = check_view(view)
    assert any(says in error for error in errors) if says else errors == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R&amp;D &lt;b&gt;", []),
        ("R&D", ["&D"]),
        ("a < b", ["< b"]),
        ("a > b", ["> b"]),
        ("<https://example.com|the sheet>", []),
        ("<@U0ANN> in <#C0GENERAL|general> <!date^1^{date}|then>", []),
        ("<script>", ["<script>", ">"]),
        ("&nbsp;", ["&nbsp;"]),
        ("> quoted", []),
    ],
)
def test_what_is_not_escaped_is_found(text: str, expected: list[str]) -> None:
    assert unescaped(text) == expected


def test_what_is_not_escaped_is_found_in_mrkdwn_and_nowhere_else() -> None:
    blocks = [_section("a&b"), {"type": "header", "text": _plain("c&d")}, _table(1, 1, "e&f")]
    assert unescaped_in({"text": "g&h", "blocks": blocks}) == ["&h", "&b"]


def test_text_is_counted_in_every_block_but_a_data_table() -> None:
    assert text_length([_section("abc"), _table(1, 2, "de"), _data_table(2), _actions(_button())]) == 3 + 4 + 5


def test_blocks_messages_and_views_are_validated_one_at_a_time(slack: SlackServer, client: WebClient) -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "x"}}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    good: list[dict[str, Any]] = [{"blocks": [section]}, {"message": {"text": "x", "blocks": [table]}}]
    bad: list[dict[str, Any]] = [
        {"blocks": [{"type": "x"}]},
        {"view": {"type": "home", "blocks": [table]}},
        {},
        {**good[0], **good[1]},
    ]
    for part in good:
        assert client.api_call("blocks.validate", json=part)["ok"]
    for part in bad:
        with pytest.raises(SlackApiError, match="invalid_"):
            client.api_call("blocks.validate", json=part)
    assert not slack.posted


def test_blocks_may_be_checked_without_a_server() -> None:
    assert check_message([_section()]) == []
    assert check_message("x") == ["[ERROR] must provide an array [json-pointer:/blocks]"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x"}, 200, ""),
        ({"text": "x", "response_type": "loud"}, 400, "invalid_payload"),
        ({"text": "x", "colour": "red"}, 400, "invalid_payload"),
        ({"text": ""}, 400, "no_text"),
        ({"text": "x", "blocks": [{"type": "x"}]}, 400, "invalid_blocks"),
        ({"delete_original": True}, 404, "message_not_found"),
    ],
)
def test_a_response_url_refuses_what_slack_refuses(
    slack: SlackServer, body: dict[str, Any], status: int, code: str
) -> None:
    url = slack.new_response_url()
    got, answer = request(url, json.dumps(body), {"Content-Type": "application/json"})
    assert (got, json.loads(answer)["error"] if code else answer) == (status, code or "ok")
    assert len(slack.response_urls[url].posts) == (status == 200)


def test_a_response_url_that_was_never_given_out_is_unknown(slack: SlackServer) -> None:
    assert request(f"{slack.url}/response/999", "{}", {})[0] == 404


def test_the_web_socket_says_hello_only_to_who_has_a_ticket(slack: SlackServer) -> None:
    opened = WebClient(base_url=slack.api_url).apps_connections_open(app_token=APP_TOKEN)
    with connect(opened["url"]) as connection:
        assert json.loads(connection.recv(5))["type"] == "hello"
    with connect(slack.socket_url) as connection, pytest.raises(ConnectionClosed, match="invalid ticket"):
        connection.recv(5)


def test_an_envelope_that_is_not_acknowledged_in_time_fails(slack: SlackServer) -> None:
    opened = WebClient(base_url=slack.api_url).apps_connections_open(app_token=APP_TOKEN)
    with connect(opened["url"]), pytest.raises(AssertionError, match="Slack waits 3 seconds"):
        slack.command("/nrr")


def test_people_are_described_with_their_workspace_and_as_guests(client: WebClient) -> None:
    member, guest, stranger = (client.users_info(user=user)["user"] for user in ("U0ANN", "U0GUEST", "U0PARTNER"))
    assert (member["is_restricted"], guest["is_restricted"], guest["is_ultra_restricted"]) == (False, True, True)
    assert (stranger["is_stranger"], stranger["team_id"] == member["team_id"]) == (True, False)


def test_channels_say_whether_another_company_reads_them(slack: SlackServer, client: WebClient) -> None:
    slack.channels["C0OLD"].pending = True
    infos = [client.conversations_info(channel=channel)["channel"] for channel in ("C0GENERAL", "C0PARTNER", "C0OLD")]
    assert [info["is_ext_shared"] for info in infos] == [False, True, False]
    assert [info["is_pending_ext_shared"] for info in infos] == [False, False, True]


@pytest.mark.parametrize("name", ["#general", "general", "D0ANN"])
def test_a_channel_is_looked_up_by_its_id_alone(client: WebClient, name: str) -> None:
    client.chat_postMessage(channel="#general", text="x")
    with pytest.raises(SlackApiError, match=r"channel_not_found"):
        client.conversations_info(channel=name)


def test_the_channels_of_the_bot_come_in_pages(client: WebClient) -> None:
    first = client.users_conversations(types="public_channel,private_channel", exclude_archived=True, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.users_conversations(
        types="public_channel,private_channel", exclude_archived=True, limit=2, cursor=cursor
    )
    names = [channel["name"] for page in (first, second) for channel in page["channels"]]
    assert (names, second["response_metadata"]["next_cursor"]) == (["general", "board", "partner"], "")


def test_only_a_message_that_exists_has_a_link(slack: SlackServer, client: WebClient) -> None:
    ts = slack.say("C0GENERAL", "hello")
    assert ts.replace(".", "") in client.chat_getPermalink(channel="C0GENERAL", message_ts=ts)["permalink"]
    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_getPermalink(channel="C0GENERAL", message_ts="1.1")
