"""App Home: built from the answers to the questions that it shows, and renewed after a sync."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from bot.jobs.time_limit import UNLIMITED, TimeLimit
from bot.messages.asking.question_modal import MOST_OPTIONS, Option
from bot.messages.freshness.unreadable import describe_failure, list_repair_buttons
from bot.messages.home.figures import HomeAnswers, list_figure_parts
from bot.messages.home.onboarding import Step, list_onboarding_parts, list_warehouse_parts
from bot.messages.home.settings import NONE, Settings, build_home_view, render_settings
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import MessagePart, Paragraph
from bot.messages.status.errors import build_error_message
from bot.service.access.viewer import NO_ONE
from bot.service.analyst import Analyst
from bot.service.choosing.choices import Choices
from bot.service.log import get_log
from core.errors import N_, AccessError, NrrbotError, QuestionError
from core.store.requests.handled import HandledRequests
from core.store.requests.homes import HomeReaders
from core.text import fold

if TYPE_CHECKING:
    from bot.slack.client import WebClient
    from bot.slack.request import Request

LOG = get_log("nrrbot.jobs")
_LISTS = ("risks", "renewals")
_MOST_CUTS = 3  # of a reader who is limited to some segments


@dataclass(frozen=True, slots=True)
class HomeViews:
    """Builds the pages of App Home.

    Attributes:
        analyst: the analyst.

    """

    analyst: Analyst

    def build_view(self, request: Request, failure: Message | None = None) -> dict[str, Any]:
        """Return the page of a person: figures, or the way to the first ones, and their settings.

        Args:
            request: the request of the person.
            failure: what is said above all that; None for nothing.

        Raises:
            AccessError: the person may see no figures.

        """
        analyst = self.analyst.serve(request.viewer, is_recorded=False).speak(request.asker.translate)
        own, snapshot = request.asker.own, analyst.find_snapshot()
        has_figures = snapshot is not None
        with analyst.audit.record_refusal(request.viewer):
            request.viewer.require_admission()
            parts = self._list_figures(analyst, own.segment) if has_figures else self._list_steps(analyst)
        segment = Choices(analyst).find_option(own.segment) if has_figures and own.segment else None
        settings = Settings(own, segment, has_figures)
        above, blocks = failure.blocks if failure else (), list(render(parts).blocks)
        if snapshot and analyst.find_staleness(snapshot):
            # Below the first line, which says that the data is stale.
            buttons = list_repair_buttons(analyst.translate, can_sync=request.viewer.is_administrator)
            blocks[1:1] = render(buttons).blocks
        return build_home_view([*above, *blocks, *render_settings(settings, analyst.translate)])

    @staticmethod
    def build_message_view(message: Message) -> dict[str, Any]:
        """Return the page that has a message alone."""
        return build_home_view((message if message.blocks else render([Paragraph(message.text)])).blocks)

    def find_shown(self) -> str:
        """Return the data that a page shows now: another text is other data."""
        snapshot = self.analyst.find_snapshot()
        return f"{snapshot.id} {self.analyst.find_staleness(snapshot) is not None}" if snapshot else ""

    def read_setting(self, request: Request) -> tuple[str, str]:
        """Return the name and the value of a setting that a person chose.

        Raises:
            QuestionError: nothing was chosen, or the sheet does not have the segment any more.
            AccessError: the person may not ask about the segment.

        """
        if request.choice is None:
            raise QuestionError(N_("Nothing was chosen."), N_("Choose a segment."))
        name, value = request.choice.command.removeprefix("/"), request.choice.segment
        if value == NONE:
            return name, ""
        choices = Choices(self.analyst.serve(request.viewer))
        return name, choices.read_cut(value) if name == "segment" else value

    @staticmethod
    def list_options(name: str, typed: str, analyst: Analyst) -> list[Option]:
        """Return the options of the setting of a name, for the words that were typed."""
        translate = analyst.translate
        if name == "segment":
            return [Option(translate(N_("Whole company")), NONE), *Choices(analyst).list_segments(typed)][:MOST_OPTIONS]
        words = fold(typed).replace(" ", "_")
        zones = sorted(zone for zone in available_timezones() if "/" in zone and words in fold(zone))
        return [Option(translate(N_("As in Slack")), NONE), *(Option(zone, zone) for zone in zones)][:MOST_OPTIONS]

    @staticmethod
    def _list_figures(analyst: Analyst, segment: str) -> Sequence[MessagePart]:
        figures, failure = list[Message](), None
        cuts = _list_cuts(analyst, segment)
        for cut in cuts:
            try:
                reply = analyst.reply("/nrr", cut)
                figures.append(reply.message())
            except (AccessError, QuestionError) as error:
                failure = error  # a segment that is gone, or figures of others
        if not figures:
            raise failure or QuestionError(N_("There are no figures."))

        def answer(line: str) -> Message | None:
            try:
                return analyst.reply("/nrr", f"{line} {cuts[0]}".strip()).message()
            except (AccessError, QuestionError):
                return None

        # The problems are those of the whole company.
        snapshot = analyst.find_snapshot() if analyst.viewer.limits is None else None
        answers = HomeAnswers(
            figures,
            answer("targets"),
            answer("trend"),
            [message for line in _LISTS if (message := answer(line))],
            sum(snapshot.problems.values()) if snapshot else 0,
            analyst.find_problems_link(snapshot) if snapshot else "",
            is_of_warehouse=snapshot is not None and snapshot.is_of_warehouse,
        )
        return list(list_figure_parts(answers, analyst.translate))

    @staticmethod
    def _list_steps(analyst: Analyst) -> Sequence[MessagePart]:
        settings, source, translate = analyst.config.workbook, analyst.source, analyst.translate
        poll = analyst.store.find_poll(source) if source else None
        can_sync, failure = analyst.viewer.is_administrator, ""
        if analyst.config.warehouse.has_tables:
            return list(list_warehouse_parts(can_sync=can_sync, translate=translate))
        if poll and poll.failure:
            failure = describe_failure(poll.failure, poll.fix, translate, is_administrator=can_sync)
        step: Step = "read"
        if not (settings.google or settings.path):
            step = "name"
        elif failure:
            step = "share"
        sheet = settings.google if settings.google.startswith("https://") else ""
        return list(list_onboarding_parts(step, failure, sheet, can_sync=can_sync, translate=translate))


def _list_cuts(analyst: Analyst, segment: str) -> Sequence[str]:
    """Return the cuts of the figures of a page: the whole company, or what its reader is limited to, and their own."""
    allowed = Choices(analyst).list_allowed()[:_MOST_CUTS] or [""]
    return list(dict.fromkeys([*allowed, *filter(None, [segment])]))


def renew_homes(analyst: Analyst, client: WebClient, now: dt.datetime, limit: TimeLimit = UNLIMITED) -> None:
    """Publish the pages anew that show other data, of the people who opened theirs lately. Errors are logged.

    While Slack has trouble the pages stay as they are.

    Raises:
        StoreError: who opened theirs cannot be read.
        NrrbotError: the time of the run is over, and some are left.

    """
    from bot.service.access.gate import Gate
    from bot.slack.background.lookups import Lookups
    from bot.slack.background.readers import Readers, list_reader_choices
    from bot.slack.client import publish_home
    from bot.slack.errors import may_pass
    from bot.slack.request import Request

    views, lookups = HomeViews(analyst.serve(NO_ONE)), Lookups(client, analyst.clock)
    gate = Gate(analyst.config.access, lookups, analyst.audit)
    readers, shown = Readers(lookups, list_reader_choices(analyst)), views.find_shown()
    with closing(HandledRequests(analyst.store.path)) as requests:
        homes = HomeReaders(requests)
        for user in homes.list_outdated(shown, now):
            limit.check()
            request = Request("", "", user, "")
            try:
                try:
                    viewer = gate.admit_person(user, "renewal")
                    view = views.build_view(readers.address(replace(request, viewer=viewer)))
                except AccessError as error:
                    if may_pass(error):
                        raise
                    message = build_error_message(error, readers.find_person(user).translate)
                    view = views.build_message_view(message)
                publish_home(client, user, view)
            except NrrbotError as error:
                LOG.warning("a page was not renewed", kind=type(error).__name__, reason=str(error))
                if may_pass(error):
                    return  # the next poll renews this page and the others
            homes.renew(user, shown)
