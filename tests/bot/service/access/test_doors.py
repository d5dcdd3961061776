"""Every door asks the one gate: who may not see names, may not ask, or is limited, finds neither name nor figure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from bot.jobs.delivery.digests import post_digest
from bot.jobs.restated_shares import reply_to_restated_shares
from bot.jobs.run import start
from bot.messages.asking.question_modal import CALLBACK, SEGMENT
from bot.messages.corrections.wrong_figure import WORDS, WRONG_FIGURE
from bot.service.access.viewer import NO_ONE
from bot.service.analyst import Analyst
from bot.service.buttons.state import State
from bot.service.commands import SUB_COMMANDS
from bot.service.refresh.reading import sync_workbook
from bot.slack.actions import ACTIONS
from bot.slack.client import build_bot_client
from bot.web.addin.contract import PREFIX
from bot.web.addin.routes import ROUTES
from core.errors import AccessError
from core.store.state.preferences import Preferences
from tests.support.addin import CLIENT_ID, make_claims, make_signer, serve_certificates
from tests.support.command_line import nrrbot
from tests.support.company import TODAY, Form, MakeCompany
from tests.support.slack.server import TEAM, Sent, SlackServer, User

RULES = """
[access]
administrators = ["U0LEA"]
may_ask = ["S0ASK"]
people = [
    {{slack = "U0ANN", email = "ann@example.com", owner = "North"}},
    {{slack = "U0BEN", email = "ben@example.com"}},
    {{slack = "U0MIA", email = "mia@example.com"}},
]
limits = [{{who = ["S0SMB"], segments = ["segment=SMB"]}}]

