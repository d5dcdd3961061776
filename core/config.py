"""The config file as one frozen value. Unknown keys are refused; secrets come from the environment or from files."""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from core.errors import N_, ConfigError
from core.redaction import hide
from core.text import find_nearest
from core.thresholds import AlertThresholds, SignalThresholds

if TYPE_CHECKING:
    from core.playbook.playbook import Playbook

Positive = Annotated[int, msgspec.Meta(ge=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Company(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[company]`: the company, its currency and language."""

    currency: str = ""
    language: Literal["", "en", "fr"] = ""
    fiscal_year_starts: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    product: Literal["", "saas", "platform", "commodity"] = ""
    usage_months: Annotated[int, msgspec.Meta(ge=0, le=12)] = 0


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[workbook]`: the address of the workbook, and the meaning of its dates, blanks and headings."""

    google: str = ""
    path: str = ""
    locale: str = ""
    end_date: Literal["last_day", "first_day_after"] = "last_day"
    blank_month: Literal["zero", "carry"] = "zero"
    max_segment_values: Positive = 100
    revenue_tab: str = ""
    headings: dict[str, str] = {}
    unit: str = ""
    amount_is: Literal["", "month", "year", "term"] = ""
    invoice_months: Annotated[int, msgspec.Meta(ge=0, le=120)] = 0
    status_counts: dict[str, bool] = {}
    notes: bool = False

    @property
    def is_named(self) -> bool:
        """Whether the config names a workbook."""
        return bool(self.google or self.path)


class Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[google]`: the service account, if there is one, and the time limits of requests."""

    credentials_file: str = "secrets/google.json"
    timeout_seconds: Positive = 30
    retry_seconds: Positive = 90
    sheets_url: str = ""
    drive_url: str = ""
    docs_url: str = ""
    token_url: str = ""


class Slack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[slack]`: the files with the secrets, and the address of the HTTP mode."""

    bot_token_file: str = ""
    app_token_file: str = ""
    signing_secret_file: str = ""
    api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 3000


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`: the SQLite file, and the history that it keeps."""

    path: str = "nrrbot.db"
    keep_snapshots: Positive = 50
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 400
    backup_folder: str = ""
    keep_backups: Positive = 7


class Segments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[segments]`: the limits of the derived sizes, as ACV in whole units of the company's currency."""

    mid_market_from: Positive = 10_000
    enterprise_above: Positive = 100_000


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[targets]`: the yearly NRR and GRR targets, in per cent."""

    nrr: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 110
    grr: Annotated[int, msgspec.Meta(ge=1, le=100)] = 90


class Benchmarks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[benchmarks]`: a file with the company's own benchmarks, and the units of its currency for one euro."""

    file: str = ""
    currency_rate: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[advice]`: the largest number of suggestions."""

    most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3


class Sync(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[sync]`: the limits of a reading of the workbook."""

    memory_mb: Annotated[int, msgspec.Meta(ge=256)] = 4096
    minutes: Positive = 15


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[schedule]`: the times of syncs and digests."""

    time_zone: str = "UTC"
    poll_seconds: Positive = 60
    sync_minutes: Positive = 60
    stale_hours: Positive = 2
    digest_channel: str = ""
    digest_day: Weekday = "mon"
    digest_hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 8
    digest_minute: Annotated[int, msgspec.Meta(ge=0, le=59)] = 0
    grace_minutes: Positive = 720


PersonId = Annotated[str, msgspec.Meta(pattern="^[UW][A-Z0-9]+$")]
# A person, a user group or an e-mail address.
PersonOrGroup = Annotated[str, msgspec.Meta(pattern=r"^([UWS][A-Z0-9]+|[^@\s]+@[^@\s]+)$")]


class AccessPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[access.people]]`: the same person in Slack, at Google, and as an owner in the sheet."""

    slack: Annotated[str, msgspec.Meta(pattern="^([UW][A-Z0-9]+)?$")] = ""
    email: str = ""
    owner: str = ""


class AccessLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[access.limits]]`: the segments that some people and user groups may ask about."""

    who: list[PersonOrGroup]
    segments: list[str]


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[access]`: who may ask, about what, and where account names are shown."""

    administrators: list[PersonId] = []
    may_ask: list[PersonOrGroup] = []
    name_channels: list[Annotated[str, msgspec.Meta(pattern="^(private|[CG][A-Z0-9]+)$")]] = msgspec.field(
        default_factory=lambda: ["private"]
    )
    people: list[AccessPerson] = []
    limits: list[AccessLimit] = []

    @property
    def groups(self) -> frozenset[str]:
        """The ids of the user groups."""
        listed = [self.may_ask, *(limit.who for limit in self.limits)]
        return frozenset(text for who in listed for text in who if text.startswith("S") and "@" not in text)


class Monitor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[monitor]`: where health and metrics are served, and the address that learns whether nrrbot works."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 9090
    ping_url: Annotated[str, msgspec.Meta(pattern="^(https?://.+)?$")] = ""


class Addin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[addin]`: the public address of the add-in's backend, and the client ID of its sidebar."""

    url: str = ""
    client_id: str = ""
    trusted_proxies: list[str] = []
    certificates_url: str = ""


class Warehouse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[warehouse]`: the engine of a warehouse, its tables or views, or queries in their place, and its limits."""

    url: str = ""
    mrr: str = ""
    accounts: str = ""
    history: str = ""
    fx: str = ""
    aliases: str = ""
    cube: str = ""
    sql: dict[str, str] = {}
    timeout_seconds: Positive = 900
    maximum_bytes_billed: Annotated[int, msgspec.Meta(ge=0)] = 100_000_000_000

    @property
    def has_tables(self) -> bool:
        """Whether the config says where the amounts are."""
        return bool(self.mrr or self.sql.get("mrr"))

    @property
    def places(self) -> dict[str, str]:
        """The key of each table that is read -> its name; empty for a query."""
        names = {name: getattr(self, name) for name in ("mrr", "accounts", "history", "fx", "aliases", "cube")}
        return {name: place for name, place in names.items() if place or name in self.sql}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole config. `config.example.toml` explains each key, with its unit."""

    company: Company = Company()
    workbook: Source = Source()
    google: Google = Google()
    slack: Slack = Slack()
    store: Store = Store()
    segments: Segments = Segments()
    targets: Targets = Targets()
    signals: SignalThresholds = SignalThresholds()
    benchmarks: Benchmarks = Benchmarks()
    advice: Advice = Advice()
    schedule: Schedule = Schedule()
    sync: Sync = Sync()
    alerts: AlertThresholds = AlertThresholds()
    monitor: Monitor = Monitor()
    addin: Addin = Addin()
    access: Access = Access()
    warehouse: Warehouse = Warehouse()


# The name of each secret in the environment -> the key of [slack] that may name a file instead.
SECRETS: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": "bot_token_file",
    "SLACK_APP_TOKEN": "app_token_file",
    "SLACK_SIGNING_SECRET": "signing_secret_file",
}
_PREFIXES: Mapping[str, str] = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}
# The beginning of a token that is another one -> the problem.
_KINDS: Mapping[str, str] = {
    "xoxb-": N_("The secret in {place} is a bot token (xoxb-...)."),
    "xapp-": N_("The secret in {place} is an app-level token (xapp-...)."),
    "xoxp-": N_("The secret in {place} is the token of a person (xoxp-...)."),
    "xoxe": N_("The secret in {place} is a token that expires (xoxe...)."),
}
_PLACES: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": N_(
        "Copy the bot token, xoxb-..., from the Slack app's page: OAuth & Permissions, Bot User OAuth Token."
    ),
    "SLACK_APP_TOKEN": N_(
        "Copy the app-level token for Socket Mode, xapp-..., from the Slack app's page: Basic Information, App-Level "
        "Tokens."
    ),
}
_LONGEST_SECRET = 1000  # characters; Slack's tokens have fewer than 200


def load_config(path: Path) -> Config:
    """Return the config in the TOML file at `path`; relative paths in it start from its folder.

    Raises:
        ConfigError: the file is missing or not valid TOML, a key is unknown, or a value is not allowed.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            N_("The config file {path} cannot be read: {why}."),
            N_("Copy config.example.toml there and fill it in, or name another file with --config."),
            path=path,
            why=getattr(error, "strerror", None) or "it is not UTF-8",
        ) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            N_("{path} is not valid TOML: {why}."), N_("Correct the file at that place."), path=path, why=error
        ) from error
    _refuse_unknown(raw, Config, path)
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        raise ConfigError(
            N_("{path}: the value of the key {key} is not allowed: {why}."),
            N_("config.example.toml lists the allowed values."),
            path=path,
            key=place.rstrip("`") or "?",
            why=reason,
        ) from error
    return _make_paths_absolute(config, path.resolve().parent)


def _refuse_unknown(raw: Mapping[str, Any], struct: type[msgspec.Struct], path: Path, prefix: str = "") -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in raw.items():
        if key not in fields:
            nearest_keys = find_nearest(key, fields, most=1, least_alike=0.6) or sorted(fields)
            raise ConfigError(
                N_("{path}: the key {key} does not exist."), N_("Did you mean {near}?"),
                path=path, key=prefix + key, near=", ".join(prefix + name for name in nearest_keys),
            )  # fmt: skip
        if isinstance(value, Mapping) and isinstance(fields[key], type) and issubclass(fields[key], msgspec.Struct):
            _refuse_unknown(value, fields[key], path, f"{prefix}{key}.")


def _make_paths_absolute(config: Config, folder: Path) -> Config:
    """Return the config with all its paths made absolute, starting from `folder`."""

    def absolute(value: str) -> str:
        return str(folder / Path(value).expanduser()) if value else value

    return msgspec.structs.replace(
        config,
        workbook=msgspec.structs.replace(config.workbook, path=absolute(config.workbook.path)),
        google=msgspec.structs.replace(config.google, credentials_file=absolute(config.google.credentials_file)),
        slack=msgspec.structs.replace(
            config.slack, **{key: absolute(getattr(config.slack, key)) for key in SECRETS.values()}
        ),
        store=msgspec.structs.replace(
            config.store, path=absolute(config.store.path), backup_folder=absolute(config.store.backup_folder)
        ),
        benchmarks=msgspec.structs.replace(config.benchmarks, file=absolute(config.benchmarks.file)),
    )


def load_company_playbook(config: Config) -> Playbook:
    """Return the playbook with the settings of the config: own benchmarks, product, and number of suggestions.

    Raises:
        ConfigError: the file of benchmarks cannot be read or used.

    """
    # Commands that only read the config should not load the playbook.
    from core.playbook.playbook import extend_playbook, load_playbook

    playbook, path = load_playbook(), config.benchmarks.file
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                N_("The file {path} of the key benchmarks.file cannot be read: {why}."),
                N_("Correct the path or the file, or remove the key."),
                path=path,
                why=getattr(error, "strerror", None) or "it is not UTF-8",
            ) from error
        playbook = extend_playbook(playbook, text, Path(path).name)
    return replace(
        playbook,
        product=config.company.product or None,
        most=config.advice.most,
        currency_rate=Fraction(str(config.benchmarks.currency_rate)) if config.benchmarks.currency_rate else None,
    )


