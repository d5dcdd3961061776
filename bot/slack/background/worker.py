"""The work behind each request: check, answer and deliver it, report errors to the person alone and to the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

from bot.messages.kit.message import Block, Message
from bot.service.access.gate import Gate
from bot.service.access.viewer import Viewer
from bot.service.buttons.once import Once
from bot.service.faults import report_fault
from bot.service.log import get_log, open_request
from bot.service.monitoring.metrics import count_request
from bot.service.turns import Turns
from bot.slack.actions import Call
from bot.slack.background.outbox import Outbox
from bot.slack.background.routes import Route
from bot.slack.request import Request, Response
from core.errors import NrrbotError, SlackError

LOG = get_log("nrrbot.slack")
# After this time a channel is asked about again before a message is posted in it: the least that Slack asks to wait.
ADMITTED_SECONDS = 1.0

BuildResponse = Callable[[Request], Response]
BuildErrorMessage = Callable[[NrrbotError, Request], Message]
BuildView = Callable[[Request], dict[str, Any]]
ListOptions = Callable[[Request], Sequence[Block]]


@dataclass(frozen=True, slots=True)
class Worker:
    """Answers requests on the app's threads. The person always gets a reply; the log gets one line.

    Attributes:
        builders: by the name of an action's call, the function that builds its response.
        build_error: puts an error into a message.
        gate: decides what the person, or the readers of the channel, may see.
        address: returns a request with its readers, as far as Slack was asked about them.
        once: remembers the requests that were handled.
        looking: the threads that ask Slack who asks and who reads, in turns by person and by channel.
        turns: the threads that answer, in turns by person.
        outbox: sends messages.

    Work begins on the threads that answer. Slack may be slow to say who someone is: only `looking` waits for it.

    """

    builders: Mapping[Call, BuildResponse]
    build_error: BuildErrorMessage
    gate: Gate
    address: Callable[[Request], Request]
    once: Once
    looking: Turns
    turns: Turns
    outbox: Outbox

    def answer(self, call: Call, request: Request, public: Route, private: Route) -> None:
        """Answer a request: by `public`, or by `private` where that is for the person alone, as errors always are."""

        def send_answer(work: _Work, request: Request) -> None:
            admitted = perf_counter()
            response = self.builders[call](request)
            route = private if response.is_private else public

            def send() -> None:
                if request.public and not response.is_private and perf_counter() - admitted > ADMITTED_SECONDS:
                    self._admit_again(request)
                work.deliver(response.message, route)

            def give_up(error: Exception) -> None:
                route.give_up(error)
                work.report(error, private)

            self.outbox.submit(route.destination, send, give_up, lambda: route.give_up(None))
            if response.follow:
                response.follow(lambda message: self._send_later(message, private))

        self._handle(call, request, private, send_answer, self.turns)

    def open_view(
        self,
        call: Call,
        build: BuildView,
        request: Request,
        private: Route,
        send: Callable[[Any], object],
        turns: Turns | None = None,
    ) -> None:
        """Build a view for a person and send it, on the threads of `turns`: Slack takes it within three seconds."""

        def send_view(work: _Work, request: Request) -> None:
            send(build(request))
            work.log("opened")

        self._handle(call, request, private, send_view, turns or self.turns)

    def list_options(
        self, build: ListOptions, request: Request, turns: Turns, send: Callable[[Sequence[Block]], None]
    ) -> None:
        """Send the options of a menu; none for a person who may see no figures, and after an error."""

        def attempt(step: Callable[[], None]) -> None:
            try:
                step()
            except NrrbotError as error:
                LOG.warning("a menu has no options", kind=type(error).__name__, reason=error.problem)
                send(())
            except Exception as error:  # noqa: BLE001 - a thread's last handler
                report_fault(error, "the options of a menu")
                send(())

        def admit() -> None:
            viewer = self.gate.admit_person(request.user, "options")

            def fill() -> None:
                send(build(self.address(replace(request, viewer=viewer))))

            if turns.has_current_thread():
                fill()
            else:
                turns.submit(request.user, partial(copy_context().run, attempt, fill))

        with open_request():
            if self.gate.is_known(request.user):
                attempt(admit)
            else:
                attempt(lambda: self.looking.submit(request.user, partial(copy_context().run, attempt, admit)))

    def _handle(
        self, call: Call, request: Request, private: Route, act: Callable[[_Work, Request], None], turns: Turns
    ) -> None:
        """Act on a request once, on `turns`, where its readers may see figures; errors reach the person."""

        def begin() -> None:
            if self.gate.is_known(request.user):
                admit_person()
            else:
                queue(self.looking, request.user, admit_person)

        def admit_person() -> None:
            if request.key and self.once.claim(request.key):
                work.log("repeated")
                return
            admitted = replace(request, viewer=self.gate.admit_person(request.user, call))
            if request.public:
                queue(self.looking, request.channel, partial(admit_readers, admitted))
            else:
                queue(turns, request.user, partial(start, admitted))

        def admit_readers(request: Request) -> None:
            viewer = self._admit_readers(request.viewer, request)
            queue(turns, request.user, partial(start, replace(request, viewer=viewer)))

        def start(request: Request) -> None:
            act(work, self.address(request))

        def queue(threads: Turns, owner: str, step: Callable[[], None]) -> None:
            if threads is turns and turns.has_current_thread():
                step()
            else:
                threads.submit(owner, partial(copy_context().run, work.attempt, step, private))

        with open_request():
            work = _Work(self, call, request, perf_counter())
            work.attempt(begin, private)

    def _send_later(self, message: Message, private: Route) -> None:
        self.outbox.submit(private.destination, lambda: private.send(message), _log_lost_message)

    def _admit_readers(self, viewer: Viewer, request: Request) -> Viewer:
        # A mention proves that the bot is in the channel, a button does not.
        posts = not request.command
        return self.gate.admit_readers(viewer, request.channel, is_external=request.is_external, posts=posts)

    def _admit_again(self, request: Request) -> None:
        """Check that those who read a channel may see an answer that has waited for it.

        Raises:
            AccessError: another company reads the channel by now, or its readers may not see names any more.

        """
        viewer = self._admit_readers(request.viewer, request)
        if request.viewer.sees_names and not viewer.sees_names:
            raise viewer.refuse_names(request.action)

    def refuse(self, error: NrrbotError, request: Request) -> Message:
        """Return the message for a request that is not answered, and log that."""
        LOG.warning("request", outcome="refused", reason=error.problem)
        count_request("refused")
        return self.build_error(error, self.address(request))

    def deliver_refusal(self, error: NrrbotError, request: Request, route: Route) -> None:
        """Send the reason why a request is not answered, once; where Slack refuses that, the log has it already."""
        message = self.refuse(error, request)
        try:
            if request.key and self.once.claim(request.key):
                return
        except NrrbotError as failure:
            _log_lost_message(failure)
        else:
            self.outbox.submit(route.destination, lambda: route.send(message), _log_lost_message)


@dataclass(frozen=True, slots=True)
class _Work:
    """A request that is being answered, since a moment of `perf_counter`."""

    worker: Worker
    call: Call
    request: Request
    started: float

    def attempt(self, step: Callable[[], None], private: Route) -> None:
        """Take a step; an error reaches the person."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            self.report(error, private)

    def deliver(self, message: Message, route: Route) -> None:
        route.send(message)
        self.log("answered")

    def report(self, error: Exception, private: Route) -> None:
        """Tell the person, and the log, why there is no answer."""
        if isinstance(error, NrrbotError):
            if isinstance(error, SlackError):
                LOG.warning("Slack did not take the answer", reason=str(error))
            shown, outcome = error, type(error).__name__
        else:
            shown, outcome = report_fault(error, "an answer"), "fault"

        def log_failure(failure: Exception) -> None:
            if isinstance(failure, NrrbotError):
                LOG.error("the person did not receive the error", kind=outcome, reason=str(failure))
            else:
                report_fault(failure, "the report of an error")
            self.log(outcome)

        def send() -> None:
            addressed = self.worker.address(replace(self.request, public=False))
            private.send(self.worker.build_error(shown, addressed))
            self.log(outcome)

        self.worker.outbox.submit(private.destination, send, log_failure)

    def log(self, outcome: str) -> None:
        seconds = perf_counter() - self.started
        LOG.info("request", call=self.call, milliseconds=round(seconds * 1000), outcome=outcome)
        count_request(outcome, seconds)


def _log_lost_message(error: Exception) -> None:
    if isinstance(error, NrrbotError):
        LOG.warning("the person did not receive a message", reason=str(error))
    else:
        report_fault(error, "a message")
