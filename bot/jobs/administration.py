"""The request of administrators in Slack that the sheet is read now, and its result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.locale.translator import Translator
from bot.messages.freshness.unreadable import build_sync_failure_message
from bot.messages.kit.message import Message
from bot.messages.status.errors import build_error_message
from bot.messages.status.sync import build_sync_message
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from bot.service.faults import report_fault
from bot.service.log import name_command
from bot.slack.request import Request, Response
from core.errors import N_, NrrbotError
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Administration:
    """Carries out the requests of administrators.

    Attributes:
        analyst: the analyst.
        request_sync: asks for a sync, and calls the given function at its end.

    """

    analyst: Analyst
    request_sync: Callable[[Callable[[], None]], str | None]

    def sync(self, request: Request) -> Response:
        """Have the sheet read now; the result follows.

        Raises:
            AccessError: the person is no administrator.

        """
        self._admit(request, "sync")
        name_command("sync")
        translate, since, earlier = request.asker.translate, self.analyst.clock(), self.analyst.find_snapshot()

        def follow(send: Callable[[Message], None]) -> None:
            self.request_sync(lambda: send(self._describe_sync(earlier, since, translate)))

        text = translate(N_("The data is being read. The result follows here."))
        return Response(Message(text), is_private=True, follow=follow)

    def _admit(self, request: Request, action: str) -> Viewer:
        """Return the administrator who makes a request, and record it.

        Raises:
            AccessError: the person is none.

        """
        viewer, audit = replace(request.viewer, action=action), self.analyst.audit
        with audit.record_refusal(viewer):
            viewer.require_administrator()
        audit.record(viewer, "done")
        return viewer

    def _describe_sync(self, earlier: Snapshot | None, since: dt.datetime, translate: Translator) -> Message:
        """Return the result of a sync that began after a moment."""
        try:
            newest, store = self.analyst.find_snapshot(), self.analyst.store
            source = self.analyst.source or (newest.source if newest else "")
            poll = store.find_poll(source)
            if poll and poll.failure and poll.failed_at and poll.failed_at >= since:
                return build_sync_failure_message(poll.failure, poll.fix, translate)
            if newest is None:
                return Message(translate(N_("Nothing was read yet.")))
            before = earlier.id if earlier else 0
            restated = sum(len(restatement.figures) for restatement in store.restatements(newest.source, before))
            return build_sync_message(newest, is_new=newest.id > before, restated=restated, translate=translate)
        except NrrbotError as error:
            return build_error_message(error, translate)
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            return build_error_message(report_fault(error, "the result of a sync"), translate)
