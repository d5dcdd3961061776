"""Look-up of the known phrases: word by word, in singular or plural, and a misspelt word as the one that was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, reduce
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


class Lexicon:
    """All phrases, as trees of their words. A tree is built for the first question that has its first word."""

    def __init__(self) -> None:
        """Sort the phrases by their first words."""
        rows = [
            *((Phrase(meanings=frozenset({name})), text) for name, text in MEANINGS.items()),
            *((Phrase(refused=name), text) for name, text in REFUSED.items()),
            (Phrase(is_courtesy=True), COURTESIES),
            (Phrase(is_passed=True), PASSED),
        ]
        self._lines: dict[str, list[tuple[Phrase, str]]] = {}
        for phrase, text in rows:
            for line in filter(None, map(str.strip, text.splitlines())):
                for first in {_find_stem(word) for word in _list_first_words(line)}:
                    self._lines.setdefault(first, []).append((phrase, line))
        self._trees: dict[str, _Node] = {}

    def warm(self) -> None:
        """Build all trees, so that no question waits for one."""
        for first in self._lines:
            self._load_tree(first)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a phrase."""
        lines = {line for lines in self._lines.values() for _, line in lines}
        return frozenset(word for line in lines for slot in _list_slots(line) for word in slot if word)

    def longest(self, words: Sequence[str], at: int) -> tuple[int, Phrase | None]:
        """Return (number of words, phrase) of the longest phrase that begins at `at`; (0, None) without one."""
        root = self._load_tree(stem(words[at])) if at < len(words) else _Node()
        exact: _Node | None = root
        similar: list[_Node] = [root]
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

    def _load_tree(self, first: str) -> _Node:
        """Return the phrases that may begin with a word of a stem."""
        tree = self._trees.get(first)
        if tree is None:
            # Threads may build it twice; it is put in its place when it is complete.
            tree = _Node()
            for phrase, line in self._lines.get(first, ()):
                for form in _expand(line):
                    _insert(tree, form, phrase)
            if self._lines.get(first):
                tree = self._trees[first] = _share_ends(tree, {})
        return tree


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of all phrases."""
    return Lexicon()


def _list_slots(line: str) -> list[Sequence[str]]:
    """Return the choices of each place of a line."""
    return [_list_choices(word) for word in line.split()]


def _list_choices(word: str) -> Sequence[str]:
    """Return the choices of a place: of `a/b` both words, of `word?` the word and nothing."""
    if len(word) == 1 or not ("/" in word or "?" in word):
        return (word,)
    return (*word.rstrip("?").split("/"), *([""] if word.endswith("?") else []))


def _list_first_words(line: str) -> Iterator[str]:
    """Yield the words with which a phrase of a line may begin."""
    rest = line
    while rest:
        word, _, rest = rest.partition(" ")
        choices = _list_choices(word)
        yield from filter(None, choices)
        if "" not in choices:
            return
        rest = rest.lstrip()


def _expand(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of one line: every choice of `a/b`, with and without `word?`."""
    if "/" not in line and "?" not in line:
        yield tuple(line.split())
        return
    for choice in product(*_list_slots(line)):
        yield tuple(filter(None, choice))


@cache
def _find_stem(word: str) -> str:
    return stem(word)


def _mark_stem(word: str) -> str:
    return f"~{_find_stem(word)}"


def _insert(root: _Node, form: Sequence[str], phrase: Phrase) -> None:
    for words in (form, tuple(map(_mark_stem, form))):
        node = root
        for word in words:
            node = node.following.setdefault(word, _Node())
        node.phrase = node.phrase.join(phrase) if node.phrase else phrase


def _share_ends(node: _Node, known: dict[tuple[object, ...], _Node]) -> _Node:
    """Return a node in which equal ends of phrases are one node: the garbage collector looks at each.

    `known` has the nodes by what they hold.
    """
    following = {word: _share_ends(next_node, known) for word, next_node in node.following.items()}
    key = node.phrase, *((word, id(next_node)) for word, next_node in following.items())
    return known.setdefault(key, _Node(following, node.phrase))


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
