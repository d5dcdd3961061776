"""The config file: one frozen value, every key known, every secret from the environment or a file of its own."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from core.errors import N_, ConfigError
from core.text import find_nearest
from core.thresholds import SignalThresholds

if TYPE_CHECKING:
    from core.playbook.playbook import Playbook

Positive = Annotated[int, msgspec.Meta(ge=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Company(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[company]`: who asks."""

    currency: str = "EUR"
    language: Literal["en", "fr"] = "en"
    fiscal_year_starts: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    product: Literal["", "saas", "platform", "commodity"] = ""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[workbook]`: where the revenue is kept and how its dates, blanks and headings are meant."""

    google: str = ""
    path: str = ""
    locale: str = ""
    end_date: Literal["last_day", "first_day_after"] = "last_day"
    blank_month: Literal["zero", "carry"] = "zero"
    max_segment_values: Positive = 100
    revenue_tab: str = ""
    headings: dict[str, str] = {}
    notes: bool = False


class Google(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[google]`: the service account and how long to wait for Google."""

    credentials_file: str = "secrets/google.json"
    timeout_seconds: Positive = 30
    retry_seconds: Positive = 90
    sheets_url: str = ""
    drive_url: str = ""


class Slack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[slack]`: files that hold the secrets, and where to listen in HTTP mode."""

    bot_token_file: str = ""
    app_token_file: str = ""
    signing_secret_file: str = ""
    api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 3000


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`: the SQLite file, and how much history it keeps."""

    path: str = "nrrbot.db"
    keep_snapshots: Positive = 50
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 400


class Segments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[segments]`: where the derived sizes begin, as ACV in whole units of the company's currency."""

    mid_market_from: Positive = 10_000
    enterprise_above: Positive = 100_000


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[targets]`: yearly NRR and GRR to aim at, in per cent."""

    nrr: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 110
    grr: Annotated[int, msgspec.Meta(ge=1, le=100)] = 90


class Benchmarks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[benchmarks]`: a file of one's own, in the form of the one that ships."""

    file: str = ""


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[advice]`: how much of it."""

    most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[schedule]`: what happens by itself, and when."""

    time_zone: str = "UTC"
    sync_minutes: Positive = 60
    digest_channel: str = ""
    digest_day: Weekday = "mon"
    digest_hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 8
    digest_minute: Annotated[int, msgspec.Meta(ge=0, le=59)] = 0
    grace_minutes: Positive = 720


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be configured. `config.example.toml` says what each key means, with its unit."""

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


# What each secret is called: in the environment, and the key of [slack] that may name a file instead.
SECRETS: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": "bot_token_file",
    "SLACK_APP_TOKEN": "app_token_file",
    "SLACK_SIGNING_SECRET": "signing_secret_file",
}


def load_config(path: Path) -> Config:
    """Return the config in the TOML file at `path`; paths in it are taken from the folder it stands in.

    Raises:
        ConfigError: the file is missing or no TOML, or a key is unknown or has a value it cannot have.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            N_("The config file {path} cannot be read: {why}."),
            N_("Copy config.example.toml there and fill it in, or name another with --config."),
            path=path,
            why=getattr(error, "strerror", None) or "it is not UTF-8",
        ) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(N_("{path} is not valid TOML: {why}."), path=path, why=error) from error
    _refuse_unknown(raw, Config, path)
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise ConfigError(
            N_("{path}: the key {key} cannot be used: {why}."),
            N_("config.example.toml says what it takes."),
            path=path,
            key=where.rstrip("`") or "?",
            why=what,
        ) from error
    return _beside(config, path.resolve().parent)


def _refuse_unknown(raw: Mapping[str, Any], struct: type[msgspec.Struct], path: Path, prefix: str = "") -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in raw.items():
        if key not in fields:
            near = find_nearest(key, fields, 1, 0.6) or sorted(fields)
            raise ConfigError(
                N_("{path}: there is no key {key}."), N_("Did you mean {near}?"),
                path=path, key=prefix + key, near=", ".join(prefix + name for name in near),
            )  # fmt: skip
        if isinstance(value, Mapping) and isinstance(fields[key], type) and issubclass(fields[key], msgspec.Struct):
            _refuse_unknown(value, fields[key], path, f"{prefix}{key}.")


def _beside(config: Config, folder: Path) -> Config:
    """Return the config with every path in it made absolute, from `folder`."""

    def placed(value: str) -> str:
        return str(folder / Path(value).expanduser()) if value else value

    return msgspec.structs.replace(
        config,
        workbook=msgspec.structs.replace(config.workbook, path=placed(config.workbook.path)),
        google=msgspec.structs.replace(config.google, credentials_file=placed(config.google.credentials_file)),
        slack=msgspec.structs.replace(
            config.slack, **{key: placed(getattr(config.slack, key)) for key in SECRETS.values()}
        ),
        store=msgspec.structs.replace(config.store, path=placed(config.store.path)),
        benchmarks=msgspec.structs.replace(config.benchmarks, file=placed(config.benchmarks.file)),
    )


def load_playbook_of(config: Config) -> Playbook:
    """Return the playbook as the config wants it: with the company's own benchmarks, its product, so much advice.

    Raises:
        ConfigError: the file of benchmarks cannot be read, or something in it cannot be used.

    """
    from core.playbook import playbook  # What only reads the config should not pay for numpy.

    found, path = playbook.load_playbook(), config.benchmarks.file
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                N_("The file {path} of the key benchmarks.file cannot be read: {why}."),
                path=path,
                why=getattr(error, "strerror", None) or "it is not UTF-8",
            ) from error
        found = playbook.extend_playbook(found, text, Path(path).name)
    return replace(found, product=config.company.product or None, most=config.advice.most)


def secret(name: str, slack: Slack) -> str:
    """Return the secret `name` (a key of SECRETS), from the environment or the file that the config names.

    Raises:
        ConfigError: it is in neither place. The value never appears in the error.

    """
    value = os.environ.get(name, "").strip()
    key = SECRETS[name]
    path = getattr(slack, key)
    if not value and path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(
                N_("The file of the key slack.{key} cannot be read: {why}."), key=key, why=error.strerror
            ) from error
    if not value:
        raise ConfigError(
            N_("The secret {name} is missing."),
            N_("Set the environment variable {name}, or name a file that holds it in the key slack.{key}."),
            name=name,
            key=key,
        )
    return value
