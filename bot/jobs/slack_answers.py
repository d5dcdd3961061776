"""The messages that Slack's app sends: answers, what buttons do, errors. Each is built from the analyst's replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.jobs.administration import Administration
from bot.jobs.home import HomeViews
from bot.locale.readers import Reader
from bot.messages.asking.question_modal import build_option
from bot.messages.corrections.wrong_figure import build_doubt_modal, build_receipt
from bot.messages.freshness.unreadable import list_repair_buttons
from bot.messages.kit.layout import render
from bot.messages.kit.markup import escape
from bot.messages.kit.message import Block, Message
from bot.messages.kit.parts import Button, Note
from bot.messages.status.errors import build_error_message
from bot.service.access.viewer import NamesWithheldError
from bot.service.analyst import Analyst
from bot.service.choosing.choices import Choices
from bot.service.commands import Reply
from bot.service.digests.building import rebuild_digest
from bot.service.digests.requests import DigestRequests, find_digest_words
from bot.service.log import name_command
from bot.slack.app import Builders
from bot.slack.background.doubts import DoubtBuilders
from bot.slack.background.sharing import Shared
from bot.slack.home import HomeBuilders
from bot.slack.request import Request, Response
from core.errors import N_, NrrbotError, QuestionError


@dataclass(frozen=True, slots=True)
class SlackAnswers:
    """Builds the messages, each in the language of its readers.

    Attributes:
        analyst: the analyst.
        administration: carries out the requests of administrators.
        digests: answers requests about digests.

    """

    analyst: Analyst
    administration: Administration
    digests: DigestRequests

    def list_builders(self) -> Builders:
        """Return the functions that build messages, for the app."""
        home = HomeViews(self.analyst)
        return Builders(
            {
                "answer": self.answer,
                "choose": self.choose,
                "define": self.define,
                "csv": self.write_csv,
                "refresh": self.refresh,
                "fix": self.explain_fix,
                "read": self.administration.sync,
                "digest": self.change_digest,
                "names": self.show_names,
            },
            self.describe_shared,
            self.describe_error,
            {"another": self.build_question_modal},
            DoubtBuilders(
                self.analyst.config.access.administrators,
                lambda request: build_doubt_modal(request.asker.translate),
                self.describe_doubt,
                lambda request, notified, missed: build_receipt(notified, missed, request.asker.translate),
            ),
            HomeBuilders(home.build_view, home.build_message_view, home.read_setting, home.find_shown),
            self.list_options,
        )

    def answer(self, request: Request) -> Response:
        """Answer a question, or give the answer of a button again as the person saw it."""
        words = find_digest_words(request.text) if request.command else None
        if words is not None:
            return self._answer_digest(request, words)
        try:
            return self._answer(request)
        except NamesWithheldError:
            if not request.command:
                raise
            # The question was asked in the channel; the answer is for the person alone.
            viewer = replace(request.viewer, sees_names=True, channel="")
            alone = replace(request, viewer=viewer, public=False, readers=request.asker)
            return Response(self._say_private(self._answer(alone).message, request), is_private=True)

    def _answer(self, request: Request) -> Response:
        if not request.command:
            state = self.analyst.read_state(request.state)
            return self._respond(lambda analyst: analyst.reply_to_state(state), request, f"/{state.command} {state.q}")
        text = request.text or self._find_own_segment(request)
        return self._respond(lambda analyst: analyst.reply(request.command, text), request, request.question)

    def choose(self, request: Request) -> Response:
        """Answer the question that a person chose in a menu or in the modal.

        Raises:
            QuestionError: nothing was chosen.

        """
        choice = request.choice
        if choice is None:
            raise QuestionError(N_("Nothing was chosen."), N_("Choose a segment."))

        command, line = choice.command, choice.line
        if not command:
            state = self.analyst.read_state(request.state)
            command, line = f"/{state.command}", state.q

        def reply(analyst: Analyst) -> Reply:
            return Choices(analyst).choose(command, line, choice.segment, choice.period)

        return self._respond(reply, request, command)

    @staticmethod
    def _say_private(message: Message, request: Request) -> Message:
        text = request.asker.translate(
            N_("Only you see this answer: it names accounts, which this channel does not show.")
        )
        note = render([Note(text)])
        return replace(message, text=f"{message.text}\n\n{note.text}", blocks=(*message.blocks, *note.blocks))

    def define(self, request: Request) -> Response:
        """Explain the figures of an answer."""
        name_command("definition")
        return Response(self._serve(request, request.readers).define(self.analyst.read_state(request.state)))

    def write_csv(self, request: Request) -> Response:
        """Write the rows of an answer as a file."""
        name_command("csv")
        return Response(self._serve(request, request.readers).write_csv(self.analyst.read_state(request.state)))

    def refresh(self, request: Request) -> Response:
        """Answer the question of a button about the newest data."""
        state = self.analyst.read_state(request.state)
        return self._respond(lambda analyst: analyst.refresh(state), request, f"/{state.command} {state.q}")

    def explain_fix(self, request: Request) -> Response:
        """Say why the sheet cannot be read, and how to fix it."""
        name_command("fix")
        return Response(self._serve(request, request.readers).explain_failure())

    def show_names(self, request: Request) -> Response:
        """Show the digest of a button with its names."""
        name_command("digest")
        analyst = self._serve(request, request.readers)
        with analyst.audit.record_refusal(request.viewer):
            message = rebuild_digest(analyst, analyst.read_state(request.state))
        analyst.audit.record(request.viewer, "answered")
        return Response(message)

    def change_digest(self, request: Request) -> Response:
        """Answer a button of a digest, or of a subscription."""
        name_command("digest")
        return Response(self._find_digests(request).press(request.action, request.state))

    def _answer_digest(self, request: Request, words: str) -> Response:
        """Answer a request about digests, to the person alone."""
        name_command("digest")
        return Response(self._find_digests(request).answer(words, request.channel), is_private=True)

    def _find_digests(self, request: Request) -> DigestRequests:
        viewer = replace(request.viewer, sees_names=True, channel="") if request.public else request.viewer
        analyst = self.analyst.serve(viewer).speak(request.asker.translate)
        return replace(self.digests, analyst=analyst, zone=request.asker.zone)

    def describe_shared(self, shared: Shared, request: Request) -> Message:
        """Say who shared an answer before, with a link to it; where it may be lost, with a button to post it again."""
        translate = request.asker.translate
        name = shared.name or translate(N_("A colleague"))
        template = {
            "posted": N_("{person} has shared this answer already."),
            "waiting": N_(
                "{person} is sharing this answer. If it is not in the channel in 6 minutes, press Share again."
            ),
            "uncertain": N_(
                "{person} has shared this answer, but it may be lost. If it is not in the channel, post it again."
            ),
        }[shared.outcome]
        plain, marked = translate(template, person=name), translate(template, person=f"<@{shared.person}>")
        if shared.outcome == "uncertain":
            message = _mention(plain, marked)
            buttons = render([Button(translate(N_("Post it again")), "again", request.state)])
            return replace(message, blocks=(*message.blocks, *buttons.blocks))
        if not shared.link:
            return _mention(plain, marked)
        label = translate(N_("Open it"))
        return _mention(f"{plain} {shared.link}", f"{marked} <{shared.link}|{label}>")

    @staticmethod
    def describe_error(error: NrrbotError, request: Request) -> Message:
        """Say why there is no answer, to the person who asked."""
        return build_error_message(error, request.asker.translate)

    def build_question_modal(self, request: Request) -> dict[str, Any]:
        """Return the modal that asks the question of a button about another segment or period."""
        return Choices(self._serve(request, request.asker)).build_modal(self.analyst.read_state(request.state))

    def describe_doubt(self, request: Request, name: str, administrator: Reader) -> Message:
        """Return the message to an administrator about a figure that a reader takes for wrong."""
        name_command("doubt")
        state = self.analyst.read_state(request.state)
        return self._serve(request, administrator).describe_doubt(state, name, request.text, request.asker.language)

    def list_options(self, request: Request) -> Sequence[Block]:
        """Return the options of a menu for the words that were typed into it: of segments, or of a setting."""
        analyst, setting = self._serve(request, request.asker), request.state.removeprefix("setting:")
        if setting != request.state:
            options = HomeViews.list_options(setting, request.text, analyst)
        else:
            options = Choices(analyst).list_segments(request.text)
        return [build_option(option) for option in options]

    def _respond(self, ask: Callable[[Analyst], Reply], request: Request, question: str) -> Response:
        """Return the response of a reply; where the whole channel reads it, it names the person who asked.

        Args:
            ask: returns the reply of an analyst. An error in it is for the person who asked.
            request: the request.
            question: the question as typed.

        """
        try:
            reply = ask(self._serve(request, request.readers))
        except QuestionError:
            if request.readers != request.asker:
                ask(self._serve(request, request.asker))
            raise
        name_command(reply.command)
        if reply.command == "sync":
            return self.administration.sync(request)
        if reply.command == "digest":
            return self._answer_digest(request, "preview")
        if reply.is_private:
            return Response(ask(self._serve(request, request.asker)).message(), is_private=True)
        message = reply.message()
        if reply.is_stale:
            message = self._add_fixes(message, request)
        if request.public and message.blocks:
            message = self._name_asker(message, request, question)
        return Response(message)

    def _find_own_segment(self, request: Request) -> str:
        """Return the segment of a command without words; empty in a channel, and for one that the sheet lost."""
        segment = "" if request.public else request.asker.own.segment
        if segment and self.analyst.find_snapshot():
            return segment if Choices(self._serve(request, request.asker)).find_option(segment) else ""
        return ""

    def _serve(self, request: Request, reader: Reader) -> Analyst:
        """Return the analyst that answers a request as the gate allows it, in the language of a reader."""
        return self.analyst.serve(request.viewer).speak(reader.translate)

    def _add_fixes(self, message: Message, request: Request) -> Message:
        """Return a message with buttons below its first line, which says that the data is stale."""
        can_sync = not request.public and request.viewer.is_administrator
        buttons = list_repair_buttons(request.readers.translate, can_sync=can_sync)
        first, *others = message.blocks
        return replace(message, blocks=(first, *render(buttons).blocks, *others))

    @staticmethod
    def _name_asker(message: Message, request: Request, question: str) -> Message:
        translate, person = request.readers.translate, f"<@{request.user}>"
        text = translate(N_("{person} asked: {question}"), person=person, question=escape(question))
        return replace(message, blocks=(*message.blocks, _build_context_block(text)))


def _mention(plain: str, marked: str) -> Message:
    """Return a message with a mention or a link in its blocks, and none in its text."""
    return Message(plain, ({"type": "section", "text": {"type": "mrkdwn", "text": marked}},))


def _build_context_block(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
