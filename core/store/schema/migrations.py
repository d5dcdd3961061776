"""The store's schema as numbered migrations. A released migration never changes: every change is a new one.

Money, counts and months (ordinals of core.months.Month) are integers in STRICT tables, so that nothing can turn them
into floats. The content of snapshots is in blobs (`core.store.content`); lists of texts are JSON, as an id may hold
anything. Moments are ISO 8601 in UTC with microseconds, so that they sort as text.

`PRAGMA user_version` is the number of migrations that a file has, and `PRAGMA application_id` marks it as nrrbot's.
Both are integers of the file's header, so that opening an up-to-date file only reads them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# SQL, or a function that changes the file in the open transaction.
Step = str | Callable[["Database"], None]

APPLICATION_ID = int.from_bytes(b"nrrb", "big")


def _convert_snapshots(db: Database) -> None:
    # Only a file with snapshots of this kind needs it.
    from core.store.schema.conversion import convert_snapshots

    convert_snapshots(db)


MIGRATIONS: tuple[tuple[str, Step], ...] = (
    (
        "0001_snapshots",
        """
        CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- answers cite it, so an id never comes back
            synced_at TEXT NOT NULL,
            checked_at TEXT NOT NULL,              -- the workbook was last seen to hold the same
            source TEXT NOT NULL,
            source_name TEXT NOT NULL,
            source_version TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            locale TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            currency TEXT NOT NULL,
            exponent INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 4),
            first INTEGER NOT NULL,
            data_through INTEGER NOT NULL CHECK (data_through >= first),
            accounts INTEGER NOT NULL CHECK (accounts >= 0),
            problems TEXT NOT NULL CHECK (json_valid(problems))  -- how many of each code
        ) STRICT;
        CREATE INDEX snapshots_by_source ON snapshots (source, id);

        CREATE TABLE ledgers (
            snapshot_id INTEGER PRIMARY KEY REFERENCES snapshots ON DELETE CASCADE,
            tab TEXT NOT NULL,
            ids TEXT NOT NULL,
            names TEXT,                            -- NULL: every account is called by its id
            quarantined BLOB NOT NULL,             -- 1 byte per account
            unpriced BLOB NOT NULL,                -- 1 byte per account
            consumer BLOB NOT NULL,                -- 1 byte per account
            row_numbers BLOB NOT NULL              -- int32 per account
        ) STRICT;

        CREATE TABLE months (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            month INTEGER NOT NULL,
            total INTEGER NOT NULL,                -- control total: the sum of mrr
            mrr BLOB NOT NULL,                     -- int64 per account, minor units
            PRIMARY KEY (snapshot_id, month)
        ) STRICT;

        CREATE TABLE columns (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            heading TEXT NOT NULL,
            value_list TEXT NOT NULL,
            codes BLOB NOT NULL,                   -- int32 per account, an index into value_list or -1
            PRIMARY KEY (snapshot_id, position)
        ) STRICT;

        CREATE TABLE facts (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            numbers BLOB NOT NULL,                 -- float64 per account, NaN where blank; never money
            PRIMARY KEY (snapshot_id, position)
        ) STRICT;

        CREATE TABLE problems (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            problem TEXT NOT NULL CHECK (json_valid(problem)),
            PRIMARY KEY (snapshot_id, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE figures (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            position INTEGER NOT NULL,
            dimension TEXT,                        -- NULL with a NULL value: the whole company
            value TEXT,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            window_months INTEGER NOT NULL GENERATED ALWAYS AS (end_month - start_month) VIRTUAL,
            starting INTEGER NOT NULL,
            expansion INTEGER NOT NULL,
            contraction INTEGER NOT NULL,
            churn INTEGER NOT NULL,
            ending INTEGER NOT NULL,
            new INTEGER NOT NULL,
            reactivated INTEGER NOT NULL,
            fx_effect INTEGER NOT NULL,
            base INTEGER NOT NULL,
            expanded INTEGER NOT NULL,
            contracted INTEGER NOT NULL,
            churned INTEGER NOT NULL,
            retained INTEGER NOT NULL,
            new_accounts INTEGER NOT NULL,
            reactivated_accounts INTEGER NOT NULL,
            PRIMARY KEY (snapshot_id, position),
            CHECK ((dimension IS NULL) = (value IS NULL)),
            CHECK (ending = starting + expansion - contraction - churn),
            CHECK (base = retained + churned)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0002_deliveries",
        """
        CREATE TABLE deliveries (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('claimed', 'confirmed', 'released')),
            claimed_at TEXT NOT NULL,
            confirmed_at TEXT CHECK ((confirmed_at IS NOT NULL) = (state = 'confirmed')),
            reason TEXT NOT NULL DEFAULT '',
            payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0003_restatements",
        """
        ALTER TABLE snapshots ADD COLUMN settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings));
        ALTER TABLE snapshots ADD COLUMN pruned_at TEXT;       -- its ledger, figures and problems were let go
        ALTER TABLE deliveries ADD COLUMN snapshot_id INTEGER REFERENCES snapshots;

        -- The figures of closed periods, each with the snapshot that it came from.
        CREATE TABLE recorded (
            source TEXT NOT NULL,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            dimension TEXT NOT NULL,               -- '' with a value of '': the whole company
            value TEXT NOT NULL,
            snapshot_id INTEGER NOT NULL REFERENCES snapshots,
            starting INTEGER NOT NULL,
            expansion INTEGER NOT NULL,
            contraction INTEGER NOT NULL,
            churn INTEGER NOT NULL,
            ending INTEGER NOT NULL,
            new INTEGER NOT NULL,
            reactivated INTEGER NOT NULL,
            fx_effect INTEGER NOT NULL,
            base INTEGER NOT NULL,
            expanded INTEGER NOT NULL,
            contracted INTEGER NOT NULL,
            churned INTEGER NOT NULL,
            retained INTEGER NOT NULL,
            new_accounts INTEGER NOT NULL,
            reactivated_accounts INTEGER NOT NULL,
            PRIMARY KEY (source, start_month, end_month, dimension, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recorded_by_snapshot ON recorded (snapshot_id);
        INSERT INTO recorded
            SELECT source, start_month, end_month, ifnull(dimension, ''), ifnull(value, ''), snapshot_id, starting,
                expansion, contraction, churn, ending, new, reactivated, fx_effect, base, expanded, contracted, churned,
                retained, new_accounts, reactivated_accounts
            FROM figures JOIN snapshots ON snapshots.id = snapshot_id
            WHERE end_month < data_through AND snapshot_id IN (SELECT max(id) FROM snapshots GROUP BY source);

        CREATE TABLE restatements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            found_at TEXT NOT NULL,
            before_id INTEGER NOT NULL REFERENCES snapshots,
            after_id INTEGER NOT NULL REFERENCES snapshots,
            settings TEXT NOT NULL CHECK (json_valid(settings)),  -- key -> [before, after], when these are the cause
            accounts INTEGER NOT NULL              -- how many caused it, kept or not
        ) STRICT;
        CREATE INDEX restatements_by_source ON restatements (source, after_id);

        CREATE TABLE restated_figures (
            restatement_id INTEGER NOT NULL REFERENCES restatements ON DELETE CASCADE,
            position INTEGER NOT NULL,
            start_month INTEGER NOT NULL,
            end_month INTEGER NOT NULL CHECK (end_month > start_month),
            dimension TEXT,                        -- NULL with a NULL value: the whole company
            value TEXT,
            recorded_id INTEGER NOT NULL REFERENCES snapshots,    -- where `before` came from
            before TEXT NOT NULL CHECK (json_valid(before)),      -- integers by name, those above zero
            after TEXT NOT NULL CHECK (json_valid(after)),        -- the same
            accounts INTEGER NOT NULL,
            largest TEXT NOT NULL CHECK (json_valid(largest)),    -- ids of accounts
            PRIMARY KEY (restatement_id, position),
            CHECK ((dimension IS NULL) = (value IS NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE culprits (
            restatement_id INTEGER NOT NULL REFERENCES restatements ON DELETE CASCADE,
            position INTEGER NOT NULL,
            culprit TEXT NOT NULL CHECK (json_valid(culprit)),    -- ids and names may hold anything
            PRIMARY KEY (restatement_id, position)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0004_tabs",
        """
        -- The tabs that were read, with their headings.
        ALTER TABLE snapshots ADD COLUMN tabs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tabs));
        """,
    ),
    (
        "0005_currencies",
        """
        -- Other currencies than the reporting one: [code, exponent] of each, and which one each account pays in.
        ALTER TABLE ledgers ADD COLUMN currencies TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(currencies));
        ALTER TABLE ledgers ADD COLUMN currency_of BLOB;       -- int16 per account; NULL: the reporting one

        CREATE TABLE rates (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            month INTEGER NOT NULL,
            currency TEXT NOT NULL,
            rate TEXT NOT NULL,                    -- an exact fraction: 23/25
            PRIMARY KEY (snapshot_id, month, currency)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE targets (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            value TEXT NOT NULL,                   -- of the segment; '': the whole company
            metric TEXT NOT NULL CHECK (metric IN ('nrr', 'grr')),
            target TEXT NOT NULL,                  -- an exact fraction: 11/10
            PRIMARY KEY (snapshot_id, value, metric)
        ) STRICT, WITHOUT ROWID;

        -- The dated rows of a column of Customers, NULL where it has none.
        ALTER TABLE columns ADD COLUMN dated_accounts BLOB;    -- int64, an index of the ledger's accounts
        ALTER TABLE columns ADD COLUMN dated_months BLOB;      -- int64, from the close of this month on
        ALTER TABLE columns ADD COLUMN dated_codes BLOB;       -- int32, an index into value_list or -1
        """,
    ),
    (
        "0006_account_rows",
        """
        -- Every row of the revenue tab by account; snapshots from before have the first ones only, in row_numbers.
        CREATE TABLE account_rows (
            snapshot_id INTEGER PRIMARY KEY REFERENCES snapshots ON DELETE CASCADE,
            starts BLOB NOT NULL,                  -- int32 per account and one more: where in numbers its rows begin
            numbers BLOB NOT NULL                  -- int32 per row, counted from 1
        ) STRICT;
        """,
    ),
    (
        "0007_ahead",
        """
        -- What the sheet says of months after data_through, NULL where its layout says nothing of them.
        ALTER TABLE ledgers ADD COLUMN ahead_accounts BLOB;    -- int64, an index of the ledger's accounts
        ALTER TABLE ledgers ADD COLUMN ahead_months BLOB;      -- int64, from the close of this month on
        ALTER TABLE ledgers ADD COLUMN ahead_amounts BLOB;     -- int64, by how much its MRR changes, minor units
        """,
    ),
    (
        "0008_accepted",
        """
        -- The problems that a person accepted: silent until their cell changes.
        CREATE TABLE accepted (
            source TEXT NOT NULL,
            fingerprint TEXT NOT NULL,             -- code, place and content, hashed
            code TEXT NOT NULL,
            accepted_at TEXT NOT NULL,
            is_shown INTEGER NOT NULL DEFAULT 0 CHECK (is_shown IN (0, 1)),  -- the workbook shows the mark
            PRIMARY KEY (source, fingerprint)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0009_coverage",
        """
        -- What the sheet cannot say: closes that it does not have, whether accounts can leave, rows of no account.
        ALTER TABLE ledgers ADD COLUMN unknown_months TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(unknown_months));
        ALTER TABLE ledgers ADD COLUMN can_leave INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE ledgers ADD COLUMN left_out_rows INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledgers ADD COLUMN left_out_mrr BLOB;      -- int64 per month; NULL: zeros

        -- How the workbook was understood where it could be understood in another way.
        ALTER TABLE snapshots ADD COLUMN decisions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(decisions));
        """,
    ),
    (
        "0010_consumer_changes",
        """
        -- The dated flags of accounts that become or stop being consumers, NULL where none does.
        ALTER TABLE ledgers ADD COLUMN consumer_accounts BLOB; -- int64, an index of the ledger's accounts
        ALTER TABLE ledgers ADD COLUMN consumer_months BLOB;   -- int64, from the close of this month on
        ALTER TABLE ledgers ADD COLUMN consumer_codes BLOB;    -- int32, 1 for a consumer, else 0
        """,
    ),
    (
        "0011_workspace_words",
        """
        -- The tab Words: a word or phrase of a question, and the value that it means.
        CREATE TABLE workspace_words (
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            phrase TEXT NOT NULL,
            dimension TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (snapshot_id, phrase)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0012_terms",
        """
        -- The lines that have an end, NULL where the layout has no lines.
        ALTER TABLE ledgers ADD COLUMN term_accounts BLOB;     -- int64, an index of the ledger's accounts
        ALTER TABLE ledgers ADD COLUMN term_firsts BLOB;       -- int64, the first month in force
        ALTER TABLE ledgers ADD COLUMN term_lasts BLOB;        -- int64, the last month in force
        ALTER TABLE ledgers ADD COLUMN term_amounts BLOB;      -- int64, MRR in minor units
        """,
    ),
    (
        "0013_lines",
        """
        -- All lines of a sheet that has quantities or products, NULL where it has neither.
        ALTER TABLE ledgers ADD COLUMN line_accounts BLOB;     -- int64, an index of the ledger's accounts
        ALTER TABLE ledgers ADD COLUMN line_products BLOB;     -- int64, an index of the names
        ALTER TABLE ledgers ADD COLUMN line_firsts BLOB;       -- int64, the first month in force
        ALTER TABLE ledgers ADD COLUMN line_lasts BLOB;        -- int64, the last month in force
        ALTER TABLE ledgers ADD COLUMN line_amounts BLOB;      -- int64, MRR in minor units
        ALTER TABLE ledgers ADD COLUMN line_list_amounts BLOB; -- int64, the same without discount
        ALTER TABLE ledgers ADD COLUMN line_quantities BLOB;   -- int64, millionths of a piece, NULL without any
        ALTER TABLE ledgers ADD COLUMN line_product_names TEXT
            CHECK (line_product_names IS NULL OR json_valid(line_product_names));
        """,
    ),
    (
        "0014_polls",
        """
        -- The state of each workbook when it was last read: while nothing differs from it, nothing is read.
        CREATE TABLE polls (
            source TEXT PRIMARY KEY,
            stamp TEXT NOT NULL,             -- the workbook's, empty where it has none
            basis TEXT NOT NULL,             -- hash of the settings, the code and the month
            read_at TEXT NOT NULL,
            content TEXT NOT NULL DEFAULT '',  -- hash of all that was read, and the snapshot that it gave
            written TEXT NOT NULL DEFAULT '',  -- hash of the tabs and notes that were last written into it
            failure TEXT CHECK (failure IS NULL OR json_valid(failure)),  -- why it could not be read since
            failed_on TEXT NOT NULL DEFAULT '',  -- stamp and basis of the last reading that failed
            failed_at TEXT
        ) STRICT;
        -- The output of commands about the newest snapshot; the key is a hash of all that it follows from.
        CREATE TABLE answers (
            key TEXT PRIMARY KEY,
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            answer TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX answers_by_snapshot ON answers (snapshot_id);
        """,
    ),
    ("0015_content", _convert_snapshots),
    (
        "0016_reader_keys",
        """
        -- Who may read figures over HTTP: the keys of the add-in, as hashes.
        CREATE TABLE reader_keys (
            id TEXT PRIMARY KEY,         -- the part of the key that is no secret
            hash TEXT NOT NULL,          -- SHA-256 of the whole key
            name TEXT NOT NULL,          -- the sheet and the reader, as the admin named them
            source TEXT NOT NULL,        -- the workbook, as its snapshots name it
            scope TEXT NOT NULL CHECK (scope IN ('read', 'sync')),
            created_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            last_used_at TEXT,
            revoked_at TEXT
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0017_questions_and_failures",
        """
        -- The questions behind buttons that are too long for a button.
        CREATE TABLE questions (
            key TEXT PRIMARY KEY,        -- a hash of the question
            question TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE polls ADD COLUMN fix TEXT NOT NULL DEFAULT '';   -- how to make the workbook readable
        ALTER TABLE polls ADD COLUMN failing_since TEXT;             -- the first of the readings that failed in a row
        ALTER TABLE polls ADD COLUMN notified TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(notified));  -- who was
        """,
    ),
    (
        "0018_forgotten",
        """
        -- The accounts that were forgotten, so that no sync stores their ids and names again.
        CREATE TABLE forgotten (
            token BLOB PRIMARY KEY,      -- keyed hash of an id or name
            pseudonym TEXT NOT NULL,
            forgotten_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0019_preferences",
        """
        -- The choices that people make for themselves; each that is empty follows their Slack.
        CREATE TABLE preferences (
            team TEXT NOT NULL,          -- the workspace in Slack
            person TEXT NOT NULL,        -- the id of the person in it
            language TEXT NOT NULL,
            zone TEXT NOT NULL,          -- the name of a time zone
            segment TEXT NOT NULL,       -- the cut of a question that names none, as it is typed
            PRIMARY KEY (team, person)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0020_subscriptions",
        """
        -- Who gets which digest, and when.
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,       -- the id of a channel, or of a person
            owner TEXT NOT NULL,         -- the id of the person who subscribed; '': the config
            cut TEXT NOT NULL,           -- a line of the grammar; '': the whole company
            dimension TEXT NOT NULL,     -- the column of its table; '': the first one
            subject TEXT NOT NULL CHECK (subject IN ('digest', 'accounts')),
            every TEXT NOT NULL CHECK (every IN ('daily', 'weekly', 'monthly')),
            day INTEGER NOT NULL,        -- weekday from 0, or day of the month from 1
            hour INTEGER NOT NULL,
            minute INTEGER NOT NULL,
            time_zone TEXT NOT NULL,
            language TEXT NOT NULL,
            since TEXT NOT NULL,         -- nothing that was due before is sent
            state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
            UNIQUE (channel, owner, subject, cut, dimension)
        ) STRICT;
        INSERT INTO subscriptions (channel, owner, cut, dimension, subject, every, day, hour, minute, time_zone,
                                   language, since, state)
        SELECT DISTINCT substr(kind, 8), '', '', '', 'digest', 'weekly', 0, 0, 0, 'UTC', 'en',
               '2000-01-01T00:00:00.000000+00:00', 'ended'
        FROM deliveries WHERE kind LIKE 'digest:_%';

        ALTER TABLE deliveries RENAME TO earlier;
        CREATE TABLE deliveries (
            kind TEXT NOT NULL,          -- the message and its recipient
            key TEXT NOT NULL,           -- the day of a digest in its time zone
            state TEXT NOT NULL CHECK (state IN ('claimed', 'sending', 'confirmed', 'refused', 'uncertain')),
            channel TEXT NOT NULL,       -- the id of a channel, or of a person
            thread TEXT NOT NULL DEFAULT '',
            body TEXT NOT NULL DEFAULT '' CHECK (body = '' OR json_valid(body)),  -- the messages; '': not built
            attempts INTEGER NOT NULL DEFAULT 0,
            claimed_at TEXT NOT NULL,
            due_at TEXT,                 -- when it may be claimed; NULL: never
            expires_at TEXT,             -- the end of its attempts
            confirmed_at TEXT CHECK ((confirmed_at IS NOT NULL) = (state = 'confirmed')),
            reason TEXT NOT NULL DEFAULT '' CHECK (reason = '' OR json_valid(reason)),
            payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
            snapshot_id INTEGER REFERENCES snapshots,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deliveries_by_time ON deliveries (state, due_at);
        -- The key of a week becomes its Monday: the week's day 4 is in the year of the key.
        INSERT INTO deliveries (kind, key, state, channel, claimed_at, confirmed_at, payload, snapshot_id)
        SELECT ifnull('digest:' || subscriptions.id, kind),
               CASE WHEN key GLOB '[0-9][0-9][0-9][0-9]-W[0-9][0-9]'
                    THEN date(substr(key, 1, 4) || '-01-04', 'weekday 0', '-6 days',
                              '+' || ((substr(key, 7) - 1) * 7) || ' days')
                    ELSE key END,
               CASE earlier.state WHEN 'confirmed' THEN 'confirmed' WHEN 'claimed' THEN 'uncertain' ELSE 'refused' END,
               ifnull(channel, ''), claimed_at, confirmed_at, payload, snapshot_id
        FROM earlier LEFT JOIN subscriptions ON kind = 'digest:' || channel;
        DROP TABLE earlier;

        -- The failures that people are notified of while they last.
        CREATE TABLE failures (
            key TEXT PRIMARY KEY,
            reason TEXT NOT NULL CHECK (json_valid(reason)),
            fix TEXT NOT NULL,
            since TEXT NOT NULL,
            people TEXT NOT NULL CHECK (json_valid(people))
        ) STRICT, WITHOUT ROWID;
        -- The causes of the alerts that were sent: none is reported twice.
        CREATE TABLE alert_causes (
            cause TEXT PRIMARY KEY,
            at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0021_calls",
        """
        -- The accounts that people have called: they are on none of their lists until then.
        CREATE TABLE called_accounts (
            person TEXT NOT NULL,        -- the id of the person in Slack
            token BLOB NOT NULL,         -- keyed hash of the account's id
            until TEXT NOT NULL,
            PRIMARY KEY (person, token)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    (
        "0022_query_results",
        """
        CREATE TABLE query_results (               -- of a warehouse, about the months of a snapshot
            snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
            key BLOB NOT NULL,                     -- hash of the query
            result BLOB NOT NULL,                  -- compressed JSON
            PRIMARY KEY (snapshot_id, key)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)
VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, sequence: Sequence[tuple[str, Step]] = MIGRATIONS) -> None:
    """Bring the file up to date in one transaction: everything or nothing, and once when several processes try.

    Args:
        connection: in driver-level autocommit (`isolation_level=None`), with no transaction open.
        sequence: (name, SQL or function) of every migration, the oldest first.

    Raises:
        sqlite3.Error: the file cannot be written, or stays locked for longer than the connection waits.

    """
    # sqlite-utils takes 35 ms to import, and only a file that must change needs it.
    from sqlite_utils import Database, Migrations

    migrations = Migrations("nrrbot")
    for name, step in sequence:
        migrations(name=name)(_build_migration(step))
    # A month of 100,000 accounts is 800 KB: large pages read it in two thirds of the time.
    connection.execute("PRAGMA page_size = 16384")
    _switch_to_wal(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        # Another process may have migrated the file while this one waited for the lock.
        if version < len(sequence):
            migrations.apply(Database(connection, execute_plugins=False))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(sequence)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL, permanently: readers then never wait for a sync.

    SQLite does not wait here: if two processes create the file at the same time, one gets SQLITE_BUSY at once. So this
    function waits, for the connection's busy timeout.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    for attempt in Retrying(
        retry=retry_if_exception(lambda error: getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY),
        wait=wait_random(0.001, 0.05),
        stop=stop_after_delay(milliseconds / 1000),
        reraise=True,
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode = wal")


def _build_migration(step: Step) -> Callable[[Database], None]:
    """Return a migration that runs `step` in the open transaction, SQL statement by statement."""

    def run_step(db: Database) -> None:
        if isinstance(step, str):
            db.executescript(step)
        else:
            step(db)

    return run_step
