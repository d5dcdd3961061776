"""Plain text escaped for Slack and back."""

from __future__ import annotations

import re

# Slack makes a link of each domain and address that a person types, as in the name of a customer.
_LINK = re.compile(r"<(?:https?|mailto):[^|>]*\|([^>]*)>")


def escape(text: str) -> str:
    """Return plain text escaped for Slack: `&`, `<` and `>` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return the text as the person typed it, the inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_typed(text: str) -> str:
    """Return the text of a message as the person typed it, without the links that Slack made of words."""
    return unescape(_LINK.sub(r"\1", text))
