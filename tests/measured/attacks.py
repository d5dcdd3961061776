"""Measure a bot under attack over HTTP; print JSON: seconds by measurement."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.service.serving import Serving
from bot.slack.request import Request, Response
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.server import serve_http
from tests.support.slack.server import SlackServer
from tests.support.slack.stage import Product, build_stage_app

CONNECTIONS, QUESTIONS, COMMANDS = 500, 600, 20
ANSWER_SECONDS = 0.05  # of one question


class SlowProduct(Product):
    """Takes some time for each question."""

    def reply(self, request: Request) -> Response:
        time.sleep(ANSWER_SECONDS)
        return super().reply(request)


def measure_acknowledgement(slack: SlackServer, serving: Serving) -> float:
    """Return the slowest acknowledgement of a signed command while connections send a byte now and then."""
    host, port = serving.address.removeprefix("http://").split(":")
    connections = [socket.create_connection((host, int(port))) for _ in range(CONNECTIONS)]
    head = f"POST {EVENTS_PATH} HTTP/1.1\r\nContent-Length: 1000\r\n\r\n".encode()
    slowest, end = 0.0, threading.Event()

    def trickle() -> None:
        for connection in connections:
            connection.sendall(head)
        while not end.wait(0.3):
            for connection in connections:
                connection.sendall(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    for _ in range(COMMANDS):
        slowest = max(slowest, slack.command("/nrr", "Q3", to=serving.address).seconds)
        time.sleep(0.1)
    end.set()
    thread.join()
    for connection in connections:
        connection.close()
    return slowest


def measure_other_person(slack: SlackServer, serving: Serving) -> float:
    """Return the seconds until a person has an answer while another one asks hundreds of questions."""

    def ask_all() -> None:
        for number in range(QUESTIONS):
            slack.command("/nrr", str(number), to=serving.address)
            if number == QUESTIONS // 4:
                begun.set()

    begun = threading.Event()
    thread = threading.Thread(target=ask_all)
    thread.start()
    begun.wait()
    start = time.perf_counter()
    sent = slack.command("/nrr", "mine", to=serving.address, user="U0LEA")
    slack.answers(sent.response_url)
    took = time.perf_counter() - start
    thread.join()
    return took


def main() -> None:
    logging.lastResort = None
    with SlackServer() as slack, TemporaryDirectory() as folder:
        app = build_stage_app(slack, SlowProduct(), Path(folder))
        serving = serve_http({EVENTS_PATH: build_wsgi_app(app)}, port=0, finish=app.finish)
        took = {"ack": measure_acknowledgement(slack, serving), "other": measure_other_person(slack, serving)}
        serving.stop()
    print(json.dumps(took))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
