"""Slack over Socket Mode."""

from __future__ import annotations

from bot.service.serving import Serving
from bot.slack.client import FOREIGN, slack_error
from bot.slack.listeners import SlackApp


def serve_socket(app: SlackApp, app_token: str) -> Serving:
    """Hear Slack over Socket Mode in the background; a lost connection is opened anew.

    Args:
        app: as `build` makes it.
        app_token: the app-level token, `xapp-...`, with the scope connections:write.

    Raises:
        SlackError: Slack refused the token, or could not be reached.

    """
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    handler = SocketModeHandler(app, app_token)
    try:
        handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
    except FOREIGN as error:
        handler.close()  # type: ignore[no-untyped-call]  # likewise
        raise slack_error(error) from error

    def stop() -> None:
        handler.close()  # type: ignore[no-untyped-call]  # likewise
        app.finish()

    return Serving("Socket Mode", stop)
