"""The requests of administrators in Slack: read the sheet now, show and post the digest. Each reports its result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.locale.translator import Translator
from bot.messages.freshness.unreadable import build_sync_failure_message
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button
from bot.messages.status.errors import build_error_message
from bot.messages.status.sync import build_sync_message
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from bot.service.digests import build_weekly_message
from bot.service.faults import report_fault
from bot.service.log import name_command
from bot.slack.request import Request, Response
from core.errors import N_, NrrbotError, Sentence
from core.store.snapshots import Snapshot

_NO_VALUE = "digest"  # of a button that belongs to no answer: Slack takes none that is empty


@dataclass(frozen=True, slots=True)
class Administration:
    """Carries out the requests of administrators.

    Attributes:
        analyst: the analyst.
        request_sync: asks for a sync, and calls the given function at its end.
        deliver_digest: posts the digest of this week, and returns the outcome.

    """

    analyst: Analyst
    request_sync: Callable[[Callable[[], None]], str | None]
    deliver_digest: Callable[[dt.datetime], Sentence]

    def act(self, command: str, request: Request) -> Response | None:
        """Carry out a sub-command that acts; return None for one that answers.

        Raises:
            AccessError: the person is no administrator.

        """
        match command:
            case "sync":
                return self.sync(request)
            case "digest":
                return self.show_digest(request)
        return None

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

        text = translate(N_("The sheet is being read. The result follows here."))
        return Response(Message(text), is_private=True, follow=follow)

    def show_digest(self, request: Request) -> Response:
        """Show the digest of this week, with a button that posts it.

        Raises:
            AccessError: the person is no administrator.

        """
        viewer = self._admit(request, "digest")
        name_command("digest")
        analyst = self.analyst.serve(viewer).speak(request.asker.translate)
        message, _ = build_weekly_message(analyst, analyst.clock())
        if analyst.config.schedule.digest_channel:
            button = Button(analyst.translate(N_("Post it in its channel")), "post", _NO_VALUE, is_first=True)
            message = render([*message.parts, button])
        return Response(message, is_private=True)

    def post_digest(self, request: Request) -> Response:
        """Post the digest of this week in its channel, and report the outcome.

        Raises:
            NrrbotError: the person is no administrator, or it was not posted.

        """
        self._admit(request, "post")
        name_command("digest")
        outcome = self.deliver_digest(self.analyst.clock())
        return Response(Message(request.asker.translate.format_sentence(outcome)), is_private=True)

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
                return Message(translate(N_("Nothing was read from the workbook yet.")))
            before = earlier.id if earlier else 0
            restated = sum(len(restatement.figures) for restatement in store.restatements(newest.source, before))
            return build_sync_message(newest, is_new=newest.id > before, restated=restated, translate=translate)
        except NrrbotError as error:
            return build_error_message(error, translate)
        except Exception as error:  # noqa: BLE001 - a thread's last handler
            return build_error_message(report_fault(error, "the result of a sync"), translate)
