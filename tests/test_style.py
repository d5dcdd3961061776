"""The words that betray translation and the names that say nothing: their counts may only go down.

`python -m tests.support.style` prints the current rows, `python -m tests.support.style core` every place in core.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.style import ROOMS, Place, find_names, find_words

# For each room its words, then its names.
CEILINGS = {
    "bot": (18, 0),
    "core": (2, 0),
    "sheets": (6, 1),
    "docs": (0, 0),
    "README.md": (0, 0),
}


def assert_at_ceiling(places: list[Place], ceiling: int) -> None:
    shown = "\n".join(map(str, places))
    assert len(places) <= ceiling, f"{len(places)} places, {ceiling} are allowed; rewrite the new ones:\n{shown}"
    assert len(places) == ceiling, f"only {len(places)} places are left: lower the ceiling from {ceiling}"


@pytest.mark.parametrize("room", ROOMS)
def test_words_that_betray_translation(room: str) -> None:
    assert_at_ceiling(find_words(room), CEILINGS[room][0])


@pytest.mark.parametrize("room", ROOMS)
def test_names_that_say_nothing(room: str) -> None:
    assert_at_ceiling(find_names(room), CEILINGS[room][1])


@pytest.mark.parametrize(
    ("ceiling", "message"), [(1, "2 places, 1 are allowed"), (3, "only 2 places are left: lower the ceiling from 3")]
)
def test_a_count_above_or_below_its_ceiling_fails(ceiling: int, message: str) -> None:
    places = [Place(Path("core/x.py"), line, "told") for line in (1, 2)]
    with pytest.raises(AssertionError, match=message):
        assert_at_ceiling(places, ceiling)


CODE = '''
"""Whose sheet it is.

The rest lies there.
"""
count = 0  # nobody knows
# the row goes
# on here

def told(each, column, *wanted):
    """Return one of ours, not what is given."""
    found = raise_error("It was told and mended.")
    return [said for said, _ in found]

class Problem:
    found: str
    taken = 3

TYPED = """
    nobody left
    what stands
"""
'''
PAGE = """The tab stands
beside the `told` one.

```text
nobody
```

<!-- made: codes -->
somebody
<!-- end -->

Likewise, what it tells.
"""


@pytest.mark.parametrize(
    ("room", "name", "text", "places"),
    [
        (
            "core",
            "core/x.py",
            CODE,
            "2 whose, 4 lies, 6 nobody, 7 goes on, 11 of ours, 12 told, 12 mended",
        ),
        ("docs", "docs/x.md", PAGE, "1 stands, 2 beside, 12 likewise"),
    ],
)
def test_planted_words_are_counted(tmp_path: Path, room: str, name: str, text: str, places: str) -> None:
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    words = sorted((place.line, place.word) for place in find_words(room, tmp_path))
    assert words == sorted((int(line), word) for line, word in (part.split(" ", 1) for part in places.split(", ")))


def test_planted_names_are_counted(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "x.py").write_text(CODE, encoding="utf-8")
    assert sorted(place.word for place in find_names("core", tmp_path)) == ["each", "found", "said", "told", "wanted"]
