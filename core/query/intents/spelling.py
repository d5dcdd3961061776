"""Other spellings of a refused sentence: its unknown words are replaced by known ones that are spelt like them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.query.intents.items import Item, Words
from core.query.intents.lexicon import load_lexicon
from core.query.intents.pieces import Piece

# Bounds on one sentence: unknown words, replacements of one word, spellings.
_MOST_UNKNOWN = 4
_MOST_REPLACEMENTS = 3
_MOST_SPELLINGS = 5
# A word of fewer letters has too many neighbours.
_LEAST_LETTERS = 4
# Rank of a word that asks for nothing.
_WITHOUT_EFFECT = 2


@dataclass(frozen=True, slots=True)
class _Replacement:
    """A piece that may be meant by some pieces.

    Attributes:
        start: the first piece.
        stop: the piece after the last one.
        piece: the piece that may be meant.
        cost: the letters that differ, how unlikely the slip is, and how unlikely the word is; the lowest is the best.

    """

    start: int
    stop: int
    piece: Piece
    cost: tuple[int, int, int]


def list_spellings(pieces: Sequence[Piece], items: Sequence[Item], words: Words) -> Iterator[list[Piece]]:
    """Yield the pieces of a sentence in other spellings, the likeliest first.

    Args:
        pieces: the pieces as typed.
        items: the items of the pieces.
        words: the words of the snapshot.

    """
    unknown = [item for item in items if item.is_unknown][:_MOST_UNKNOWN]
    slots = [options for item in unknown if (options := _list_words(pieces[item.start], item, words))]
    best = [options[0] for options in slots]
    choices = [best] if best else []
    further = (option for options in slots for option in options[1:])
    others = [*further, *_list_accounts(items, words), *_list_percents(pieces, items), *_list_values(pieces, items)]
    choices += [
        [other, *(option for option in best if not other.start <= option.start < other.stop)] for other in others
    ]
    for choice in sorted(choices, key=lambda choice: _rate(choice, unknown))[:_MOST_SPELLINGS]:
        yield _apply(choice, pieces)


def _rate(choice: Sequence[_Replacement], unknown: Sequence[Item]) -> tuple[int, ...]:
    """Return how unlikely a choice is: the words that it leaves unknown, then the sum of its costs."""
    unread = sum(not any(option.start <= item.start < option.stop for option in choice) for item in unknown)
    return (unread, *map(sum, zip(*(option.cost for option in choice), strict=True)))


def _apply(choice: Sequence[_Replacement], pieces: Sequence[Piece]) -> list[Piece]:
    spelt = list(pieces)
    for option in sorted(choice, key=lambda option: -option.start):
        spelt[option.start : option.stop] = [option.piece]
    return spelt


def _list_words(piece: Piece, item: Item, words: Words) -> list[_Replacement]:
    """Return the known words that are spelt like an unknown one."""
    if piece.quoted or not piece.word.isalpha() or len(piece.word) < _LEAST_LETTERS:
        return []
    typed = piece.word
    options = [
        _Replacement(
            item.start,
            item.stop,
            replace(piece, text=word, word=word),
            (distance, _rate_slip(typed, word), _rank(word, words)),
        )
        for word, distance in words.find_similar(typed)
        if word[0] == typed[0] or (distance == 1 and len(typed) > _LEAST_LETTERS)
    ]
    options.sort(key=lambda option: option.cost)
    # A further word without effect is the same as no word, and a farther word is seldom meant.
    further = (option for option in options[1:] if option.cost[-1] < _WITHOUT_EFFECT)
    near = [option for option in further if option.cost[0] == options[0].cost[0]]
    return [*options[:1], *near[: _MOST_REPLACEMENTS - 1]]


def _rate_slip(typed: str, word: str) -> int:
    """Return 0 for a letter that was doubled, dropped or exchanged, 1 for another one, 2 for another first letter."""
    if word[0] != typed[0]:
        return 2
    is_doubled = re.sub(r"(.)\1", r"\1", typed) == re.sub(r"(.)\1", r"\1", word)
    return int(not (is_doubled or len(word) > len(typed) or sorted(word) == sorted(typed)))


def _rank(word: str, words: Words) -> int:
    """Return 0 for a word of the sheet or one that asks for something, 1 for a period, else `_WITHOUT_EFFECT`."""
    phrase = load_lexicon().longest([word], 0)[1]
    if words.vocabulary.find_filter(word) or words.vocabulary.find_dimension(word) or (phrase and phrase.meanings):
        return 0
    return _WITHOUT_EFFECT if phrase is None or phrase.is_passed else 1


def _list_accounts(items: Sequence[Item], words: Words) -> list[_Replacement]:
    """Return the accounts whose names are spelt like runs of unknown words, also with a known part next to them."""
    options = []
    for run in _list_runs(items):
        text, clause = " ".join(item.text for item in run), run[0].clause
        for distance, position in words.accounts.find_misspelt(text)[:_MOST_REPLACEMENTS]:
            name = words.accounts.names[position]
            if '"' not in name:
                meant = Piece(name, "", quoted=True, clause=clause)
                options.append(_Replacement(run[0].start, run[-1].stop, meant, (distance, 1, 1)))
    return options


def _list_percents(pieces: Sequence[Piece], items: Sequence[Item]) -> Iterator[_Replacement]:
    """Yield each number as per cent where a share is asked about: "benchmarks 104"."""
    if not any(item.means("benchmarks", "whatif") for item in items):
        return
    for item in items:
        piece = pieces[item.start]
        if item.number is not None and piece.amount is not None and not piece.unit:
            percent = replace(piece, text=f"{piece.text}%", word=f"{piece.word}%", unit="%")
            yield _Replacement(item.start, item.stop, percent, (1, 0, 2))


def _list_values(pieces: Sequence[Piece], items: Sequence[Item]) -> Iterator[_Replacement]:
    """Yield each value of another column without the column that was typed: "segment=Business"."""
    for column, sign, value in zip(items, items[1:], items[2:], strict=False):
        if column.dimension and sign.text in {"=", ":"} and value.filter:
            yield _Replacement(column.start, value.start + 1, pieces[value.start], (0, 0, 0))


def _list_runs(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield each run of unknown words and parts of names: as a whole, and its unknown words alone."""
    run: list[Item] = []
    for item in (*items, None):
        if item and (item.is_unknown or item.accounts):
            run.append(item)
            continue
        unknown = [other for other in run if other.is_unknown]
        if unknown and len(run) > 1:
            yield run
        yield from ([other] for other in unknown[:_MOST_UNKNOWN])
        run = []
