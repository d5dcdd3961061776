"""Slack over Socket Mode: a connection that the bot opens, for workspaces that cannot reach it over HTTP."""

from __future__ import annotations

from bot.service.serving import Serving
from bot.slack.app import SlackApp
from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

# A connection that answers no ping for four times as long is opened anew.
PING_SECONDS = 10.0


def serve_socket(app: SlackApp, app_token: str, ping_seconds: float = PING_SECONDS) -> Serving:
    """Receive Slack's requests over Socket Mode in the background; a lost connection is opened again.

    Args:
        app: the app, as `build_app` returns it.
        app_token: the app-level token, `xapp-...`, with the scope connections:write.
        ping_seconds: how often the connection is tried.

    Raises:
        SlackError: Slack refused the token, or could not be reached.

    """
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    handler = SocketModeHandler(app, app_token, ping_interval=ping_seconds)
    try:
        handler.connect()  # type: ignore[no-untyped-call]  # untyped in Bolt
    except FOREIGN_ERRORS as error:
        handler.close()  # type: ignore[no-untyped-call]  # untyped in Bolt
        raise map_slack_error(error) from error

    def stop() -> None:
        handler.close()  # type: ignore[no-untyped-call]  # untyped in Bolt
        app.finish()

    return Serving("Socket Mode", stop, handler.client.is_connected)
