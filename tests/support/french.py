"""How a French text is set."""

from __future__ import annotations

import re

_CODE = re.compile("`[^`]*`")
_BAD = re.compile(r"\w'[\w{«]|[^\u202f][;!?]|[^\u00a0][»%]|[^\u00a0]:(?=\s|$)|«[^\u00a0]|[“”]")


def find_bad_typography(text: str) -> list[str]:
    """Return the places where a French text has a straight apostrophe, a wrong quote or a wrong space.

    A line never begins with one of ; : ! ? % or a quote that closes, nor ends with a quote that opens. Code between
    backticks is as people type it.
    """
    return _BAD.findall(_CODE.sub("``", text))
