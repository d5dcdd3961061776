"""The work behind each request: answer it, deliver the answer, report errors to the person and to the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

from bot.messages.kit.message import Message
from bot.service.faults import report_fault
from bot.service.log import get_log, open_request
from bot.slack.request import Request
from core.errors import NrrbotError, SlackError

LOG = get_log("nrrbot.slack")

BuildMessage = Callable[[Request], Message]
BuildErrorMessage = Callable[[NrrbotError, Request], Message]


@dataclass(frozen=True, slots=True)
class Worker:
    """Answers requests on the app's threads. The person always gets a reply; the log gets one line.

    Attributes:
        builders: by the name of an action's call, the function that builds its message.
        build_error: puts an error into a message.

    """

    builders: Mapping[str, BuildMessage]
    build_error: BuildErrorMessage

    def answer(
        self, call: str, request: Request, deliver: Callable[[Message], None], deliver_error: Callable[[Message], None]
    ) -> None:
        """Build the message and pass it to `deliver`; where that fails, pass the reason to `deliver_error`."""
        with open_request():
            started = perf_counter()
            outcome = self._answer(call, request, deliver, deliver_error)
            milliseconds = round((perf_counter() - started) * 1000)
            LOG.info("request", call=call, milliseconds=milliseconds, outcome=outcome)

    def refuse(self, error: NrrbotError, request: Request) -> Message:
        """Return the message for a request that is not answered, and log that."""
        LOG.warning("request", outcome="refused", reason=error.problem)
        return self.build_error(error, request)

    def deliver_refusal(self, message: Message, deliver: Callable[[Message], None]) -> None:
        """Pass the message of a refusal to `deliver`; where Slack refuses it, the log has it already."""
        try:
            deliver(message)
        except NrrbotError as error:
            LOG.warning("the person did not receive the refusal", reason=str(error))
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            report_fault(error, "a refusal")

    def _answer(
        self, call: str, request: Request, deliver: Callable[[Message], None], deliver_error: Callable[[Message], None]
    ) -> str:
        """Answer a request and return the outcome: `answered`, or the kind of the error that was reported."""
        try:
            deliver(self.builders[call](request))
        except NrrbotError as error:
            if isinstance(error, SlackError):
                LOG.warning("Slack did not take the answer", reason=str(error))
            self._report(error, request, deliver_error)
            return type(error).__name__
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            self._report(report_fault(error, "an answer"), request, deliver_error)
            return "fault"
        return "answered"

    def _report(self, error: NrrbotError, request: Request, deliver_error: Callable[[Message], None]) -> None:
        try:
            deliver_error(self.build_error(error, request))
        except NrrbotError as failure:
            LOG.error("the person did not receive the error", kind=type(error).__name__, reason=str(failure))  # noqa: TRY400 - in words
        except Exception as fault:  # noqa: BLE001 - a thread's last handler
            report_fault(fault, "the report of an error")
