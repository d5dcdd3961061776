"""The notifications that systemd takes from a service of Type=notify."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def notify_systemd(state: str) -> None:
    """Send a state such as `READY=1`, if systemd has started this process and asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.settimeout(0)  # one that is lost matters less than a bot that waits
        notifier.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


def find_watchdog_seconds() -> float:
    """Return how often systemd expects `WATCHDOG=1`, in seconds; 0 if it does not."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
