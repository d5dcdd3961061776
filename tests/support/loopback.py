"""The guard of the tests: no connection leaves this machine."""

from __future__ import annotations

import ipaddress
from typing import Any

connected_hosts: list[str] = []  # every address that this process has connected to
refused_hosts: list[str] = []  # those of them that are not this machine


def guard_connections(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each host that a socket connects to, and refuse all but this machine; an audit hook."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        connected_hosts.append(host)
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            refused_hosts.append(host)
            raise ConnectionRefusedError(f"a test wants to connect to {host}")
