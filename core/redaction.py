"""Keeps secrets out of each text that leaves the program: the log, stderr, tracebacks, the findings of `doctor`."""

from __future__ import annotations

import re

HIDDEN = "[secret]"
_SHORTEST_PIECE = 6  # characters; shorter ones are words of any text

# Texts that are secret by their form: Slack's tokens and response_urls, keys of the add-in, Google's tokens, private
# keys. A quotation mark ends each, so that a line of the log remains JSON.
_FORMS = re.compile(
    r"x(?:ox[a-z]|app)-[\w-]+"
    r"|https://hooks\.slack\.com/[^\s\"]+"
    r"|\bnrrbot-[0-9a-f]{8}-[\w-]{43}"
    r"|\bya29\.[\w.-]+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|[^\"]*)",
    re.DOTALL,
)
_known = set[str]()


def hide(secret: str) -> None:
    """Remove `secret`, and each of its lines, from all later texts."""
    # The first and last line of a key in PEM are words of ordinary texts.
    lines = [line.strip() for line in secret.splitlines() if not line.startswith("-----")]
    _known.update(piece for piece in (secret, *lines) if len(piece) >= _SHORTEST_PIECE)


def redact(text: str) -> str:
    """Return `text` with each known secret, and each text that has the form of one, replaced by `[secret]`."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _FORMS.sub(HIDDEN, text)