[addin]
url = "http://127.0.0.1:1"
client_id = "{client}"
certificates_url = "{certificates}"
"""
NAMES = re.compile(r"Nordwind|Acme|Newton|Boomerang|Fern|Grove|Broken|\b[ES]-\d\b")
FIGURES = re.compile(r"\d[.,]\d\s?%|€ ?\d|\d\s€|\d\.\d points|,\d\.\d+,|\"value\": ?[\d.]")
# Sub-commands that need words of their own.
OWN_WORDS = {"account": "Acme", "lose": "Acme", "whatif": "churn 5%->3%", "reconcile": "90.9", "define": "nrr"}
# The examples of the help name an account, as one of the sheet is called by chance.
COMMANDS = [f"{row.name} {OWN_WORDS.get(row.name, '')}" for row in SUB_COMMANDS if row.name != "help"]
LINES = ["enterprise Q3", "enterprise Q3 vs Q2", "by owner", *COMMANDS]


@dataclass
class Doors:
    """The whole product, served, and what people do with it."""

    form: Form
    slack: SlackServer
    analyst: Analyst
    address: str

    def ask(self, text: str, user: str) -> None:
        self._wait(lambda: self.slack.command("/nrr", text, to=self.address, user=user))

    def mention(self, text: str, user: str, channel: str = "C0GENERAL") -> None:
        ts = self.slack.say(channel, text, user)
        event = {"type": "app_mention", "user": user, "channel": channel, "text": f"<@U0BOT> {text}", "ts": ts}
        self._wait(lambda: self.slack.event(event, to=self.address))

    def write(self, text: str, user: str) -> None:
        """Write to the bot in its Messages tab."""
        channel = self.slack.open_direct(user)
        ts = self.slack.say(channel, text, user)
        event = {"type": "message", "channel": channel, "channel_type": "im", "user": user, "text": text, "ts": ts}
        self._wait(lambda: self.slack.event(event, to=self.address))

    def press(self, action: str, line: str, user: str, **more: Any) -> None:
        self._wait(lambda: self.slack.click(action, self.write_value(line), to=self.address, user=user, **more))

    def write_value(self, line: str) -> str:
        """Return the value of a button below the answer to a line."""
        return self.analyst.build_writer(self.analyst.store.find_snapshot(1))(line)

    def choose(self, line: str, segment: str, user: str) -> None:
        """Choose a segment in the menu below an answer, whatever the menu offers."""
        option = {"text": {"type": "plain_text", "text": segment}, "value": segment}
        self.press(f"segment:nrr {line}", line, user, selected_option=option)

    def suggest(self, user: str) -> str:
        """Return all options of the menu of segments, and of the setting of one."""
        menus = ("segment:nrr", "setting:segment")
        offered = [self.slack.suggest(menu, "", to=self.address, user=user) for menu in menus]
        return json.dumps(offered, ensure_ascii=False)

    def submit(self, line: str, segment: str, user: str) -> None:
        """Submit the modal of a segment and a period, whoever may open it."""
        self._send_modal(CALLBACK, line, user, {SEGMENT: {SEGMENT: {"selected_option": {"value": segment}}}})

    def doubt(self, line: str, user: str) -> None:
        """Submit the text box of a wrong figure, whoever may open it."""
        self._send_modal(WRONG_FIGURE, line, user, {WORDS: {WORDS: {"value": "Is that so?"}}})

    def _send_modal(self, callback: str, line: str, user: str, values: dict[str, Any]) -> None:
        place = {"state": self.write_value(line), "channel": self.slack.open_direct(user), "thread": "", "url": ""}
        view = {"id": f"V{self.slack.new_trigger()}", "type": "modal", "callback_id": callback, "blocks": []}
        view["private_metadata"] = json.dumps(place)
        self._wait(lambda: self.slack._submit(view, values, self.address, user))

    def open_home(self, user: str) -> str:
        """Open App Home, and return the page."""
        event = {"type": "app_home_opened", "user": user, "channel": "D0X", "tab": "home", "event_ts": "1.1"}
        self._wait(lambda: self.slack.event(event, to=self.address))
        return json.dumps(self.slack.homes[user], ensure_ascii=False)

    def press_home(self, user: str) -> None:
        """Press the buttons of App Home that a person who may ask has, and choose a segment there."""
        for action in ("answer:home", "csv"):
            value = self.write_value("enterprise Q3")
            self._wait(lambda a=action, v=value: self.slack.press_home(a, v, to=self.address, user=user))  # type: ignore[misc]
        option = {"text": {"type": "plain_text", "text": "x"}, "value": "segment=Enterprise"}
        self._wait(lambda: self.slack.press_home("setting:segment", to=self.address, user=user, selected_option=option))

    def fetch(self, path: str, method: str, email: str, segment: str) -> str:
        """Return the answer of the add-in's backend to a person in the sidebar."""
        headers = {"Authorization": f"Bearer {make_signer('google-1').sign(make_claims(email=email))}"}
        body = {
            "metrics": {"questions": [{"metric": "nrr", "segment": segment, "period": "Q3"}]},
            "changed": {"tab": "MRR", "range": "A1"},
        }.get(path)
        return requests.request(method, self.address + PREFIX + path, json=body, headers=headers, timeout=30).text

    def _wait(self, send: Callable[[], Sent]) -> None:
        """Do a thing, and wait until someone sees its effect."""
        before = self._count()
        send()
        self.slack.wait_until(lambda: self._count() > before)

    def _count(self) -> int:
        urls = list(self.slack.response_urls.values())
        views = len(self.slack.called("views.publish")) + len(self.slack.called("views.open"))
        posts = [*self.slack.posted.values(), *(url.posts for url in urls)]
        return len(self.slack.ephemeral) + len(self.slack.files) + views + sum(map(len, posts))

    def dump(self) -> str:
        """Return all that the bot has shown to anyone, files too."""
        posts = [url.posts for url in self.slack.response_urls.values()]
        spoken = {
            channel: [message for message in messages if message["user"] == "U0BOT"]
            for channel, messages in self.slack.posted.items()
        }
        shown = [posts, spoken, self.slack.ephemeral, self.slack.homes, self.slack.views, self.slack.files]
        return json.dumps(shown, ensure_ascii=False, default=str)


@pytest.fixture
def doors(company: MakeCompany, slack: SlackServer) -> Iterator[Doors]:
    form = company(slack_api=slack.api_url)
    slack.scopes.append("usergroups:read")
    slack.groups |= {"S0ASK": ["U0ANN", "U0MIA"], "S0SMB": ["U0MIA"]}
    slack.users |= {user: User(user, user.lower()) for user in ("U0BEN", "U0MIA")}
    with serve_certificates(make_signer("google-1")) as certificates:
        with form.config.open("a") as file:
            file.write(RULES.format(client=CLIENT_ID, certificates=certificates))
        setup = form.setup()
        sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())
        serving = start(setup.analyst, slack.bot_token, http=True)
        try:
            yield Doors(form, slack, setup.analyst, serving.address)
        finally:
            serving.stop()


def walk(doors: Doors, user: str, email: str, line: str) -> str:
    """Go through every door, and return all that was seen behind them."""
    doors.ask(line, user)
    doors.mention(line, user)
    doors.write(line, user)
    for action in sorted({*ACTIONS} - {"segment", "setting"}):
        doors.press(action, line, user)
    segment = f"segment={line.partition(' ')[0].capitalize()}".replace("Smb", "SMB")
    doors.choose(line, segment, user)
    doors.submit(line, segment, user)
    fetched = [doors.fetch(route.path, route.method, email, line.partition(" ")[0]) for route in ROUTES]
    return doors.dump() + "".join(fetched)


