"""The messages that Slack's app sends: answers, what buttons do, errors. Each is built from the analyst's replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.messages.kit.layout import render
from bot.messages.kit.markup import escape
from bot.messages.kit.message import Block, Message
from bot.messages.kit.parts import Button, Note
from bot.messages.status.errors import build_error_message
from bot.service.access.viewer import NamesWithheldError
from bot.service.analyst import Analyst
from bot.service.commands import Reply
from bot.service.digests import rebuild_digest_message
from bot.service.log import name_command
from bot.slack.app import Builders
from bot.slack.background.sharing import Shared
from bot.slack.request import Request, Response
from core.errors import N_

_NO_VALUE = "sheet"  # of a button that belongs to no answer: Slack takes none that is empty


@dataclass(frozen=True, slots=True)
class SlackAnswers:
    """Builds the messages.

    Attributes:
        analyst: the analyst.
        request_sync: asks for a sync; returns None where one is due already.

    """

    analyst: Analyst
    request_sync: Callable[[], str | None]

    def list_builders(self) -> Builders:
        """Return the functions that build messages, for the app."""
        return Builders(
            {
                "answer": self.answer,
                "define": self.define,
                "csv": self.write_csv,
                "refresh": self.refresh,
                "fix": self.explain_fix,
                "read": self.read_now,
                "names": self.show_names,
            },
            self.describe_shared,
            lambda error, _: build_error_message(error, self.analyst.translate),
        )

    def answer(self, request: Request) -> Response:
        """Answer a question, or give the answer of a button again as the person saw it."""
        try:
            return self._answer(request)
        except NamesWithheldError:
            if not request.command:
                raise
            # The question was asked in the channel; the answer is for the person alone.
            viewer = replace(request.viewer, sees_names=True, channel="")
            response = self._answer(replace(request, viewer=viewer, public=False))
            return Response(self._say_private(response.message), is_private=True)

    def _answer(self, request: Request) -> Response:
        analyst = self.analyst.serve(request.viewer)
        if request.command:
            return self._respond(analyst.reply(request.command, request.text), request, request.question)
        state = analyst.read_state(request.state)
        return self._respond(analyst.reply_to_state(state), request, f"/{state.command} {state.q}")

    def _say_private(self, message: Message) -> Message:
        text = self.analyst.translate(
            N_("Only you see this answer: it names accounts, which this channel does not show.")
        )
        note = render([Note(text)])
        return replace(message, text=f"{message.text}\n\n{note.text}", blocks=(*message.blocks, *note.blocks))

    def define(self, request: Request) -> Response:
        """Explain the figures of an answer."""
        name_command("definition")
        analyst = self.analyst.serve(request.viewer)
        return Response(analyst.define(analyst.read_state(request.state)))

    def write_csv(self, request: Request) -> Response:
        """Write the rows of an answer as a file."""
        name_command("csv")
        analyst = self.analyst.serve(request.viewer)
        return Response(analyst.write_csv(analyst.read_state(request.state)))

    def refresh(self, request: Request) -> Response:
        """Answer the question of a button about the newest data."""
        analyst = self.analyst.serve(request.viewer)
        state = analyst.read_state(request.state)
        return self._respond(analyst.refresh(state), request, f"/{state.command} {state.q}")

    def explain_fix(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a builder
        """Say why the sheet cannot be read, and how to fix it."""
        name_command("fix")
        return Response(self.analyst.explain_failure())

    def read_now(self, request: Request) -> Response:
        """Ask for a sync, for administrators.

        Raises:
            AccessError: the person is none.

        """
        name_command("read")
        with self.analyst.audit.record_refusal(request.viewer):
            request.viewer.require_administrator()
        self.analyst.audit.record(request.viewer, "done")
        self.request_sync()
        return Response(Message(self.analyst.translate(N_("The sheet is being read. Ask again in a minute."))))

    def show_names(self, request: Request) -> Response:
        """Show the digest of a button with its names."""
        name_command("digest")
        analyst = self.analyst.serve(request.viewer)
        with analyst.audit.record_refusal(request.viewer):
            message = rebuild_digest_message(analyst, analyst.read_state(request.state))
        analyst.audit.record(request.viewer, "answered")
        return Response(message)

    def describe_shared(self, shared: Shared) -> Message:
        """Say who shared an answer before, with a link to it."""
        translate = self.analyst.translate
        name = shared.name or translate(N_("A colleague"))
        if not shared.is_posted:
            template = N_("{person} is sharing this answer already. If it is not in the channel soon, ask again.")
            return _mention(translate(template, person=name), translate(template, person=f"<@{shared.person}>"))
        template = N_("{person} has shared this answer already.")
        plain, marked = translate(template, person=name), translate(template, person=f"<@{shared.person}>")
        if not shared.link:
            return _mention(plain, marked)
        label = translate(N_("Open it"))
        return _mention(f"{plain} {shared.link}", f"{marked} <{shared.link}|{label}>")

    def _respond(self, reply: Reply, request: Request, question: str) -> Response:
        """Return the response of a reply; where the whole channel reads it, it names the person who asked."""
        name_command(reply.command)
        message = reply.message()
        if reply.is_stale:
            message = self._add_fixes(message, request)
        if request.public and message.blocks and not reply.is_private:
            message = self._name_asker(message, request.user, question)
        return Response(message, reply.is_private)

    def _add_fixes(self, message: Message, request: Request) -> Message:
        """Return a message with buttons below its first line, which says that the data is stale."""
        buttons = [Button(self.analyst.translate(N_("How to fix it")), "fix", _NO_VALUE)]
        if not request.public and request.viewer.is_administrator:
            buttons.append(Button(self.analyst.translate(N_("Read it now")), "read", _NO_VALUE))
        first, *others = message.blocks
        return replace(message, blocks=(first, *render(buttons).blocks, *others))

    def _name_asker(self, message: Message, user: str, question: str) -> Message:
        text = self.analyst.translate(N_("{person} asked: {question}"), person=f"<@{user}>", question=escape(question))
        return replace(message, blocks=(*message.blocks, _build_context_block(text)))


def _mention(plain: str, marked: str) -> Message:
    """Return a message with a mention or a link in its blocks, and none in its text."""
    return Message(plain, ({"type": "section", "text": {"type": "mrkdwn", "text": marked}},))


def _build_context_block(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
