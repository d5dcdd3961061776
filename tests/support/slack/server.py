"""A loopback Slack: Web API, response_urls and Socket Mode, for the real slack_sdk and the real Bolt to talk to.

It keeps state, refuses what Slack refuses with Slack's own codes, and plays the person: `command`, `click` and
`event` send really signed requests to a served app (or envelopes over the web socket) and hand out response_urls.

    with SlackServer() as slack:
        app = build(..., bot_token=slack.bot_token, signing_secret=slack.signing_secret, api_url=slack.api_url)
        ...
        sent = slack.command("/nrr", "enterprise Q3", to=serving.address)
        assert sent.status == 200
        [answer] = slack.answers(sent.response_url, 1)
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.server import Server, ServerConnection, serve

from tests.support.slack.block_kit import MESSAGE_TEXT, check_message, check_options, check_view, text_length

BOT_TOKEN = "xoxb-1-loopback"
APP_TOKEN = "xapp-1-loopback"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SCOPES = (
    "commands chat:write files:write im:write app_mentions:read users:read channels:read groups:read im:history".split()  # noqa: SIM905 - as an app's page lists them
)
TEAM, BOT_USER, BOT, APP = "T0NRR", "U0BOT", "B0BOT", "A0NRR"
OTHER_TEAM = "T0PARTNER"
ENTERPRISE = "E0NRR"

RESPONSE_POSTS = 5
RESPONSE_SECONDS = 30 * 60
TRIGGER_SECONDS = 3
MESSAGE_LIMIT = 40_000

# method: (scopes of which one is needed, known arguments). Unknown arguments are refused, stricter than Slack.
_POST = "channel text blocks attachments thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn metadata"
API_METHODS: Mapping[str, tuple[str, str]] = {
    "auth.test": ("", ""),
    "apps.connections.open": ("", ""),
    "chat.postMessage": ("chat:write", _POST),
    "chat.postEphemeral": ("chat:write", "channel user text blocks attachments thread_ts"),
    "chat.update": ("chat:write", "channel ts text blocks attachments metadata"),
    "users.info": ("users:read", "user include_locale"),
    "usergroups.users.list": ("usergroups:read", "usergroup include_disabled team_id"),
    "conversations.info": ("channels:read groups:read", "channel include_locale include_num_members"),
    "users.conversations": ("channels:read groups:read", "types exclude_archived limit cursor user"),
    "chat.getPermalink": ("", "channel message_ts"),
    "conversations.open": ("im:write", "users channel return_im prevent_creation"),
    "blocks.validate": ("", "blocks message view"),
    "views.open": ("", "trigger_id interactivity_pointer view"),
    "views.publish": ("", "user_id view hash"),
    "views.update": ("", "view view_id external_id hash"),
    "files.getUploadURLExternal": ("files:write", "filename length alt_txt snippet_type"),
    "files.completeUploadExternal": ("files:write", "files channel_id channels initial_comment thread_ts blocks"),
}


class Refused(Exception):  # noqa: N818 - Slack refuses, it does not err
    """Slack's `{"ok": false, "error": code, ...}`."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.body = {"ok": False, "error": code, **more}


@dataclass
class Channel:
    id: str
    name: str
    member: bool = True
    private: bool = False
    archived: bool = False
    topic: str = ""
    external: bool = False  # shared with another company over Slack Connect
    pending: bool = False  # an invitation to another company is open
    locale: str = "en-US"


@dataclass
class User:
    id: str
    name: str
    locale: str = "en-US"
    tz: str = "Europe/Paris"
    real_name: str = ""
    team: str = TEAM
    guest: str = ""  # "restricted" is a guest of several channels, "ultra_restricted" of one
    bot: bool = False
    deleted: bool = False
    enterprise_teams: tuple[str, ...] = ()  # the workspaces of an organisation that the person belongs to


@dataclass(frozen=True)
class Call:
    """A request to the Web API, as it was understood."""

    method: str
    token: str
    args: dict[str, Any]
    at: float


@dataclass
class ResponseUrl:
    """A response_url: what was answered through it, and whether the message behind it is gone."""

    url: str
    opened: float
    on_message: bool
    posts: list[dict[str, Any]] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)  # when, by time.monotonic
    attempts: int = 0
    deleted: bool = False
    replaced: dict[str, Any] | None = None


@dataclass(frozen=True)
class Sent:
    """What came back for a request that the person made: over HTTP the response, over the socket the ack.

    Attributes:
        status: the HTTP status; 200 for an ack.
        body: the response's body, or the ack's payload as JSON.
        response_url: where the app may answer.
        trigger_id: what opens a modal.
        seconds: until the acknowledgement.

    """

    status: int
    body: str
    response_url: str
    trigger_id: str
    seconds: float