def test_who_may_not_ask_finds_neither_a_name_nor_a_figure(doors: Doors) -> None:
    seen = walk(doors, "U0BEN", "ben@example.com", "enterprise Q3")
    assert not NAMES.search(seen)
    assert not FIGURES.search(seen)
    seen += doors.suggest("U0BEN") + doors.open_home("U0BEN")
    doors.press_home("U0BEN")
    doors.doubt("enterprise Q3", "U0BEN")
    seen += doors.dump()
    assert not NAMES.search(seen)
    assert not FIGURES.search(seen)
    assert "Enterprise" not in doors.suggest("U0BEN")
    assert "doubts a figure" not in seen
    assert seen.count("You are not among the people who may ask nrrbot") >= len(ACTIONS) + len(ROUTES)
    assert "ask Léa Roy" in seen or "Ask Léa Roy" in seen


def test_who_is_limited_finds_no_figure_beyond_their_segments(doors: Doors) -> None:
    for line in ("enterprise Q3", "Q3", "by segment", "smb vs enterprise Q3", "account Acme", "targets", "mix smb"):
        doors.ask(line, "U0MIA")
        doors.mention(line, "U0MIA")
    seen = walk(doors, "U0MIA", "mia@example.com", "enterprise Q3")
    assert not re.search(r"Nordwind|Acme \(|Newton|Boomerang|\bE-\d\b", seen)
    assert not FIGURES.search(seen)
    assert "You may ask about SMB only" in seen
    offered, page = doors.suggest("U0MIA"), doors.open_home("U0MIA")
    assert "segment=SMB" in offered
    assert not re.search(r"Enterprise|Mid-Market|owner=|region=|Nordwind|Acme", offered)
    assert "SMB" in page
    assert FIGURES.search(page)
    assert not re.search(r"Nordwind|Acme \(|Newton|Boomerang|\bE-\d\b|Whole company, Q", page)
    doors.press_home("U0MIA")
    assert doors.analyst.store.find_preferences(TEAM, "U0MIA") == Preferences()
    allowed = walk(doors, "U0MIA", "mia@example.com", "smb Q3")
    assert FIGURES.search(allowed)
    assert not re.search(r"Nordwind|Acme \(|Newton|Boomerang|\bE-\d\b", allowed)


def test_who_is_limited_is_offered_nothing_that_is_refused(doors: Doors) -> None:
    slack, user = doors.slack, "U0MIA"
    labels: list[str] = []
    for line in ("help", "entreprize Q3", "account Fern", "risks smb", "smb Q3 foo", "smb Q3"):
        [answer] = slack.answers(slack.command("/nrr", line, to=doors.address, user=user).response_url)
        beyond = r"Enterprise|Whole company" + (r"|North|South" if line == "help" else "")
        assert not re.search(beyond, str(answer["blocks"])), line
        buttons = [part for block in answer["blocks"] if block["type"] == "actions" for part in block["elements"]]
        for button in buttons:
            if button["action_id"].startswith(("answer", "ask")):
                labels.append(button["text"]["text"])
                sent = slack.click(button["action_id"], button["value"], to=doors.address, user=user)
                assert "You may ask about" not in slack.answers(sent.response_url)[0]["text"], (line, labels)
    assert {"SMB, Q3 2025", "Why", "Renewals"} <= {*labels}
    assert not {"If it left", "At risk", "Signs"} & {*labels}
    assert "problem" not in doors.open_home(user)
    assert "problem" in doors.open_home("U0ANN")


def test_a_public_channel_sees_figures_and_no_name_until_a_person_presses(doors: Doors) -> None:
    for line in LINES:
        doors.mention(line, "U0ANN")
    doors.press("share", "enterprise Q3", "U0ANN")
    doors.press("share", "account Acme", "U0ANN")
    post_digest(doors.analyst, build_bot_client(doors.analyst.config), doors.analyst.clock())
    spoken = [message for message in doors.slack.posted["C0GENERAL"] if message["user"] == "U0BOT"]
    seen = json.dumps(spoken, ensure_ascii=False)
    assert len(spoken) > len(LINES) / 2
    assert FIGURES.search(seen)
    assert not NAMES.search(seen)
    reveal = [
        button
        for message in spoken
        for block in message.get("blocks", ())
        for button in block.get("elements", ())
        if "press to see, only you" in str(button)
    ]
    assert {button["action_id"] for button in reveal} == {"answer:names", "names:names"}
    private = json.dumps(doors.slack.ephemeral, ensure_ascii=False)
    assert "Only you see this answer: it names accounts" in private
    assert "Acme" in private
    for button in reveal:
        sent = doors.slack.click(button["action_id"], button["value"], to=doors.address)
        [shown] = doors.slack.answers(sent.response_url)
        assert shown["response_type"] == "ephemeral"
        assert NAMES.search(json.dumps(shown)), button