def read_secret(name: str, slack: Slack) -> str:
    """Return the secret `name` (a key of SECRETS), from the environment or the file that the config names.

    It is one line of printable characters with the right prefix. From then on it is redacted in each text.

    Raises:
        ConfigError: neither place has the secret, or it cannot be one. The error never shows a value.

    """
    place, content = name, os.environ.get(name, "").strip()
    key = SECRETS[name]
    path = getattr(slack, key)
    if not content and path:
        place, content = f"slack.{key}", _read_secret_file(Path(path), key)
    if not content:
        raise ConfigError(
            N_("The secret {name} is missing."),
            N_("Set the environment variable {name}, or name a file with the secret in the key slack.{key}."),
            name=name,
            key=key,
        )
    _check_secret(name, place, content)
    hide(content)
    return content


def _read_secret_file(path: Path, key: str) -> str:
    """Return the text of a secret's file; of a file that is no text, the bytes as Latin-1, which no check accepts."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_SECRET + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ConfigError(
            N_("The file of the key slack.{key} cannot be read: {why}."),
            N_("Correct the path or the permissions of the file."),
            key=key,
            why=getattr(error, "strerror", None) or "it is not a path",
        ) from error
    return content.removeprefix(codecs.BOM_UTF8).decode("latin-1").strip()


def _check_secret(name: str, place: str, content: str) -> None:
    """Refuse a secret that an HTTP library or Slack would fail on, with an error that has no part of it."""
    alone = N_("Write the secret there and nothing else: no quotes, no space, no second line.")
    if len(content.splitlines()) > 1:
        raise ConfigError(N_("The secret in {place} has more than one line."), alone, place=place)
    if len(content) > _LONGEST_SECRET or not re.fullmatch(r"[!-~]+", content):
        raise ConfigError(
            N_("The secret in {place} has a space or another character that no secret has."), alone, place=place
        )
    if prefix := _PREFIXES.get(name):
        if not content.startswith(prefix):
            kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
            raise ConfigError(
                kind or N_("The secret in {place} does not begin with {prefix}."),
                _PLACES[name],
                place=place,
                prefix=prefix,
            )
    elif not re.fullmatch(r"[0-9A-Za-z]+", content):
        raise ConfigError(
            N_("The secret in {place} is not a signing secret: it has more than letters and digits."),
            N_("Copy the signing secret again from Basic Information on the Slack app's page."),
            place=place,
        )
