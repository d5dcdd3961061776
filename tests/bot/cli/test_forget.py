"""`nrrbot forget`: a customer's ID and name leave every file, the figures stay, the next sync refuses the ID."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.parts import Headline, Note, Paragraph
from bot.messages.kit.payload import read_messages, write_messages
from bot.messages.upkeep.forgetting import describe_forgetting
from bot.service.history import forget_customer, verify_store
from bot.service.refresh.warehouse import sync_warehouse
from core.errors import QuestionError, Sentence
from core.forgotten import NameRedaction, hash_account
from core.schedules import Schedule
from core.store.database import REQUESTS_ENDING
from core.store.history.forgetting import TEXT_COLUMNS
from core.store.outgoing.subscriptions import Subscription
from core.store.requests.audit import AuditEntry, AuditFile
from core.store.requests.handled import HandledRequests
from core.store.state.job_runs import JobRun, save_runs
from core.store.store import Store
from tests.support.command_line import nrrbot
from tests.support.company import CUSTOMERS, Form, MakeCompany, table, tabs
from tests.support.hostile_company import build_hostile_company
from tests.support.samples.snapshots import NOW, open_raw
from tests.support.slack.block_kit import check_message
from tests.support.two_sources import open_both
from tests.support.warehouse import Table

DAY = ("--today", "2025-10-06")
# Columns with texts of nrrbot itself: moments, hashes, keys, ids of Slack, words of the config.
OWN_TEXTS = {
    "accepted": {"source", "fingerprint", "code", "accepted_at"},
    "answers": {"key", "answer"},  # emptied
    "alert_causes": {"cause", "at"},  # hashes of its id are replaced
    # of the file next to the store: no values of columns, no names
    "audit": {"at", "person", "door", "action", "channel", "command", "columns", "period", "outcome"},
    "called_accounts": {"person", "until"},  # deleted
    "deliveries": {"kind", "key", "state", "channel", "thread", "claimed_at", "due_at", "expires_at", "confirmed_at"},
    "failures": {"key", "fix", "since", "people"},
    "forgotten": {"pseudonym", "forgotten_at"},
    "identities": {"accounts"},  # replaced
    "polls": {"source", "stamp", "basis", "read_at", "content", "written", "failed_on", "failed_at", "fix"}
    | {"failing_since", "notified"},
    "preferences": {"team", "person", "language", "zone"},
    "questions": {"key", "question"},  # deleted
    "reader_keys": {"id", "hash", "name", "source", "scope", "created_at", "expires_at", "last_used_at", "revoked_at"},
    "recorded": {"source", "dimension", "value"},  # replaced where it names the customer
    "restatements": {"source", "found_at"},
    "snapshots": {"synced_at", "checked_at", "source", "source_name", "source_version", "content_hash", "locale"}
    | {"time_zone", "currency", "problems", "settings", "tabs", "pruned_at", "recording"},
    "subscriptions": {"channel", "owner", "dimension", "subject", "every", "time_zone", "language", "since", "state"},
    "workbooks": {"source", "whole", "trusted_at"},
}


def list_texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield everything that the files of a store have, compressed parts unpacked."""
    for path in folder.glob("nrrbot.db*"):
        yield path.name, path.read_bytes()
    with closing(sqlite3.connect(folder / "nrrbot.db")) as connection:
        for (document,) in connection.execute("SELECT document FROM restatements"):
            yield "restatements", zlib.decompress(document)


