"""What digests cost that are due in the same minute: their build, and their way to Slack.

As a program: build and send them, and print the measures. STORE API_URL.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import combinations, pairwise, product
from pathlib import Path

import msgspec

from bot.jobs.delivery.digests import build_sender, plan_digests
from bot.jobs.delivery.recipients import Recipients
from bot.service.analyst import Analyst
from bot.slack.client import build_web_client
from core.config import SECRETS, Config, Slack, read_secret
from core.config import Store as StoreConfig
from core.schedules import Schedule
from core.store.outgoing.deliveries import LEASE
from core.store.outgoing.subscriptions import Subscription
from tests.support.generate import VALUES
from tests.support.slack.server import Channel, SlackServer, User

SUBSCRIPTIONS, CUTS, CHANNELS = 1_000, 200, 100
DUE = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)


class Measured(msgspec.Struct, frozen=True):
    """The measures of all digests.

    Attributes:
        build: seconds of CPU time to build them.
        send: seconds to send them, with their threads.
        send_cpu: seconds of CPU time of that.
        growth: the memory after the last one, next to that after a quarter of them.
        posted: the number of digests that are there.
        closest: the least seconds between two messages to one channel.

    """

    build: float
    send: float
    send_cpu: float
    growth: float
    posted: int = 0
    closest: float = 0.0


def measure_digests(path: Path) -> Measured:
    """Send the digests of a store with a snapshot of `tests.support.generate.company`."""
    with SlackServer() as slack:
        slack.channels |= {name: Channel(name, f"team{number}") for number, name in enumerate(list_channels())}
        slack.users |= {name: User(name, f"person{number}") for number, name in enumerate(list_people())}
        secrets = dict(zip(SECRETS, (slack.bot_token, slack.app_token, slack.signing_secret), strict=True))
        command = [sys.executable, "-m", "tests.measured.digests", str(path), slack.api_url]
        ran = subprocess.run(command, env=os.environ | secrets, check=True, stdout=subprocess.PIPE)
        times: dict[str, list[float]] = {}
        for call in slack.called("chat.postMessage"):
            channel = call.args["channel"]
            times.setdefault(slack.open_direct(channel) if channel in slack.users else channel, []).append(call.at)
        posted = [message for messages in slack.posted.values() for message in messages if "thread_ts" not in message]
        closest = min(after - before for moments in times.values() for before, after in pairwise(moments))
        measured = msgspec.json.decode(ran.stdout, type=Measured)
        return msgspec.structs.replace(measured, posted=len(posted), closest=closest)


def list_channels() -> list[str]:
    return [f"C0{number:03d}" for number in range(CHANNELS)]


def list_people() -> list[str]:
    return [f"U0P{number:03d}" for number in range(SUBSCRIPTIONS // 2)]


def list_cuts() -> list[str]:
    """Return lines of one, two and three values."""
    columns = [[f"{name}={value}" for value in values] for name, values in VALUES.items()]
    lines = (line for size in (1, 2, 3) for chosen in combinations(columns, size) for line in product(*chosen))
    return [" ".join(line) for line, _ in zip(lines, range(CUTS), strict=False)]


def list_subscriptions() -> Iterator[Subscription]:
    """Yield as many of channels as of people."""
    people, channels, cuts = list_people(), list_channels(), list_cuts()
    for number in range(SUBSCRIPTIONS):
        owner = people[number // 2]
        recipient = owner if number % 2 else channels[number // 2 % CHANNELS]
        schedule = Schedule("weekly", 0, 6, 0, "UTC")
        # Each channel has other cuts each time: the same cut of a channel is one subscription.
        cut = cuts[(number * 7 + number // CUTS) % CUTS]
        yield Subscription(0, recipient, owner, cut, "", "digest", schedule, "", DUE - dt.timedelta(days=1))


def main(path: str, api_url: str) -> None:
    """Plan, build and send, one after the other."""
    config = Config(slack=Slack(api_url=api_url), store=StoreConfig(path))
    analyst = Analyst.open(config, lambda: DUE)
    analyst.load_newest()
    for subscription in list_subscriptions():
        analyst.store.subscriptions.add(subscription)
    client = build_web_client(read_secret("SLACK_BOT_TOKEN", config.slack), api_url)
    plan_digests(Recipients.build(analyst, client, analyst.clock), DUE)
    sender, memory = build_sender(analyst, client, DUE), list[int]()
    cpu = time.process_time()
    for due in analyst.store.deliveries.list_due(DUE):
        claimed = analyst.store.deliveries.claim(due.kind, due.key, DUE)
        if claimed:
            sender.office.prepare(claimed)
        memory.append(_read_memory())
    build, cpu = time.process_time() - cpu, time.process_time()
    began = time.monotonic()
    # What was built is kept with the claim, which anyone may take over once its lease is over.
    build_sender(analyst, client, DUE + LEASE).send_due()
    sent = time.monotonic() - began
    growth = memory[-1] / memory[len(memory) // 4]
    print(json.dumps({"build": build, "send": sent, "send_cpu": time.process_time() - cpu, "growth": growth}))  # noqa: T201 - the result


def _read_memory() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
