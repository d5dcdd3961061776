"""The columns that a list of accounts shows: "with industry, plan"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from core.errors import N_, QuestionError
from core.query.period_phrases import MOST_WORDS, match_period
from core.query.tokens import Token, fold_word, tokenize
from core.query.vocabulary import FILLERS, LONGEST_VALUE, Vocabulary, is_reserved_word
from core.text import clean_text

NO_COLUMN = N_("The data has no column “{unknown}”.")
KNOWN_COLUMNS = N_("Columns: {known}.")

# Words that introduce columns, words between two of them, and words that may be next to the name of one.
_WITH = frozenset(("with", "avec"))
_COMMA = "\ue000"  # as a word: tokens have no commas
_JOINING = frozenset(("and", "et", "&", "plus"))
_AROUND = FILLERS | {"their", "its", "leur", "leurs", "son", "column", "columns", "colonne", "colonnes"}
_LONGEST_DIMENSION = 6


def read_columns(text: str, vocabulary: Vocabulary, other_words: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Return the dimensions whose values are asked for in a list, and the rest of the text.

    A column with a value ("with plan=Team", "with plan Team") is a filter, and not read here.

    Args:
        text: the words: "Q3 churn with industry, plan".
        vocabulary: the dimensions and values of the ledger.
        other_words: folded words that mean something else in this list.

    Raises:
        QuestionError: "with" is followed by a name that is no column and has no other meaning.

    """
    if not any(fold_word(word) in _WITH for word in text.split()):
        return (), text
    tokens = list(tokenize(clean_text(text).replace(", ", f" {_COMMA} ")))
    columns: list[str] = []
    other: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "word" and fold_word(tokens[at].text) in _WITH:
            named, at = _read_names(tokens, at, vocabulary, other_words)
            columns += named
            if named:
                continue
        other.append(tokens[at])
        at += 1
    return tuple(dict.fromkeys(columns)), " ".join(_write_tokens(other)) if columns else text


def _read_names(
    tokens: Sequence[Token], at: int, vocabulary: Vocabulary, other_words: Collection[str]
) -> tuple[list[str], int]:
    """Return the columns named after the word at a place, and the place after them; the place itself without any."""
    named: list[str] = []
    stop = at
    while stop == at or (stop < len(tokens) and _is_joining(tokens[stop])):
        start = stop + 1
        while start < len(tokens) and tokens[start].text == _COMMA:
            start += 1
        length, dimension = _find_dimension(tokens, start, vocabulary)
        while not dimension and start < _skip_words(tokens, start):
            # "Account tier" may be a column, and "account" alone is not.
            start += 1
            length, dimension = _find_dimension(tokens, start, vocabulary)
        if not dimension:
            if start < len(tokens) and not _has_meaning(tokens, start, vocabulary, other_words):
                known = ", ".join(vocabulary.heading(key) for key in vocabulary.dimensions)
                unknown = " ".join(token.text for token in tokens[start : start + _LONGEST_DIMENSION])
                raise QuestionError(NO_COLUMN, KNOWN_COLUMNS, unknown=unknown[:60], known=known)
            break
        if _has_value(tokens, start + length, dimension, vocabulary):
            break
        named.append(dimension)
        stop = _skip_words(tokens, start + length)
    return named, stop


def _is_word(token: Token) -> bool:
    return token.kind == "word" and token.text != _COMMA


def _is_joining(token: Token) -> bool:
    return token.text == _COMMA or fold_word(token.text) in _JOINING


def _skip_words(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind == "word" and fold_word(tokens[at].text) in _AROUND - _JOINING:
        at += 1
    return at


def _join_words(tokens: Sequence[Token], at: int, most: int) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of the words from a place on, the longest run first."""
    count = 0
    while count < most and at + count < len(tokens) and _is_word(tokens[at + count]):
        count += 1
    for length in range(count, 0, -1):
        yield length, " ".join(token.text for token in tokens[at : at + length])


def _find_dimension(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[int, str]:
    for length, text in _join_words(tokens, at, _LONGEST_DIMENSION):
        dimension = vocabulary.find_dimension(fold_word(text))
        if dimension:
            return length, dimension
    return 0, ""


def _has_value(tokens: Sequence[Token], at: int, dimension: str, vocabulary: Vocabulary) -> bool:
    if at >= len(tokens) or tokens[at].kind != "word":
        return at < len(tokens)
    return any(vocabulary.find_value(dimension, text) is not None for _, text in _join_words(tokens, at, LONGEST_VALUE))


def _has_meaning(tokens: Sequence[Token], at: int, vocabulary: Vocabulary, other_words: Collection[str]) -> bool:
    """Tell whether the words at a place are a value, a period, or something else that a list knows."""
    word = fold_word(tokens[at].text)
    if tokens[at].kind != "word" or word in other_words or is_reserved_word(word):
        return True
    if at + 1 < len(tokens) and tokens[at + 1].kind in {"is", "not"}:
        return True
    if any(match_period(fold_word(text)) for _, text in _join_words(tokens, at, MOST_WORDS)):
        return True
    return any(vocabulary.find_filter(text) for _, text in _join_words(tokens, at, LONGEST_VALUE))


def _write_tokens(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.text != _COMMA:
            yield f'"{token.text}"' if token.kind == "quoted" else token.text