def find_texts(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """Return where the files of a store still have one of the texts, plain or as JSON escapes it."""
    forms = {text: {text.encode(), json.dumps(text)[1:-1].encode()} for text in texts}
    return sorted(
        {
            (name, text)
            for name, content in list_texts(folder)
            for text, encoded in forms.items()
            for form in encoded
            if re.search(rb"(?<!\w)" + re.escape(form) + rb"(?!\w)", content)
        }
    )


def sync(form: Form) -> str:
    ran = nrrbot("sync", "--config", form.config, *DAY)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.fixture
def form(company: MakeCompany) -> Form:
    """A company with two snapshots, a restatement by Nordwind, a question about it and an answer that names it."""
    content = tabs("wide")
    # A column that names each customer of the North is a segment with sealed values; "South" is no one's name.
    groups = ["Group", *(f"{row[1]} Holding" if row[3] == "North" else "South" for row in table(CUSTOMERS)[1:])]
    content["Customers"] = [[*row, group] for row, group in zip(content["Customers"], groups, strict=True)]
    form = company("wide", "google", content=content)
    sync(form)
    form.google.edit(form.sheet, "MRR", "C4", "490")
    form.google.edit(form.sheet, "MRR", "D4", "x (Nordwind)")
    sync(form)
    store = form.setup().analyst.store
    store.save_question("k", json.dumps({"q": 'account "Nordwind"'}))
    store.save_question(
        "long", json.dumps({"q": f"Nordwind{' or Nordwind' * 10_000}"})
    )  # some pages, which become free
    store.save_question("other", json.dumps({"q": "enterprise"}))
    store.deliveries.plan("digest:1", "2025-10-06", "C0", NOW)
    claimed = store.deliveries.claim("digest:1", "2025-10-06", NOW)
    assert claimed
    payload = {"text": "Nordwind left, E-3", "ratios": {"Nordwind Holding": {"nrr": "1"}}}
    store.deliveries.keep(claimed, '[{"text": "Nordwind left"}]', payload, None)
    schedule = Schedule("weekly", 0, 8, 0, "UTC")
    store.subscriptions.add(Subscription(0, "C0", "U0ANN", 'account "Nordwind"', "", "digest", schedule, "en", NOW))
    reason = Sentence("The sheet has no account {name}.", {"name": "Nordwind"})
    store.failures.open("digest:1", reason, "", ["U0ANN"], NOW)
    cause = f"account {hash_account(store.load_token_key(), 'E-3')} 2025-09"
    store.failures.keep_causes([cause], None, NOW)
    store.keep_call("U0ANN", "E-3", NOW, NOW + dt.timedelta(days=30))
    HandledRequests(store.path).claim("command 1", "U0ANN", NOW)
    save_runs(store.path, {"sync": JobRun(outcome="failed", reason="There is no tab “Nordwind”.")})
    assert nrrbot("ask", "account", "Nordwind", "--config", form.config, *DAY).code == 0
    return form


def test_every_file_forgets_the_customer_and_keeps_the_figures(form: Form) -> None:
    folder = form.config.parent
    store = Store(folder / "nrrbot.db")
    before = store.figures(2)
    assert {name for name, _ in find_texts(folder, "E-3", "Nordwind")} >= {"nrrbot.db", "restatements"}
    ran = nrrbot("forget", "E-3", "--config", form.config)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("E-3 was removed from nrrbot.db: from 2 snapshots")
    assert find_texts(folder, "E-3", "Nordwind", hash_account(store.load_token_key(), "E-3")) == []
    assert not list(folder.glob(f"*{REQUESTS_ENDING}*"))
    assert not store.find_called("U0ANN", ["E-3"], NOW)
    with open_raw(store.path) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    [pseudonym] = {id_ for id_ in store.load(2).accounts.ids if id_.startswith("forgotten-")}
    assert pseudonym in ran.out
    assert store.load(1).accounts.ids.index(pseudonym) == 2
    assert (store.figures(2).sums == before.sums).all()
    assert store.find_question("other")
    assert "South" in store.load(2).columns["group"].values
    assert f"{pseudonym} Holding" in store.load(2).columns["group"].values
    assert nrrbot("verify", "--config", form.config).code == 0
    assert "A segment named the customer, so 2 seals were made anew." in ran.out


def test_a_digest_that_no_one_has_decided_about_forgets_the_customer(company: MakeCompany) -> None:
    """The body has the name as Slack wants it, with entities."""
    form = company("wide")
    sync(form)
    store = form.setup().analyst.store
    note = Note("<b>&Co and others:", 'account "<b>&Co"')
    body = write_messages([render([Headline("<b>&Co left"), Paragraph("<b>&Co (€1,200), E-1", "<b>&Co:"), note])])
    store.deliveries.plan("digest:1", "2025-10-06", "C0", NOW, body=body)
    claimed = store.deliveries.claim("digest:1", "2025-10-06", NOW)
    assert claimed
    store.deliveries.begin_sending(claimed, NOW)
    assert store.deliveries.doubt(claimed)
    assert nrrbot("forget", "E-1", "--config", form.config).code == 0
    [doubted] = store.deliveries.list_uncertain()
    assert "forgotten-" in doubted.body
    assert "Co" not in doubted.body
    [message] = read_messages(doubted.body)
    assert not check_message(list(message.blocks))


@pytest.mark.parametrize("length", [12, 24, 39, 60])
def test_a_name_that_a_message_has_cut_is_redacted(length: int) -> None:
    name = "Compagnie Générale des Télécommunications & Associés de Normandie"
    redaction = NameRedaction({name, "E-3"}, "forgotten-1")
    assert redaction.redact(f"{shorten(name, length + 1)} left. Compagnie…") == "forgotten-1 left. Compagnie…"


def test_the_next_sync_refuses_the_id_until_its_rows_are_deleted(form: Form) -> None:
    folder = form.config.parent
    nrrbot("forget", "nordwind", "--config", form.config)
    assert "account_forgotten" in sync(form)
    assert find_texts(folder, "E-3", "Nordwind") == []
    listed = nrrbot("problems", "--json", "--code", "account_forgotten", "--config", form.config, *DAY).out
    assert {f"{problem['tab']}!{problem['cell']}" for problem in json.loads(listed)} == {"Customers!A4", "MRR!A4"}
    answer = json.loads(nrrbot("ask", "Q3", "--json", "--config", form.config, *DAY).out)
    assert answer["excluded"]["accounts"] == 2
    for title in ("Customers", "MRR"):
        form.google.edit(form.sheet, title, "A4", "E-9")
    form.google.edit(form.sheet, "MRR", "D4", "500")
    assert "account_forgotten" not in sync(form)
    assert json.loads(nrrbot("ask", "Q3", "--json", "--config", form.config, *DAY).out)["excluded"]["accounts"] == 1


def test_the_seals_stay_where_no_segment_names_the_customer(company: MakeCompany) -> None:
    form = company("subscriptions", "xlsx")
    sync(form)
    with open_raw(form.config.parent / "nrrbot.db") as connection:
        seals = connection.execute("SELECT * FROM seals").fetchall()
    ran = nrrbot("forget", "E-3", "--config", form.config, "--lang", "fr")
    assert "E-3" in ran.out
    with open_raw(form.config.parent / "nrrbot.db") as connection:
        assert connection.execute("SELECT * FROM seals").fetchall() == seals
    assert find_texts(form.config.parent, "E-3", "Nordwind") == []
    assert nrrbot("verify", "--config", form.config).code == 0


def test_an_account_of_a_warehouse_is_forgotten(tmp_path: Path) -> None:
    now = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)
    segments, company = build_hostile_company()
    accounts = company.tables["accounts"]
    rows = [(*row, f"{row[0]} GmbH") for row in accounts.rows]
    company = replace(company, tables={**company.tables, "accounts": Table((*accounts.columns, "name"), rows)})
    analyst = open_both(tmp_path, segments, company, now).warehouse
    store, question = analyst.store, "2024-08..2024-09"
    before = analyst.reply("/nrr", question).json()["window"]
    named = [account["account"] for account in before["drivers"]["expansion"]]
    assert before["drivers"]["expansion"][0]["name"] == f"{named[0]} GmbH"
    cause = f"account {hash_account(store.load_token_key(), named[0])} left 2025-06"
    store.failures.keep_causes([cause], None, now)
    # This one has rows of amounts alone, and is named by a problem.
    assert "unlisted" in {problem["found"] for problem in store.problems(1)}
    with pytest.raises(QuestionError, match="has an account “A99”"):
        forget_customer(analyst, "A99", now)
    unlisted = forget_customer(analyst, "unlisted", now)
    assert unlisted.forgetting.snapshots == 0
    kept = forget_customer(analyst, named[0], now)
    said = describe_forgetting(kept.forgetting, store.path, [], analyst.translate, is_of_warehouse=True)
    assert said.startswith(f"{named[0]} was removed from warehouse.db: from 1 snapshot, and from all that belongs to")
    assert "Its rows count until they are deleted there." in said
    assert unlisted.forgetting.pseudonym in {problem["found"] for problem in store.problems(1)}
    with open_raw(store.path) as connection:
        [(cause,)] = connection.execute("SELECT cause FROM alert_causes").fetchall()
    assert cause == f"account {hash_account(store.load_token_key(), kept.forgetting.pseudonym)} left 2025-06"
    # The kept results, new queries and the next sync have the pseudonym.
    reopened = replace(analyst, store=Store(store.path))
    after = reopened.reply("/nrr", question).json()["window"]
    assert [account["account"] for account in after["drivers"]["expansion"]] == [kept.forgetting.pseudonym, *named[1:]]
    assert (after["nrr"], after["drivers"]["expansion"][0]["name"]) == (before["nrr"], kept.forgetting.pseudonym)
    with open_raw(store.path) as connection:
        results = connection.execute("SELECT result FROM query_results").fetchall()
    assert not any(f"{named[0]} GmbH".encode() in zlib.decompress(result) for (result,) in results)
    synced = sync_warehouse(reopened, now + dt.timedelta(hours=1))
    assert not {"unlisted", named[0]} & {problem["found"] for problem in store.problems(synced.snapshot.id)}
    assert named[0] not in json.dumps(reopened.reply("/nrr", "2024-09..2024-10").json()["window"])
    assert (verify_store(reopened).computed, synced.restatements) == (0, ())


