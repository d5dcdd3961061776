"""The words that a workspace cannot give a meaning, as they mean something in a question already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.query.account_names import AccountNames
from core.query.intents.items import Item, Words
from core.query.intents.pieces import split_pieces
from core.query.tokens import fold_word, tokenize
from core.query.vocabulary import EXCLUDING_WORDS, METHOD_WORDS, METRIC_WORDS, Filter, Vocabulary, is_reserved_word
from core.text import fold_key

# Words that describe accounts may be a part of a phrase: "big customers", "key accounts", "best partners".
_DESCRIPTIONS = frozenset(("customers", "largest", "ranking", "good"))
_GRAMMAR = EXCLUDING_WORDS | METRIC_WORDS.keys() | METHOD_WORDS.keys()


def find_reserved_part(phrase: str, meaning: Filter, words: Words) -> str:
    """Return the part of a phrase that means something else than its value in a question; empty without one.

    Args:
        phrase: a word or phrase of the workspace.
        meaning: the value that it shall mean.
        words: the words of the workbook.

    """
    if is_reserved_word(phrase):
        return phrase
    texts = [token.text for token in tokenize(phrase)]
    grammar = next((text for text in texts if fold_word(text) in _GRAMMAR), "")
    return grammar or _find_reserved_item(phrase) or _find_name(phrase, texts, meaning, words)


def _find_reserved_item(phrase: str) -> str:
    """Return the part of a phrase that means something in any workspace; the phrase, if it has no word but known ones.

    A word that is unknown, or the second word of a description, is enough: "whales", "big customers".
    """
    items = Words(Vocabulary({}, {}), AccountNames((), ())).find_items(split_pieces(phrase))
    reserved = next((item.text for item in items if _is_reserved(item)), "") or _find_limit(items)
    has_unknown_word = any(_is_unknown(item) for item in items)
    is_description = len(items) > 1 and any(item.means("largest", "ranking", "good") for item in items)
    return reserved or ("" if has_unknown_word or is_description else phrase)


def _find_limit(items: Sequence[Item]) -> str:
    """Return the limit of a list, such as "top 10"; empty without one."""
    pairs = (pair for pair in pairwise(items) if pair[0].means("largest") and pair[1].number is not None)
    return next((f"{description.text} {number.text}" for description, number in pairs), "")


def _is_unknown(item: Item) -> bool:
    # A word is corrected only in a question that no one explained: here it is the word that was meant.
    return item.is_unknown or bool(item.ordinary) or bool(item.corrected and item.stop == item.start + 1)


def _is_reserved(item: Item) -> bool:
    if _is_unknown(item):
        return False
    has_meaning = item.phrase is not None and bool(item.phrase.refused or item.phrase.meanings - _DESCRIPTIONS)
    return has_meaning or bool(item.period or item.method or item.ahead or item.unit)


def _find_name(phrase: str, texts: Sequence[str], meaning: Filter, words: Words) -> str:
    """Return the part of a phrase that names a column, an account or another value."""
    vocabulary = words.vocabulary
    if vocabulary.find_dimension(phrase) or words.accounts.find_whole(phrase):
        return phrase
    for run in _list_runs(texts):
        text = " ".join(run)
        entry = vocabulary.find_filter(text)
        if entry is None or entry == meaning or is_reserved_word(text):
            continue
        # The whole phrase may be a usual name of a size, such as "large", that the workspace uses for another value.
        if len(run) < len(texts) or fold_key(entry.value) == fold_key(text):
            return text
    return ""


def _list_runs(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield every run of texts, the longest first."""
    for length in range(len(texts), 0, -1):
        for start in range(len(texts) - length + 1):
            yield texts[start : start + length]
