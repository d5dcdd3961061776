"""The Bolt app: its threads, its tokens and its listeners. It knows nothing of retention.

Its caller passes four functions: they answer a question, explain its figures, write its rows, and put an error into a
message.
They run on their own threads, several at once, after the request was acknowledged to Slack.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

from bot.service.turns import Turns
from bot.slack.client import API_URL, SDK_LOG, build_web_client
from bot.slack.listeners import register_listeners
from bot.slack.worker import BuildErrorMessage, BuildMessage, Worker
from core.redaction import hide


class SlackApp(App):
    """A Bolt app with the threads that work out its answers.

    Bolt acknowledges on its own few threads; answers run elsewhere, so that slow ones never delay an acknowledgement.

    Attributes:
        answering: the threads that work out answers, in turns by person.
        refusing: the thread that tells people of questions that are too many.
        signing_secret: verifies requests over HTTP; empty without them.

    """

    answering: Turns
    refusing: Turns
    signing_secret: str

    def finish(self) -> None:
        """Answer the acknowledged requests, then end the threads. The app takes no request afterwards."""
        self.listener_runner.listener_executor.shutdown()
        self.answering.shutdown()
        self.refusing.shutdown()


def build_app(
    answer: BuildMessage,
    define: BuildMessage,
    write_csv: BuildMessage,
    build_error: BuildErrorMessage,
    *,
    bot_token: str,
    signing_secret: str | None = None,
    api_url: str = API_URL,
) -> SlackApp:
    """Return the app, ready to be served. Makes no network call.

    Args:
        answer: answers a Request.
        define: explains the figures in the answer to the same Request.
        write_csv: returns the rows of that answer as a file.
        build_error: puts an error into a Message for the person who made the Request.
        bot_token: `xoxb-...`.
        signing_secret: verifies requests over HTTP; None where only Socket Mode is used.
        api_url: the address of the Web API.

    """
    for secret in filter(None, (bot_token, signing_secret)):
        hide(secret)
    SDK_LOG.addFilter(_is_unexpected)
    app = SlackApp(
        name="bolt",  # Bolt sets the level of the logger of this name, and of those below it
        logger=SDK_LOG,
        # Bolt would call auth.test before it acknowledges the first request; one workspace needs no look-up.
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token
        ),
        client=build_web_client(None, api_url),
        request_verification_enabled=False,  # `build_wsgi_app` verifies before Bolt reads
        listener_executor=ThreadPoolExecutor(max_workers=8, thread_name_prefix="slack-ack"),
    )
    app.client.token = bot_token  # set late: with `authorize` Bolt warns of a token
    app.signing_secret = signing_secret or ""
    app.answering = Turns("slack-answer")
    app.refusing = Turns("slack-refuse", threads=1)
    worker = Worker({"answer": answer, "define": define, "csv": write_csv}, build_error)
    register_listeners(app, app.answering, app.refusing, worker)
    return app


def _is_unexpected(record: logging.LogRecord) -> bool:
    """Drop Bolt's warning of an unused token in the environment: it may be the same as the token in the config."""
    return record.msg != warning_client_prioritized_and_token_skipped()