def test_the_reply_to_a_restated_answer_is_what_its_channel_may_see(doors: Doors) -> None:
    doors.press("share", "accounts enterprise Q3", "U0ANN")
    doors.form.put("MRR", 5, 17, 2000.5)
    setup = doors.form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())
    reply_to_restated_shares(setup.analyst, build_bot_client(setup.config), setup.analyst.clock())
    [reply] = [message for message in doors.slack.posted["C0GENERAL"] if "thread_ts" in message]
    assert "Restated" in reply["text"]
    assert not NAMES.search(json.dumps(reply, ensure_ascii=False))
    [entry] = [entry for entry in setup.analyst.audit.file.read() if entry.action == "reply"]
    assert (entry.channel, entry.outcome) == ("C0GENERAL", "done")


def test_the_words_of_a_reader_reach_the_administrators(doors: Doors) -> None:
    doors.doubt("enterprise Q3", "U0ANN")
    [message] = doors.slack.messages("D0LEA")
    assert "Is that so?" in message["text"]


def test_a_private_channel_sees_names_and_one_of_the_config_too(doors: Doors) -> None:
    doors.mention("enterprise Q3", "U0ANN", "G0BOARD")
    assert "Nordwind" in json.dumps(doors.slack.posted["G0BOARD"])


def test_while_slack_cannot_say_who_is_in_a_group_no_one_of_it_may_ask(doors: Doors) -> None:
    doors.slack.scopes.remove("usergroups:read")
    doors.ask("enterprise Q3", "U0ANN")
    assert not FIGURES.search(doors.dump())
    assert "Slack cannot say now whether you are in a user group" in doors.dump()
    doors.ask("enterprise Q3", "U0LEA")
    assert FIGURES.search(doors.dump())


@pytest.mark.parametrize(
    "use",
    [
        lambda analyst, _: analyst.reply("/nrr", "Q3"),
        lambda analyst, _: analyst.reply("/nrr", "help"),
        lambda analyst, state: analyst.reply_to_state(state),
        lambda analyst, state: analyst.refresh(state),
        lambda analyst, state: analyst.write_csv(state),
        lambda analyst, state: analyst.define(state),
        lambda analyst, state: analyst.load_state(state),
        lambda analyst, _: analyst.find_newest(),
        lambda analyst, _: analyst.load_newest(),
        lambda analyst, _: analyst.open_figures(),
    ],
)
def test_without_a_viewer_an_analyst_shows_nothing(company: MakeCompany, use: Callable[[Analyst, State], Any]) -> None:
    setup = company().setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())
    state = setup.analyst.read_state(setup.analyst.build_writer(setup.analyst.store.find_snapshot(1))("Q3"))
    with pytest.raises(AccessError, match="not known who asks"):
        use(setup.analyst.serve(NO_ONE), state)


def test_the_audit_says_who_asked_and_changed_what_without_amounts_and_names(doors: Doors) -> None:
    doors.ask("account Acme", "U0ANN")
    doors.ask("enterprise Q3", "U0BEN")
    doors.press("share", "enterprise Q3", "U0ANN")
    doors.press("read", "Q3", "U0LEA")
    doors.press("read", "Q3", "U0ANN")
    doors.fetch("metrics", "POST", "ann@example.com", "enterprise")
    options = ("--config", doors.form.config, "--today", f"{TODAY:%Y-%m-%d}")
    nrrbot("addin", "key", "add", "Board", *options)
    ran = nrrbot("audit", "--json", *options)
    entries = [
        tuple(entry[key] for key in ("person", "door", "action", "channel", "command", "columns", "period", "outcome"))
        for entry in json.loads(ran.out)
    ]
    assert entries[0][1:3] == ("command line", "key add")
    assert entries[1:] == [
        ("ann@example.com", "add-in", "sidebar", "", "metrics", "", "", "answered"),
        ("U0ANN", "slack", "sync", "", "", "", "", "refused"),
        ("U0LEA", "slack", "sync", "", "", "", "", "done"),
        ("U0ANN", "slack", "share", "C0GENERAL", "answer", "segment", "2025-06..2025-09", "answered"),
        ("U0BEN", "slack", "answer", "", "", "", "", "refused"),
        ("U0ANN", "slack", "answer", "", "account", "", "", "answered"),
    ]
    assert not NAMES.search(ran.out)
    assert not FIGURES.search(ran.out)
    text = nrrbot("audit", *options).out
    assert "U0ANN (slack C0GENERAL): share answer segment 2025-06..2025-09, answered" in text
    assert nrrbot("audit", "--since", "2099-01-01", *options).out.startswith("Nothing has been")