def test_copies_are_named_and_an_account_that_is_not_known_changes_nothing(form: Form) -> None:
    folder = form.config.parent
    with form.config.open("a", encoding="utf-8") as file:
        file.write('[store]\nbackup_folder = "copies"\n')
    nrrbot("backup", folder / "copies", "--keep", "3", "--config", form.config)
    ran = nrrbot("forget", "E-33", "--config", form.config)
    assert (ran.code, ran.out) == (1, "")
    assert "No snapshot in the store has an account “E-33”. Nothing was changed." in ran.err
    with closing(sqlite3.connect(folder / "nrrbot.db")) as reader:
        reader.execute("SELECT * FROM snapshots").fetchone()
        ran = nrrbot("forget", "E-3", "--config", form.config)
    assert ran.code == 1
    assert "is in use, so nothing was changed. Stop nrrbot" in ran.err
    ran = nrrbot("forget", "E-3", "--config", form.config)
    copy, requests = sorted((folder / "copies").iterdir())
    assert f"restored: {copy}, {requests}." in ran.out
    again = nrrbot("forget", "E-3", "--config", form.config)
    assert "Nothing was changed" in again.err


def test_each_column_of_texts_is_either_redacted_or_has_texts_of_nrrbot_alone(form: Form) -> None:
    with open_raw(form.config.parent / "nrrbot.db") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            table: {name for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})") if kind == "TEXT"}
            for table in tables
            if not table.startswith(("sqlite_", "_sqlite_"))
        }
    AuditFile(form.config.parent / "nrrbot.db", 1).append(AuditEntry(NOW, "U0ANN", "slack", "answer"))
    with open_raw(form.config.parent / "nrrbot.db-audit") as connection:
        columns["audit"] = {name for _, name, *_ in connection.execute("PRAGMA table_info(audit)")}
    known = {table: {*OWN_TEXTS.get(table, ()), *TEXT_COLUMNS.get(table, ())} for table in columns}
    assert {table: unknown for table, names in columns.items() if (unknown := names - known[table])} == {}
