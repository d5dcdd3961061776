"""Every word of the bot in Slack: by a command, a mention and a direct message, the answer is the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.jobs.run import start
from bot.messages.advice.next_steps import NEXT_QUESTIONS
from bot.service.commands import SUB_COMMANDS
from bot.service.refresh.reading import sync_workbook
from core.errors import Sentence
from core.store.state.preferences import Preferences
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.slack.block_kit import check_message, unescaped_in
from tests.support.slack.server import SlackServer

ADMIN = "U0LEA"
# The sub-commands of the contract, and French words for some of them, each as a person types it.
LINES = (
    *("", "enterprise Q3", "why", "by segment", "trend enterprise", "accounts Q3", 'account "Nordwind"', "cohorts"),
    *("risks", "opportunities", "renewals 60", "whatif churn 5%->3%", 'lose "Nordwind"', "targets", "outlook"),
    *("methods Q3", "reconcile 104.1", "mrr", "arr", "churn Q3", "benchmarks", "define nrr", "signs", "data", "help"),
    *("grands comptes T3", "aide", "pourquoi", "comptes T3", "définir churn", "données", "perdre Nordwind"),
    *("Q3 enterprise accounts", "enterprise trend", "Q3 vs Q2", "what is our churn"),
)


@dataclass
class Company:
    """The product before a loopback Slack, over HTTP."""

    form: Form
    slack: SlackServer
    to: str = ""
    syncs: list[str] = field(default_factory=list)
    sync: Callable[[], None] = lambda: None

    def request_sync(self, at_end: Callable[[], None] | None = None) -> str:
        self.syncs.append("sync")
        self.sync()
        if at_end:
            at_end()
        return "started"

    def command(self, text: str, count: int = 1, **options: Any) -> dict[str, Any]:
        """Type a command, and return the last of its answers."""
        return self.slack.answers(self.slack.command("/nrr", text, to=self.to, **options).response_url, count)[-1]

    def mention(self, text: str, channel: str = "C0GENERAL", user: str = "U0ANN") -> None:
        ts = self.slack.say(channel, text, user)
        event = {"type": "app_mention", "user": user, "channel": channel, "text": f"<@U0BOT> {text}", "ts": ts}
        self.slack.event(event, to=self.to)

    def write(self, text: str, user: str = "U0ANN") -> dict[str, Any]:
        """Write to the bot, and return its answer."""
        channel = self.slack.open_direct(user)
        ts, count = self.slack.say(channel, text, user), len(self.slack.posted[channel])
        event = {"type": "message", "channel": channel, "channel_type": "im", "user": user, "text": text, "ts": ts}
        self.slack.event(event, to=self.to)
        return self.slack.messages(channel, count + 1)[-1]

    def press(self, action: str, value: str, **options: Any) -> dict[str, Any]:
        return self.slack.answers(self.slack.click(action, value, to=self.to, **options).response_url)[-1]


@contextmanager
def serve(product: Company) -> Iterator[Company]:
    analyst, token = product.form.setup().analyst, product.slack.bot_token
    serving = start(analyst, token, http=True, request_sync=product.request_sync)
    product.to = serving.address
    try:
        yield product
    finally:
        serving.stop()


@pytest.fixture
def nrrbot(company: MakeCompany, slack: SlackServer) -> Iterator[Company]:
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write(f'\n[access]\nadministrators = ["{ADMIN}"]\nname_channels = ["C0GENERAL"]\n')
    read(form)
    with serve(Company(form, slack)) as product:
        yield product


def read(form: Form) -> None:
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())


def list_elements(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for block in message["blocks"] if block["type"] == "actions" for part in block["elements"]]


def read_content(message: dict[str, Any]) -> tuple[str, list[dict[str, Any]], list[str]]:
    """Return the text of a message, its blocks but for the buttons and who asked, and the other buttons."""
    blocks = [block for block in message.get("blocks", []) if block["type"] != "actions"]
    blocks = [block for block in blocks if "> asked: " not in str(block)]
    buttons = [part["action_id"] for part in list_elements(message)] if message.get("blocks") else []
    return message["text"], blocks, [name for name in buttons if name != "share"]


def test_each_word_is_answered_alike_by_command_mention_and_direct_message(nrrbot: Company) -> None:
    slack = nrrbot.slack
    for line in LINES:
        typed = nrrbot.command(line)
        count = len(slack.posted.get("C0GENERAL", []))
        nrrbot.mention(line)
        mentioned = slack.messages("C0GENERAL", count + 2)[-1]
        assert read_content(typed) == read_content(mentioned) == read_content(nrrbot.write(line)), line
        assert "Did you mean" not in typed["text"], line
        for message in (typed, mentioned):
            assert not check_message(message["blocks"]), line
            assert not unescaped_in(message), line
    contract = "why by trend accounts account cohorts risks opportunities renewals whatif lose targets outlook methods "
    contract += "reconcile mrr arr churn benchmarks define signs data sync digest help"
    assert set(contract.split()) <= {command.name for command in SUB_COMMANDS}
    assert set(contract.split()) - {"sync", "digest"} <= {line.partition(" ")[0] for line in LINES}


# What the words of the table need to be a question.
REST = {
    "account": "Acme", "lose": "Acme", "whatif": "churn 5%->3%", "reconcile": "104.1", "define": "nrr",
    "renewalrate": "", "digest": "list",
}  # fmt: skip


def test_each_word_of_the_table_is_answered_and_so_is_each_button_below(nrrbot: Company) -> None:
    slack, pressed = nrrbot.slack, dict[str, str]()
    for row in SUB_COMMANDS:
        first, *others = (nrrbot.command(f"{word} {REST.get(row.name, '')}") for word in row.words)
        assert [other["text"] for other in others] == [first["text"]] * len(others), row.words
        assert not check_message(first["blocks"]), row.words
        values = {part["action_id"]: part.get("value", "") for part in list_elements(first)}
        pressed |= {action: value for action, value in values.items() if action.startswith("answer:")}
        if "csv" in values:
            files = len(slack.files)
            assert "CSV" in nrrbot.press("csv", values["csv"])["text"], row.words
            assert len(slack.files) == files + 1, row.words
        if "share" in values:
            posts = len(slack.posted.get("C0GENERAL", []))
            slack.click("share", values["share"], to=nrrbot.to)
            assert slack.messages("C0GENERAL", posts + 1)[-1]["text"] == first["text"], row.words
    later = {part["action_id"]: part.get("value", "") for part in list_elements(nrrbot.command("Q2"))}
    pressed |= {action: later[action] for action in ("answer:by", "answer:before", "answer:after")}
    assert {action.removeprefix("answer:") for action in pressed} == {*NEXT_QUESTIONS, "before", "after"}
    for action, value in pressed.items():
        following = nrrbot.press(action, value)
        assert not check_message(following["blocks"]), action
        assert not re.match("Did you mean|I did not|An unexpected", following["text"]), action


# Near misses.


def test_near_misses_are_buttons_a_menu_and_help(nrrbot: Company) -> None:
    miss = nrrbot.command("entreprize Q3")
    assert miss["text"].startswith("Did you mean Enterprise, Q3 2025?")
    assert not check_message(miss["blocks"])
    first, menu, last = list_elements(miss)
    assert (first["text"]["text"], first["style"], first["action_id"]) == ("Enterprise, Q3 2025", "primary", "ask:0")
    assert (menu["type"], menu["placeholder"]["text"], last["text"]["text"]) == (
        "external_select", "Another segment…", "Help",
    )  # fmt: skip
    assert json.loads(first["value"])["v"] == 1
    typed = nrrbot.command("enterprise Q3 2025")
    assert read_content(nrrbot.press(first["action_id"], first["value"])) == read_content(typed)
    assert nrrbot.press(last["action_id"], last["value"])["text"].startswith("What you can ask")
    for row, plan in enumerate(("Plan", "Enterprise", "Enterprise", "Basic"), 1):
        nrrbot.form.put("Customers", row, 5, plan)
    read(nrrbot.form)
    labels = [part["text"]["text"] for part in list_elements(nrrbot.command("entreprize Q3")) if "text" in part]
    assert labels == ["Enterprise (Segment), Q3 2025", "Enterprise (Plan), Q3 2025", "Help"]


def test_a_near_miss_is_asked_about_the_data_of_the_press(nrrbot: Company) -> None:
    first = list_elements(nrrbot.command("grr entreprize Q3"))[0]
    nrrbot.form.put("MRR", 5, 17, 2000.5)
    read(nrrbot.form)
    answer = nrrbot.press(first["action_id"], first["value"])
    assert answer["text"].startswith("Enterprise, Q3 2025: GRR 87.3%, NRR 100.0%")
    assert "changed since" not in str(answer["blocks"])


def test_another_segment_keeps_the_rest_of_the_question(nrrbot: Company) -> None:
    menu = list_elements(nrrbot.command("why entreprize Q3"))[1]
    options = nrrbot.slack.suggest(menu["action_id"], "pme", to=nrrbot.to)
    assert [(option["text"]["text"], option["value"]) for option in options][:1] == [("SMB (Segment)", "segment=SMB")]
    sent = nrrbot.slack.choose(menu["action_id"], "segment=SMB", to=nrrbot.to)
    answer = nrrbot.slack.answers(sent.response_url)[-1]
    assert read_content(answer) == read_content(nrrbot.command("why smb Q3"))


def test_a_near_miss_in_a_mention_is_for_the_asker_alone(nrrbot: Company) -> None:
    nrrbot.mention("entreprize Q3")
    nrrbot.slack.wait_until(lambda: nrrbot.slack.ephemeral)
    first, *_ = list_elements(nrrbot.slack.ephemeral[0])
    answer = nrrbot.press(first["action_id"], first["value"])
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("Enterprise, Q3 2025: NRR 90.9%")


@pytest.mark.parametrize("text", ["delete all snapshots", "what is our CAC", "2031"])
def test_a_refusal_offers_no_segment_where_none_was_meant(nrrbot: Company, text: str) -> None:
    refusal = nrrbot.command(text)
    assert not check_message(refusal["blocks"])
    assert [part["action_id"] for part in list_elements(refusal) if part["type"] == "button"] in ([], ["ask:help"])


# The modal.


def test_the_modal_asks_the_same_about_another_segment_and_period(nrrbot: Company) -> None:
    slack = nrrbot.slack
    another = next(
        part for part in list_elements(nrrbot.command("why enterprise Q3")) if part["action_id"] == "another"
    )
    sent = slack.click("another", another["value"], to=nrrbot.to)
    view = slack.opened()
    segment, period = (block["element"] for block in view["blocks"])
    assert segment["initial_option"]["text"]["text"] == "Enterprise (Segment)"
    assert period["initial_option"]["value"] == "Q3 2025"
    values = [option["value"] for option in period["options"]]
    assert values[:2] == ["Q3 2025", "TTM 2025-09"]
    assert {"Q2 2025", "2025", "2025-09"} <= set(values)
    assert "Q2 2024" not in values  # it begins before the sheet
    slack.suggest("segment", "s", to=nrrbot.to)
    slack.submit(view, to=nrrbot.to, segment="segment=SMB", period="Q2 2025")
    answer = slack.answers(sent.response_url)[-1]
    assert read_content(answer) == read_content(nrrbot.command("why smb Q2 2025"))


def test_the_modal_keeps_the_cut_where_only_the_period_is_chosen(nrrbot: Company) -> None:
    slack = nrrbot.slack
    for number, (line, label) in enumerate(
        (
            ("enterprise, smb", "Enterprise, SMB"),
            ("why not segment=SMB", "Whole company without SMB"),
            ("enterprise north", "Enterprise + North"),
            ("enterprise not north", "Enterprise without North"),
        ),
        1,
    ):
        value = next(
            part["value"] for part in list_elements(nrrbot.command(f"{line} Q3")) if part["action_id"] == "another"
        )
        sent = slack.click("another", value, to=nrrbot.to)
        view = slack.opened(number)
        option = view["blocks"][0]["element"]["initial_option"]
        assert option["text"]["text"] == label
        slack.submit(view, to=nrrbot.to, segment=option["value"], period="Q2 2025")
        answer = slack.answers(sent.response_url)[-1]
        assert read_content(answer) == read_content(nrrbot.command(f"{line} Q2 2025"))


def test_an_empty_modal_asks_about_the_whole_company(nrrbot: Company) -> None:
    sent = nrrbot.slack.click("another", list_elements(nrrbot.command("enterprise Q2"))[-1]["value"], to=nrrbot.to)
    nrrbot.slack.submit(nrrbot.slack.opened(), to=nrrbot.to)
    answer = nrrbot.slack.answers(sent.response_url)[-1]
    assert read_content(answer) == read_content(nrrbot.command(""))


def test_a_question_without_a_period_has_a_modal_without_one(nrrbot: Company) -> None:
    value = list_elements(nrrbot.command("risks enterprise"))[0]["value"]
    state = json.loads(value) | {"q": "risks enterprise", "start": "", "end": ""}
    nrrbot.slack.click("another", json.dumps(state), to=nrrbot.to)
    assert [block["block_id"] for block in nrrbot.slack.opened()["blocks"]] == ["segment"]


# Administrators.


def test_an_administrator_has_the_sheet_read_and_sees_the_result(nrrbot: Company) -> None:
    nrrbot.slack.users[ADMIN].locale = "en-US"
    nrrbot.form.put("MRR", 5, 17, 2000.5)
    nrrbot.sync = lambda: read(nrrbot.form)
    result = nrrbot.command("sync", 2, user=ADMIN)
    assert nrrbot.syncs == ["sync"]
    assert result["text"].startswith("The sheet was read: snapshot 2")
    assert not check_message(result["blocks"])
    assert "amount_unreadable" in str(result["blocks"]) or "data_table" in str(result["blocks"])
    nrrbot.sync = lambda: None
    assert "Nothing changed since snapshot 2." in str(nrrbot.command("sync", 2, user=ADMIN)["blocks"])
    written = nrrbot.write("sync", ADMIN)
    assert written["text"] in {"The data is being read. The result follows here.", result["text"]}
    nrrbot.slack.messages(f"D{ADMIN[1:]}", 3)


def test_a_sync_that_fails_says_why(nrrbot: Company) -> None:
    nrrbot.slack.users[ADMIN].locale = "en-US"

    def fail() -> None:
        analyst = nrrbot.form.setup().analyst
        source = analyst.load_newest().snapshot.source
        analyst.store.record_failure(source, Sentence("It is {what}.", {"what": "gone"}), "", analyst.clock(), "Look.")

    nrrbot.sync = fail
    result = nrrbot.command("sync", 2, user=ADMIN)
    assert result["text"] == "The data was not read. It is gone. Look."


def test_the_first_sync_can_be_asked_for(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0ANN"]\n')
    with serve(Company(form, slack, sync=lambda: read(form))) as product:
        assert product.command("sync", 2)["text"].startswith("The sheet was read: snapshot 1")


@pytest.mark.parametrize("word", ["sync", "synchronise la feuille svp"])
def test_others_are_refused_what_administrators_do(nrrbot: Company, word: str) -> None:
    refused = nrrbot.command(word)
    assert refused["text"].startswith("Only an administrator of nrrbot")
    nrrbot.mention(word)
    nrrbot.slack.wait_until(lambda: nrrbot.slack.ephemeral)
    assert nrrbot.slack.ephemeral[0]["text"] == nrrbot.write(word)["text"] == refused["text"]
    assert nrrbot.syncs == []


def test_digests_are_shown_and_listed_for_the_person_who_asks_wherever_that_is(nrrbot: Company) -> None:
    listed = nrrbot.command("digest list")
    assert listed["text"].startswith("1 digest is subscribed here. 1. The whole company Every week on Monday")
    assert nrrbot.command("Bilan hebdo liste")["text"] == listed["text"]
    shown = nrrbot.command("digest")
    assert shown["text"].startswith("Retention: NRR 101.1%")
    nrrbot.mention("digest")
    nrrbot.slack.wait_until(lambda: nrrbot.slack.ephemeral)
    assert nrrbot.slack.ephemeral[0]["text"] == shown["text"]
    assert nrrbot.write("digest list")["text"].startswith("No digest is subscribed here")
    alone = nrrbot.write("digest")
    assert "To get it every week:\n`/nrr digest subscribe me`" in read_blocks(alone["blocks"])


# Languages and time zones.


def test_each_reader_reads_their_own_language_and_zone(nrrbot: Company) -> None:
    slack = nrrbot.slack
    slack.users["U0LEA"].tz = "Asia/Tokyo"
    french, english = nrrbot.command("data", user="U0LEA"), nrrbot.command("data")
    assert french["text"] != english["text"]
    assert "JST" in str(french["blocks"])
    assert "CEST" in str(english["blocks"])
    assert "T3 2025" in nrrbot.write("enterprise Q3", "U0LEA")["text"]
    setup = nrrbot.form.setup()
    setup.analyst.store.save_preferences("T0NRR", "U0LEA", Preferences("en", "America/New_York"))
    own = nrrbot.command("data", user="U0LEA")
    assert own["text"].partition("Synced")[0] == english["text"].partition("Synced")[0]
    assert "EDT" in str(own["blocks"])


def test_a_channel_reads_its_language_and_an_error_is_in_that_of_the_asker(nrrbot: Company) -> None:
    slack = nrrbot.slack
    slack.channels["C0GENERAL"].locale = "fr-FR"
    nrrbot.mention("enterprise Q3")
    assert "T3 2025" in slack.messages("C0GENERAL", 2)[-1]["text"]
    nrrbot.mention("entreprize Q3")
    slack.wait_until(lambda: slack.ephemeral)
    assert slack.ephemeral[0]["text"].startswith("Did you mean Enterprise, Q3 2025?")
    value = next(part["value"] for part in list_elements(nrrbot.command("Q3")) if part["action_id"] == "share")
    url = slack.click("share", value, to=nrrbot.to).response_url
    slack.wait_until(lambda: slack.response_urls[url].deleted)
    assert "T3 2025" in slack.messages("C0GENERAL", 4)[-1]["text"]
    assert "a déjà partagé" in nrrbot.press("share", value, user="U0LEA")["text"]
    assert "has shared" in nrrbot.press("share", value)["text"]


@pytest.mark.parametrize(("language", "label"), [("fr", "T3 2025"), ("en", "Q3 2025"), ("", "T3 2025")])
def test_the_company_chooses_the_language_of_its_channels(
    company: MakeCompany, slack: SlackServer, language: str, label: str
) -> None:
    form = company(slack_api=slack.api_url)
    form.config.write_text(form.config.read_text("utf-8") + f'\n[company]\nlanguage = "{language}"\n', "utf-8")
    read(form)
    slack.channels["C0GENERAL"].locale = "fr-FR"
    with serve(Company(form, slack)) as product:
        product.mention("enterprise Q3")
        assert label in slack.messages("C0GENERAL", 2)[-1]["text"]