@dataclass(frozen=True)
class Fault:
    """What happens instead of an answer: a status with a body, or a connection that drops.

    Attributes:
        status: the HTTP status.
        body: the body; a dict is sent as JSON.
        headers: further headers.
        drop: close the connection without a word; `taken` says whether the request is carried out all the same.
        delay: seconds before anything is sent.

    """

    status: int = 200
    body: dict[str, Any] | str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    taken: bool = False
    delay: float = 0


def rate_limited(seconds: int) -> Fault:
    return Fault(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)})


class SlackServer:
    """Slack on 127.0.0.1. See the module's docstring; every attribute may be read and changed by a test."""

    def __init__(
        self,
        *,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        signing_secret: str = SIGNING_SECRET,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bot_token, self.app_token, self.signing_secret = bot_token, app_token, signing_secret
        self.clock = clock
        self.scopes = list(SCOPES)
        self.revoked = ""  # a code such as token_revoked or account_inactive
        self.channels = {
            channel.id: channel
            for channel in (
                Channel("C0GENERAL", "general"),
                Channel("C0OUTSIDE", "outside", member=False),
                Channel("C0OLD", "old", archived=True),
                Channel("G0BOARD", "board", private=True),
                Channel("G0SECRET", "secret", member=False, private=True),
                Channel("C0PARTNER", "partner", external=True),
            )
        }
        self.groups: dict[str, list[str]] = {}  # the people of each user group
        self.slow_users: dict[str, float] = {}  # the seconds until users.info answers about a person
        self.users = {
            user.id: user
            for user in (
                User("U0ANN", "ann", real_name="Ann Archer"),
                User("U0LEA", "lea", "fr-FR", real_name="Léa Roy"),
                User("U0GUEST", "guest", guest="ultra_restricted"),
                User("U0PARTNER", "partner", team=OTHER_TEAM),
                User("U0ROBOT", "robot", bot=True),
            )
        }
        self.posted: dict[str, list[dict[str, Any]]] = {}
        self.ephemeral: list[dict[str, Any]] = []
        self.views: dict[str, dict[str, Any]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.suggested: dict[str, list[dict[str, Any]]] = {}  # by the action_id of a menu, what it was filled with
        self.files: dict[str, dict[str, Any]] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, float] = {}
        self.calls: list[Call] = []
        self.faults: dict[str, list[Fault]] = {}
        # Returns the fault of a call of a method for which none is arranged.
        self.draw_fault: Callable[[str], Fault | None] = lambda _: None
        self.acks: dict[str, tuple[float, Any]] = {}
        self.sockets: list[ServerConnection] = []
        self.answers_pings = True  # False: a web socket that is open and dead, as after a change of network
        self.tickets: set[str] = set()
        self.changed = Condition()
        self._serial = itertools.count(1)

    # Life.

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"slack": self})
        self._http = _HttpServer(("127.0.0.1", 0), handler)
        self._socket: Server = serve(self._talk, "127.0.0.1", 0, logger=_QUIET)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.api_url = f"{self.url}/api/"
        self.socket_url = f"ws://127.0.0.1:{self._socket.socket.getsockname()[1]}/link"
        self._threads = [
            Thread(target=self._http.serve_forever, args=(0.02,), daemon=True),
            Thread(target=self._socket.serve_forever, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown()
        for connection in list(self.sockets):
            connection.close()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join(5)

    # What a test arranges and asks.

    def fail(self, what: str, *faults: Fault) -> None:
        """Let the next calls of a method (or of `response_url`, `upload`) end so, one fault a call."""
        self.faults.setdefault(what, []).extend(faults)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def answers(self, response_url: str, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait until `count` messages were posted to a response_url, and return them."""
        posts = self.response_urls[response_url].posts
        self.wait_until(lambda: len(posts) >= count, seconds, f"{count} answers, there are {posts}")
        return posts

    def messages(self, channel: str, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait until `count` messages stand in a channel, and return them."""
        posted = self.posted.setdefault(channel, [])
        self.wait_until(lambda: len(posted) >= count, seconds, f"{count} messages in {channel}, there are {posted}")
        return posted

    def wait_until(self, true: Callable[[], object], seconds: float = 10, what: str = "") -> None:
        """Wait until something is true, of this server or of the app, which does not say when it changes."""
        end = time.monotonic() + seconds
        with self.changed:
            while not true():
                assert time.monotonic() < end, f"waited {seconds} s for {what}"
                self.changed.wait(0.05)

    # What a person does. `to` is the address of an app served over HTTP; without it the web socket is used.

    def command(self, command: str, text: str = "", *, to: str = "", channel: str = "C0GENERAL", user: str = "U0ANN",
                secret: str = "", age: float = 0, trigger: str = "") -> Sent:  # fmt: skip
        """Type a command; the `trigger` of an earlier one makes it a replay of that."""
        url, trigger = self.new_response_url(), trigger or self.new_trigger()
        body = {
            "token": "legacy", "team_id": self.users[user].team, "team_domain": "loopback", "api_app_id": APP,
            "command": command,
            "channel_id": channel, "channel_name": self.channels[channel].name, "user_id": user,
            "user_name": self.users[user].name, "text": text, "is_enterprise_install": "false",
            "response_url": url, "trigger_id": trigger,
        }  # fmt: skip
        return self._deliver("slash_commands", body, urlencode(body), to, secret, age, url, trigger)

    def click(self, action_id: str, value: str = "", *, to: str = "", channel: str = "C0GENERAL", user: str = "U0ANN",
              secret: str = "", age: float = 0, **more: Any) -> Sent:  # fmt: skip
        """Press a button of an ephemeral message; in a `thread`, of a message in it that everyone sees.

        The `action_ts` of an earlier press makes it a replay of that.
        """
        thread, message_ts = more.pop("thread", ""), more.pop("message_ts", "") or self._new_ts()
        url, trigger = self.new_response_url(on_message=True), self.new_trigger()
        action = {"type": "button", "action_id": action_id, "block_id": "b1", "value": value,
                  "text": {"type": "plain_text", "text": action_id}, "action_ts": self._new_ts(), **more}  # fmt: skip
        team = self.users[user].team
        is_posted = bool(thread) or any(message["ts"] == message_ts for message in self.posted.get(channel, []))
        container = {"type": "message", "message_ts": message_ts, "channel_id": channel, "is_ephemeral": not is_posted}
        body: dict[str, Any] = {
            "type": "block_actions", "user": {"id": user, "username": self.users[user].name, "team_id": team},
            "api_app_id": APP, "token": "legacy", "team": {"id": team, "domain": "loopback"}, "enterprise": None,
            "container": container | ({"thread_ts": thread} if thread else {}),
            **({"message": {"ts": message_ts, "thread_ts": thread, "user": BOT_USER}} if thread else {}),
            "channel": {"id": channel, "name": self.channels[channel].name}, "is_enterprise_install": False,
            "trigger_id": trigger, "response_url": url, "state": {"values": {}},
            "actions": [{name: part for name, part in action.items() if part != ""}],
        }  # fmt: skip
        form = urlencode({"payload": json.dumps(body)})
        return self._deliver("interactive", body, form, to, secret, age, url, trigger)

    def press_home(self, action_id: str, value: str = "", *, to: str = "", user: str = "U0ANN", **more: Any) -> Sent:
        """Press a button or choose in a menu of App Home, where there is no channel and no response_url."""
        team, trigger = self.users[user].team, self.new_trigger()
        action = {"type": "button", "action_id": action_id, "block_id": "b1", "action_ts": self._new_ts(), **more}
        body = {
            "type": "block_actions", "user": {"id": user, "username": self.users[user].name, "team_id": team},
            "api_app_id": APP, "token": "legacy", "team": {"id": team, "domain": "loopback"}, "enterprise": None,
            "container": {"type": "view", "view_id": self.homes[user]["id"]}, "view": self.homes[user],
            "trigger_id": trigger, "is_enterprise_install": False,
            "actions": [action | ({"value": value} if value else {})],
        }  # fmt: skip
        return self._deliver("interactive", body, urlencode({"payload": json.dumps(body)}), to, "", 0, "", trigger)

    def suggest(self, action_id: str, typed: str = "", *, to: str = "", channel: str = "C0GENERAL",
                user: str = "U0ANN") -> list[dict[str, Any]]:  # fmt: skip
        """Type into a menu that the app fills; return its options, which are checked as Slack does."""
        team = self.users[user].team
        body = {
            "type": "block_suggestion", "user": {"id": user, "name": self.users[user].name, "team_id": team},
            "team": {"id": team, "domain": "loopback"}, "api_app_id": APP, "token": "legacy", "enterprise": None,
            "container": {"type": "message", "channel_id": channel}, "channel": {"id": channel, "name": "x"},
            "action_id": action_id, "block_id": "b1", "value": typed, "is_enterprise_install": False,
        }  # fmt: skip
        sent = self._deliver("interactive", body, urlencode({"payload": json.dumps(body)}), to, "", 0, "", "")
        assert (sent.status, sent.seconds < TRIGGER_SECONDS) == (200, True)
        options: list[dict[str, Any]] = json.loads(sent.body)["options"]
        assert not check_options(options)
        self.suggested.setdefault(action_id, []).extend(options)
        return options

    def choose(self, action_id: str, value: str, **options: Any) -> Sent:
        """Choose an option that a menu of a message was filled with."""
        option = next(option for option in self.suggested[action_id] if option["value"] == value)
        return self.click(action_id, type="external_select", selected_option=option, text="", **options)

    def submit(self, view: Mapping[str, Any], *, to: str = "", user: str = "U0ANN", **chosen: str) -> Sent:
        """Submit a modal with the options of these values in its menus; a menu that is not named is left empty."""
        values: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            element = block["element"]
            offered = [*element.get("options", []), *self.suggested.get(element["action_id"], [])]
            offered += [element["initial_option"]] if "initial_option" in element else []
            value = chosen.get(block["block_id"])
            option = next((option for option in offered if option["value"] == value), None)
            assert value is None or option, f"{value} is no option of {block['block_id']}"
            state = {"type": element["type"], "selected_option": option}
            values[block["block_id"]] = {element["action_id"]: state}
        return self._submit(view, values, to, user)

    def _submit(self, view: Mapping[str, Any], values: Mapping[str, Any], to: str, user: str) -> Sent:
        team = self.users[user].team
        body = {
            "type": "view_submission", "team": {"id": team, "domain": "loopback"}, "api_app_id": APP,
            "user": {"id": user, "username": self.users[user].name, "team_id": team}, "token": "legacy",
            "trigger_id": self.new_trigger(), "view": {**view, "state": {"values": values}}, "response_urls": [],
            "is_enterprise_install": False, "enterprise": None,
        }  # fmt: skip
        return self._deliver("interactive", body, urlencode({"payload": json.dumps(body)}), to, "", 0, "", "")

    def opened(self, count: int = 1, seconds: float = 3) -> dict[str, Any]:
        """Wait until `count` modals were opened, and return the last one."""
        modals = [view for view in self.views.values() if view["type"] == "modal"]

        def are_open() -> bool:
            modals[:] = [view for view in self.views.values() if view["type"] == "modal"]
            return len(modals) >= count

        self.wait_until(are_open, seconds, f"{count} modals")
        return modals[-1]

    def write_into(self, view: Mapping[str, Any], words: str, *, to: str = "", user: str = "U0ANN") -> Sent:
        """Submit a modal with words in its text box."""
        boxes = [block for block in view["blocks"] if block["type"] == "input"]
        values = {
            box["block_id"]: {box["element"]["action_id"]: {"type": "plain_text_input", "value": words}}
            for box in boxes
        }
        return self._submit(view, values, to, user)

    def event(self, event: Mapping[str, Any], *, to: str = "", event_id: str = "", retry: int = 0,
              secret: str = "", age: float = 0, event_age: float = 0,
              external: bool | None = None) -> Sent:  # fmt: skip
        """Send an event, by the Events API or over the socket; `retry` marks it as Slack's nth repetition.

        `event_age` seconds have passed since it happened, as when Slack replays events after an outage. `external` is
        what the envelope says of the channel, the truth by default.
        """
        sender, place = self.users.get(str(event.get("user"))), self.channels.get(str(event.get("channel")))
        teams = {"user_team": sender.team, "source_team": sender.team} if sender and sender.team != TEAM else {}
        body = {
            "token": "legacy", "team_id": TEAM, "api_app_id": APP, "type": "event_callback",
            "event": {**teams, **event},
            "is_ext_shared_channel": bool(place and place.external) if external is None else external,
            "event_id": event_id or f"Ev{next(self._serial)}", "event_time": int(time.time() - event_age),
        }  # fmt: skip
        return self._deliver("events_api", body, json.dumps(body), to, secret, age, "", "", retry)

    def _deliver(self, kind: str, payload: dict[str, Any], wire: str, to: str, secret: str, age: float,
                 response_url: str, trigger: str, retry: int = 0) -> Sent:  # fmt: skip
        began = time.monotonic()
        if to:
            mime = "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"
            headers = sign(wire, secret or self.signing_secret, time.time() - age) | {"Content-Type": mime}
            if retry:
                headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
            status, body = request(f"{to}/slack/events", wire, headers)
        else:
            status, body = 200, json.dumps(self._over_socket(kind, payload, retry))
        return Sent(status, body, response_url, trigger, time.monotonic() - began)

    def _over_socket(self, kind: str, payload: dict[str, Any], retry: int) -> Any:
        self.wait_until(lambda: self.sockets, what="a web socket")
        envelope = f"envelope-{next(self._serial)}"
        message: dict[str, Any] = {"envelope_id": envelope, "type": kind, "payload": payload,
                                   "accepts_response_payload": kind != "events_api"}  # fmt: skip
        if retry:
            message |= {"retry_attempt": retry, "retry_reason": "timeout"}
        self.sockets[-1].send(json.dumps(message))
        self.wait_until(lambda: envelope in self.acks, 3, f"an ack of {envelope}: Slack waits 3 seconds")
        return self.acks[envelope][1]

    def refresh_socket(self) -> None:
        """Tell the app to connect anew, as Slack does every few hours."""
        old = self.sockets[-1]
        old.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        self.wait_until(lambda: old not in self.sockets and self.sockets, what="a new web socket")

    def _new_ts(self) -> str:
        return f"{int(self.clock())}.{next(self._serial):06}"

    def new_response_url(self, *, on_message: bool = False) -> str:
        url = f"{self.url}/response/{next(self._serial)}"
        self.response_urls[url] = ResponseUrl(url, self.clock(), on_message)
        return url

    def new_trigger(self) -> str:
        trigger = f"{next(self._serial)}.{TEAM}"
        self.triggers[trigger] = self.clock()
        return trigger

    # Web API.

    def api(self, method: str, token: str, args: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(Call(method, token, args, time.monotonic()))
        if method not in API_METHODS:
            raise Refused("unknown_method", req_method=method)
        scopes, known = API_METHODS[method]
        self._authorise(method, token, scopes.split())
        for name in args:
            if name not in {*known.split(), "team_id"}:
                raise Refused("invalid_arg_name", response_metadata={"messages": [f"[ERROR] unknown {name}"]})
        answer: dict[str, Any] = getattr(self, "_" + method.replace(".", "_"))(args)
        return {"ok": True, **answer}

    def _authorise(self, method: str, token: str, scopes: list[str]) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise Refused("invalid_auth")
        if self.revoked:
            raise Refused(self.revoked)
        if (token == self.app_token) != (method == "apps.connections.open"):
            raise Refused("not_allowed_token_type")
        if scopes and not set(scopes) & set(self.scopes):
            raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(self.scopes))

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{self.url}/", "team": "Loopback", "user": "nrrbot", "team_id": TEAM, "user_id": BOT_USER,
                "bot_id": BOT, "is_enterprise_install": False}  # fmt: skip

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        ticket = f"{next(self._serial)}"
        self.tickets.add(ticket)
        return {"url": f"{self.socket_url}?ticket={ticket}&app_id={APP}"}

    def _channel(self, args: dict[str, Any], *, to_post: bool = True) -> Channel:
        wanted = str(args.get("channel") or "")
        if wanted in self.users and to_post:
            wanted = self.open_direct(wanted)
        named = [channel for channel in self.channels.values() if f"#{channel.name}" == wanted and not channel.private]
        channel = self.channels.get(wanted) or (named[0] if named else None)
        if channel is None or (channel.private and not channel.member):
            raise Refused("channel_not_found")
        if to_post and channel.archived:
            raise Refused("is_archived")
        if to_post and not channel.member:
            raise Refused("not_in_channel")
        return channel

    def open_direct(self, user: str) -> str:
        """Return the conversation of a person with the bot."""
        name = "D" + user[1:]
        self.channels.setdefault(name, Channel(name, self.users[user].name, private=True))
        return name

    def _chat_postMessage(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        channel = self._channel(args)
        message = self._message(args)
        earlier = self.posted.setdefault(channel.id, [])
        if "thread_ts" in args and all(args["thread_ts"] not in (old["ts"], old.get("thread_ts")) for old in earlier):
            raise Refused("thread_not_found")
        return {"channel": channel.id, **self._keep(channel.id, message)}

    def _keep(self, channel: str, message: dict[str, Any]) -> dict[str, Any]:
        ts = self._new_ts()
        kept = {"user": BOT_USER, **message, "ts": ts}
        self.posted.setdefault(channel, []).append(kept)
        return {"ts": ts, "message": kept}

    def say(self, channel: str, text: str, user: str = "U0ANN") -> str:
        """Let a person write in a channel; return the `ts`."""
        ts: str = self._keep(channel, {"text": text, "user": user})["ts"]
        return ts

    def _message(self, args: dict[str, Any]) -> dict[str, Any]:
        """Check what every message is checked for; return it with its blocks parsed."""
        message = dict(args)
        blocks = args.get("blocks")
        if isinstance(blocks, str):
            try:
                blocks = json.loads(blocks)
            except ValueError:
                raise Refused("invalid_blocks_format") from None
        if blocks is not None and not isinstance(blocks, list):
            raise Refused("invalid_blocks_format")
        if not blocks and not str(args.get("text") or "").strip():
            raise Refused("no_text")
        if len(str(args.get("text") or "")) > MESSAGE_LIMIT:
            raise Refused("msg_too_long")
        if blocks:
            self._check(check_message(blocks))
            if text_length(blocks) > MESSAGE_TEXT:
                raise Refused("msg_blocks_too_long")
            message["blocks"] = blocks
        return message

    @staticmethod
    def _check(errors: list[str]) -> None:
        if errors:
            plain = [error.removeprefix("[ERROR] ") for error in errors]
            raise Refused("invalid_blocks", errors=plain, response_metadata={"messages": errors})

    def _chat_postEphemeral(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        channel = self._channel(args)
        if args.get("user") not in self.users:
            raise Refused("user_not_in_channel")
        self.ephemeral.append({**self._message(args), "channel": channel.id})
        return {"message_ts": self._new_ts()}

    def _chat_getPermalink(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        channel, ts = self._channel(args, to_post=False), str(args.get("message_ts"))
        if all(message["ts"] != ts for message in self.posted.get(channel.id, [])):
            raise Refused("message_not_found")
        return {"channel": channel.id, "permalink": f"{self.url}/archives/{channel.id}/p{ts.replace('.', '')}"}

    def _chat_update(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args)
        message = self._message(args)
        for kept in self.posted.get(channel.id, []):
            if kept["ts"] == args.get("ts"):
                if kept["user"] != BOT_USER:
                    raise Refused("cant_update_message")
                kept.update(message)
                return {"channel": channel.id, "ts": kept["ts"], "text": kept.get("text", "")}
        raise Refused("message_not_found")

    def _users_info(self, args: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(str(args.get("user")))
        if user is None:
            raise Refused("user_not_found")
        about = {
            "id": user.id, "team_id": user.team, "name": user.name, "real_name": user.real_name or user.name,
            "deleted": user.deleted, "tz": user.tz, "is_bot": user.bot, "is_stranger": user.team != TEAM,
            "is_restricted": bool(user.guest), "is_ultra_restricted": user.guest == "ultra_restricted",
        }  # fmt: skip
        if user.enterprise_teams:
            about["enterprise_user"] = {"enterprise_id": ENTERPRISE, "teams": list(user.enterprise_teams)}
        return {"user": about | ({"locale": user.locale} if _is_true(args.get("include_locale")) else {})}

    def _usergroups_users_list(self, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("usergroup") not in self.groups:  # a disabled one too
            raise Refused("no_such_subteam")
        return {"users": self.groups[args["usergroup"]]}

    def _conversations_info(self, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("channel") not in self.channels:  # a name such as #general too, which chat.postMessage takes
            raise Refused("channel_not_found")
        channel = self._channel(args, to_post=False)
        needed = "im:read" if channel.id[0] == "D" else "groups:read" if channel.private else "channels:read"
        needed = "mpim:read" if channel.name.startswith("mpdm-") else needed  # a message to several people
        if needed not in self.scopes:
            raise Refused("missing_scope", needed=needed, provided=",".join(self.scopes))
        locale = {"locale": channel.locale} if _is_true(args.get("include_locale")) else {}
        return {"channel": self._describe_channel(channel) | locale}

    @staticmethod
    def _describe_channel(channel: Channel) -> dict[str, Any]:
        return {"id": channel.id, "name": channel.name, "is_channel": not channel.private,
                "is_private": channel.private, "is_archived": channel.archived, "is_member": channel.member,
                "is_ext_shared": channel.external, "is_pending_ext_shared": channel.pending,
                "is_shared": channel.external, "is_org_shared": False}  # fmt: skip

    def _users_conversations(self, args: dict[str, Any]) -> dict[str, Any]:
        """Return the channels that the bot is in, some at a time."""
        types = str(args.get("types") or "public_channel").split(",")
        joined = [
            channel
            for channel in self.channels.values()
            if channel.member and channel.id[0] != "D"
            and ("private_channel" if channel.private else "public_channel") in types
            and not (channel.archived and _is_true(args.get("exclude_archived")))
        ]  # fmt: skip
        start, count = int(args.get("cursor") or 0), int(args.get("limit") or 100)
        following = str(start + count) if start + count < len(joined) else ""
        channels = [self._describe_channel(channel) for channel in joined[start : start + count]]
        return {"channels": channels, "response_metadata": {"next_cursor": following}}

    def _conversations_open(self, args: dict[str, Any]) -> dict[str, Any]:
        users = str(args.get("users") or "").split(",")
        if len(users) != 1 or users[0] not in self.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.open_direct(users[0])}}

    def _blocks_validate(self, args: dict[str, Any]) -> dict[str, Any]:
        """Check one of blocks, a message and a view; post nothing."""
        given = [name for name in ("blocks", "message", "view") if name in args]
        if len(given) != 1:
            raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] exactly one is needed"]})
        part = json.loads(args[given[0]]) if isinstance(args[given[0]], str) else args[given[0]]
        if given == ["view"]:
            self._check(check_view(part))
        else:
            self._message({"blocks": part} if given == ["blocks"] else part)
        return {}

    # Views and files.

    def _view(self, args: dict[str, Any]) -> dict[str, Any]:
        view = json.loads(args["view"]) if isinstance(args.get("view"), str) else args.get("view")
        if not isinstance(view, dict):
            raise Refused("invalid_arguments")
        errors = check_view(view)
        if errors:
            raise Refused("invalid_arguments", response_metadata={"messages": errors})
        return view

    def _views_open(self, args: dict[str, Any]) -> dict[str, Any]:
        issued = self.triggers.pop(str(args.get("trigger_id")), None)
        if issued is None:
            raise Refused("invalid_trigger_id")
        if self.clock() - issued > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        return self._store_view(self._view(args), f"V{next(self._serial)}")

    def _store_view(self, view: dict[str, Any], name: str) -> dict[str, Any]:
        stored = {**view, "id": name, "hash": f"{next(self._serial)}.h", "team_id": TEAM}
        self.views[name] = stored
        return {"view": stored}

    def _views_update(self, args: dict[str, Any]) -> dict[str, Any]:
        known = self.views.get(str(args.get("view_id")))
        if known is None:
            raise Refused("not_found")
        self._same_hash(args, known)
        return self._store_view(self._view(args), known["id"])

    @staticmethod
    def _same_hash(args: dict[str, Any], known: dict[str, Any] | None) -> None:
        if known and "hash" in args and args["hash"] != known["hash"]:
            raise Refused("hash_conflict")

    def _views_publish(self, args: dict[str, Any]) -> dict[str, Any]:
        user = str(args.get("user_id"))
        if user not in self.users:
            raise Refused("user_not_found")
        view = self._view(args)
        if view["type"] != "home":
            raise Refused("invalid_arguments")
        self._same_hash(args, self.homes.get(user))
        stored = self._store_view(view, f"V{next(self._serial)}")
        self.homes[user] = stored["view"]
        return stored

    def _files_getUploadURLExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if not args.get("filename") or int(args.get("length") or 0) <= 0:
            raise Refused("invalid_arguments")
        name = f"F{next(self._serial)}"
        self.files[name] = {"id": name, **args, "length": int(args["length"])}
        return {"upload_url": f"{self.url}/upload/{name}", "file_id": name}

    def upload(self, name: str, content: bytes) -> str:
        file = self.files[name]
        if len(content) != file["length"]:
            return "wrong length"
        file["content"] = content
        return f"OK - {len(content)}"

    def _files_completeUploadExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        done = []
        for entry in json.loads(args.get("files") or "[]"):
            file = self.files.get(entry["id"])
            if file is None or "content" not in file:
                raise Refused("file_not_found")
            done.append(file | {"title": entry.get("title")})
        if not done:
            raise Refused("invalid_arguments")
        if "channel_id" in args:
            channel = self._channel({"channel": args["channel_id"]})
            self._keep(channel.id, {"text": args.get("initial_comment", ""), "files": [file["id"] for file in done]})
        for file in done:
            self.files[file["id"]] = file | {"channel": args.get("channel_id")}
        return {"files": [{"id": file["id"], "title": file["title"]} for file in done]}

    # response_url.

    def answer(self, url: str, body: dict[str, Any]) -> None:
        place = self.response_urls.get(url)
        if place is None:
            raise Refused("invalid_url")
        if self.clock() - place.opened > RESPONSE_SECONDS:
            raise Refused("expired_url")
        if place.attempts >= RESPONSE_POSTS:
            raise Refused("used_url")
        known = {"text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
                 "unfurl_links", "unfurl_media", "mrkdwn", "metadata"}  # fmt: skip
        if not set(body) <= known or body.get("response_type", "ephemeral") not in {"ephemeral", "in_channel"}:
            raise Refused("invalid_payload")
        if (body.get("delete_original") or body.get("replace_original")) and not place.on_message:
            raise Refused("message_not_found")
        if body.get("delete_original"):
            place.deleted = True
        elif body.get("replace_original"):
            place.replaced = self._message(body)
        else:
            place.posts.append(self._message(body))
            place.posted.append(time.monotonic())
        place.attempts += 1

    # Socket Mode.

    def _talk(self, connection: ServerConnection) -> None:
        query = dict(parse_qsl(urlsplit(connection.request.path if connection.request else "").query))
        if query.get("ticket") not in self.tickets:
            connection.close(4001, "invalid ticket")
            return
        take_frame = connection.protocol.recv_frame

        def take_all_but_pings(frame: Frame) -> None:
            if self.answers_pings or frame.opcode is not Opcode.PING:
                take_frame(frame)

        connection.protocol.recv_frame = take_all_but_pings  # type: ignore[method-assign]
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP},
                 "debug_info": {"host": "loopback", "approximate_connection_time": 18060}}  # fmt: skip
        try:
            connection.send(json.dumps(hello))
            with self.changed:
                self.sockets.append(connection)
                self.changed.notify_all()
            for text in connection:
                ack = json.loads(text)
                with self.changed:
                    self.acks[ack["envelope_id"]] = (time.monotonic(), ack.get("payload"))
                    self.changed.notify_all()
        except (ConnectionClosed, OSError):
            pass  # the app went away, or a test dropped the connection
        finally:
            with self.changed:
                if connection in self.sockets:
                    self.sockets.remove(connection)
                self.changed.notify_all()


class _HttpServer(ThreadingHTTPServer):
    """Accepts many connections at the same moment: one that finds the queue full comes again after a second."""

    request_queue_size = 256


class _Handler(BaseHTTPRequestHandler):
    """HTTP in front of a SlackServer."""

    slack: SlackServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        slack = self.slack
        if parts.path.startswith("/api/"):
            what = parts.path.removeprefix("/api/")
        else:
            what = {"/response": "response_url", "/upload": "upload"}.get(parts.path.rpartition("/")[0], "")
        fault = slack.faults[what].pop(0) if slack.faults.get(what) else slack.draw_fault(what)
        if fault:
            time.sleep(fault.delay)
        if what == "users.info" and slack.slow_users:
            time.sleep(slack.slow_users.get(str(self._arguments(raw, parts.query)[1].get("user")), 0))
        if fault is None or fault.taken:
            with slack.changed:
                answer = self._answer(what, raw, parts.query)
                slack.changed.notify_all()
        elif what in API_METHODS:
            with slack.changed:
                slack.calls.append(Call(what, "", {}, time.monotonic()))
                slack.changed.notify_all()
        if fault and fault.drop:
            self.close_connection = True
            return
        if fault:
            answer = (fault.status, fault.body, fault.headers)
        self._send(*answer)

    def _answer(self, what: str, raw: bytes, query: str) -> tuple[int, dict[str, Any] | str, Mapping[str, str]]:
        slack = self.slack
        try:
            if what == "response_url":
                slack.answer(f"{slack.url}{self.path}", json.loads(raw))
                return 200, "ok", {}
            if what == "upload":
                return 200, slack.upload(self.path.rpartition("/")[2], raw), {}
            if not what:
                return 404, "not found", {}
            token, args = self._arguments(raw, query)
            return 200, slack.api(what, token, args), {}
        except Refused as refused:
            # A response_url answers a refusal with an error status, the Web API with 200.
            gone = refused.body["error"] in {"used_url", "expired_url", "invalid_url", "message_not_found"}
            return (404 if gone else 400) if what == "response_url" else 200, refused.body, {}

    def _arguments(self, raw: bytes, query: str) -> tuple[str, dict[str, Any]]:
        text = raw.decode()
        form = "json" not in self.headers.get("Content-Type", "")
        args: dict[str, Any] = dict(parse_qsl(query))
        args |= dict(parse_qsl(text, keep_blank_values=True)) if form else json.loads(text or "{}")
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return str(args.pop("token", "") or bearer), args

    def _send(self, status: int, body: dict[str, Any] | str, headers: Mapping[str, str]) -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        kind = "text/html" if isinstance(body, str) else "application/json"
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(data)),
            "X-OAuth-Scopes": ",".join(self.slack.scopes),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may have given up: a delay longer than its time-out
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what a test needs."""


def _is_true(argument: object) -> bool:
    return argument in {True, "1", "true"}


def sign(body: str, secret: str, at: float) -> dict[str, str]:
    """Return the headers of a signed request. Source: docs.slack.dev/authentication/verifying-requests-from-slack."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def request(url: str, body: str | bytes | None, headers: Mapping[str, str]) -> tuple[int, str]:
    """Make one HTTP request, POST where there is a body, and return status and body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        data = body.encode() if isinstance(body, str) else body
        connection.request("GET" if data is None else "POST", parts.path, data, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


_QUIET = logging.getLogger("tests.support.slack.server.socket")
_QUIET.setLevel(logging.CRITICAL)  # connections that tests break on purpose
