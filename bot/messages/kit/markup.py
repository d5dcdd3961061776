"""Plain text escaped for Slack and back."""

from __future__ import annotations


def escape(text: str) -> str:
    """Return plain text escaped for Slack: `&`, `<` and `>` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return the text as the person typed it, the inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
