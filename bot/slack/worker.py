"""The work behind each request: answer it, deliver the answer, report errors to the person and to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.messages.kit.message import Message
from bot.service.faults import report_fault
from bot.slack.request import Request
from core.errors import NrrbotError, SlackError

LOG = logging.getLogger("nrrbot.app")

BuildMessage = Callable[[Request], Message]
BuildErrorMessage = Callable[[NrrbotError, Request], Message]


@dataclass(frozen=True, slots=True)
class Worker:
    """Answers requests on the app's threads. The person always gets a reply, and no secret reaches the log.

    Attributes:
        builders: by the name of an action's call, the function that builds its message.
        build_error: puts an error into a message.
        secrets: texts that must not appear in the log.

    """

    builders: Mapping[str, BuildMessage]
    build_error: BuildErrorMessage
    secrets: tuple[str, ...]

    def answer(
        self, call: str, request: Request, deliver: Callable[[Message], None], deliver_error: Callable[[Message], None]
    ) -> None:
        """Build the message and pass it to `deliver`; where that fails, pass the reason to `deliver_error`."""
        try:
            deliver(self.builders[call](request))
        except NrrbotError as error:
            self._report(error, request, deliver_error)
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            self._report(self.log_fault(error, request.question), request, deliver_error)

    def log_fault(self, error: Exception, during: str) -> NrrbotError:
        """Log an unexpected error under a short id and return the error to show to the person."""
        return report_fault(error, during, self.secrets)

    def _report(self, error: NrrbotError, request: Request, deliver_error: Callable[[Message], None]) -> None:
        try:
            if isinstance(error, SlackError):
                LOG.warning("Slack refused the answer to %r: %s", request.question, error)
            deliver_error(self.build_error(error, request))
        except NrrbotError as failure:
            LOG.error("%s did not receive the error %r: %s", request.user, str(error), failure)  # noqa: TRY400 - in words
        except Exception as fault:  # noqa: BLE001 - a thread's last handler
            self.log_fault(fault, request.question)
