"""The work behind each request: check, answer and deliver it, report errors to the person alone and to the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from bot.messages.kit.message import Message
from bot.service.access.gate import Gate
from bot.service.access.viewer import Viewer
from bot.service.buttons.once import Once
from bot.service.faults import report_fault
from bot.service.log import get_log, open_request
from bot.slack.actions import Call
from bot.slack.background.outbox import Outbox
from bot.slack.request import Request, Response
from core.errors import NrrbotError, SlackError

LOG = get_log("nrrbot.slack")

BuildResponse = Callable[[Request], Response]
BuildErrorMessage = Callable[[NrrbotError, Request], Message]


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a message to its readers.

    Attributes:
        destination: where it goes: messages to one destination are sent one after the other.
        send: sends it.
        give_up: called with the error where it was not sent.

    """

    destination: str
    send: Callable[[Message], None]
    give_up: Callable[[Exception], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Worker:
    """Answers requests on the app's threads. The person always gets a reply; the log gets one line.

    Attributes:
        builders: by the name of an action's call, the function that builds its response.
        build_error: puts an error into a message.
        gate: decides what the person, or the readers of the channel, may see.
        once: remembers the requests that were handled.
        outbox: sends messages.

    """

    builders: Mapping[Call, BuildResponse]
    build_error: BuildErrorMessage
    gate: Gate
    once: Once
    outbox: Outbox

    def answer(self, call: Call, request: Request, public: Route, private: Route) -> None:
        """Answer a request: by `public`, or by `private` where that is for the person alone, as errors always are."""
        with open_request():
            work = _Work(self, call, request, perf_counter())
            try:
                if request.key and self.once.claim(request.key):
                    work.log("repeated")
                    return
                response = self.builders[call](replace(request, viewer=self._admit(call, request)))
            except Exception as error:  # noqa: BLE001 - a thread's last handler
                work.report(error, private)
                return
            route = private if response.is_private else public

            def give_up(error: Exception) -> None:
                route.give_up(error)
                work.report(error, private)

            self.outbox.submit(route.destination, lambda: work.deliver(response.message, route), give_up)

    def _admit(self, call: Call, request: Request) -> Viewer:
        """Return who will see the answer, and what they may see.

        Raises:
            AccessError: they may see no figures.

        """
        viewer = self.gate.admit_person(request.user, call)
        if not request.public:
            return viewer
        # A mention proves that the bot is in the channel, a button does not.
        posts = not request.command
        return self.gate.admit_readers(viewer, request.channel, is_external=request.is_external, posts=posts)

    def refuse(self, error: NrrbotError, request: Request) -> Message:
        """Return the message for a request that is not answered, and log that."""
        LOG.warning("request", outcome="refused", reason=error.problem)
        return self.build_error(error, request)

    def deliver_refusal(self, error: NrrbotError, request: Request, route: Route) -> None:
        """Send the reason why a request is not answered, once; where Slack refuses that, the log has it already."""
        message = self.refuse(error, request)
        try:
            if request.key and self.once.claim(request.key):
                return
        except NrrbotError as failure:
            _log_lost_refusal(failure)
        else:
            self.outbox.submit(route.destination, lambda: route.send(message), _log_lost_refusal)


@dataclass(frozen=True, slots=True)
class _Work:
    """A request that is being answered, since a moment of `perf_counter`."""

    worker: Worker
    call: Call
    request: Request
    started: float

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
            private.send(self.worker.build_error(shown, replace(self.request, public=False)))
            self.log(outcome)

        self.worker.outbox.submit(private.destination, send, log_failure)

    def log(self, outcome: str) -> None:
        milliseconds = round((perf_counter() - self.started) * 1000)
        LOG.info("request", call=self.call, milliseconds=milliseconds, outcome=outcome)


def _log_lost_refusal(error: Exception) -> None:
    if isinstance(error, NrrbotError):
        LOG.warning("the person did not receive the refusal", reason=str(error))
    else:
        report_fault(error, "a refusal")
