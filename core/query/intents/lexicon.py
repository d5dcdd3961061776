"""Look-up of the known phrases: word by word, in singular or plural, and a misspelt word as the one that was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import product

from core.query.intents.phrases import COURTESIES, MEANINGS, PASSED, REFUSED
from core.query.tokens import stem

# A word of fewer letters is never corrected, as its neighbours are other words.
_LEAST_LETTERS = 6
_LETTERS_FOR_TWO = 9
# Letters of the shortest word that may have been meant where two letters differ.
LETTERS_FOR_TWO = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """The meaning of a phrase.

    Attributes:
        meanings: what it asks for: keys of `MEANINGS`.
        refused: the category of `REFUSED`; empty if it can be answered.
        is_courtesy: True for a greeting and the like.
        is_passed: True if it has no effect on the meaning.

    """

    meanings: frozenset[str] = frozenset()
    refused: str = ""
    is_courtesy: bool = False
    is_passed: bool = False

    def join(self, other: Phrase) -> Phrase:
        """Return the phrase with the meanings of both."""
        return Phrase(
            self.meanings | other.meanings,
            self.refused or other.refused,
            self.is_courtesy or other.is_courtesy,
            self.is_passed or other.is_passed,
        )


@dataclass(slots=True)
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, as a tree of their words.

    Attributes:
        root: the first words; each node has the next ones.
        words: every word of a phrase.

    """

    root: _Node
    words: frozenset[str]

    def longest(self, words: Sequence[str], at: int) -> tuple[int, Phrase | None]:
        """Return (number of words, phrase) of the longest phrase that begins at `at`; (0, None) without one."""
        exact: _Node | None = self.root
        similar: list[_Node] = [self.root]
        best: tuple[int, Phrase | None] = (0, None)
        for place in range(at, len(words)):
            forms = (words[place], f"~{stem(words[place])}")
            exact = exact.following.get(forms[0]) if exact else None
            similar = [node.following[form] for node in similar for form in forms if form in node.following]
            if not similar:
                break
            phrases = [node.phrase for node in ([exact] if exact and exact.phrase else similar) if node.phrase]
            if phrases:
                best = (place - at + 1, reduce(Phrase.join, phrases))
        return best


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of all phrases."""
    root, words = _Node(), set[str]()
    rows = [
        *((Phrase(meanings=frozenset({name})), text) for name, text in MEANINGS.items()),
        *((Phrase(refused=name), text) for name, text in REFUSED.items()),
        (Phrase(is_courtesy=True), COURTESIES),
        (Phrase(is_passed=True), PASSED),
    ]
    for phrase, text in rows:
        for line in filter(None, map(str.strip, text.splitlines())):
            for form in _expand(line):
                words.update(form)
                _insert(root, form, phrase)
    return Lexicon(root, frozenset(words))


def _expand(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of one line: every choice of `a/b`, with and without `word?`."""
    if "/" not in line and "?" not in line:
        yield tuple(line.split())
        return
    slots = [
        (*word.rstrip("?").split("/"), *([""] if word.endswith("?") else [])) if len(word) > 1 else (word,)
        for word in line.split()
    ]
    for choice in product(*slots):
        yield tuple(filter(None, choice))


@cache
def _mark_stem(word: str) -> str:
    return f"~{stem(word)}"


def _insert(root: _Node, form: Sequence[str], phrase: Phrase) -> None:
    for words in (form, tuple(map(_mark_stem, form))):
        node = root
        for word in words:
            node = node.following.setdefault(word, _Node())
        node.phrase = node.phrase.join(phrase) if node.phrase else phrase


class KnownWords:
    """Words that a misspelt one may be meant to be, found by their first letter."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words, each once and folded."""
        # The longest first: a letter is more often left out than added.
        self._ranks = {word: rank for rank, word in enumerate(sorted(words, key=len, reverse=True))}
        self._by_shape: dict[tuple[str, int], list[str]] = {}
        self._by_rest: dict[str, list[str]] = {}
        for word in self._ranks:
            self._by_shape.setdefault((word[0], len(word)), []).append(word)
            self._by_rest.setdefault(word[1:], []).append(word)

    def find_similar(self, word: str) -> Sequence[tuple[str, int]]:
        """Return (known word, letters that differ) of the words that differ from a word by a letter, the nearest first.

        Words from `LETTERS_FOR_TWO` letters on may differ by two, in other letters than the first.
        """
        # The import takes 20 ms. Only a word that is not known needs it.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 1 if len(word) < LETTERS_FOR_TWO else 2
        lengths = range(len(word) + most, len(word) - most - 1, -1)
        near = [known for length in lengths for known in self._by_shape.get((word[0], length), ())]
        swapped = f"{word[1:2]}{word[:1]}{word[2:]}"
        # With another first letter: it was exchanged, left out, added or swapped.
        near += [*self._by_rest.get(word[1:], ()), *self._by_rest.get(word, ())]
        near += [known for known in (word[1:], swapped) if known in self._ranks]
        near = sorted(dict.fromkeys(near), key=self._ranks.__getitem__)
        matches = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [(known, int(distance)) for known, distance, _ in matches]


def correct_word(word: str, find_similar: Callable[[str], Sequence[tuple[str, int]]]) -> str | None:
    """Return the one known word that a misspelt word is meant to be; None where none or several are as near.

    Args:
        word: a folded word that is not known.
        find_similar: returns the known words that are like a word.

    """
    if len(word) < _LEAST_LETTERS or not word.isalpha():
        return None
    most = 1 if len(word) < _LETTERS_FOR_TWO else 2
    # The first letter is seldom wrong: "bresil" is not "resil".
    matches = [(name, distance) for name, distance in find_similar(word) if distance <= most and name[0] == word[0]]
    if not matches:
        return None
    least = min(distance for _, distance in matches)
    nearest = {stem(name): name for name, distance in matches if distance == least}
    phrases = [load_lexicon().longest([near], 0)[1] for near in nearest.values()]
    # Several words of one meaning are one: "opportunities", "opportunités".
    means_one = phrases[0] is not None and all(phrase == phrases[0] for phrase in phrases)
    return next(iter(nearest.values())) if len(nearest) == 1 or means_one else None
