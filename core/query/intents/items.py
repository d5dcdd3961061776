"""The items of a sentence: periods, values of the sheet, accounts, numbers, phrases, words that are unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache

from core.query.account_names import AccountNames
from core.query.intents.lexicon import KnownWords, Phrase, correct_word, load_lexicon
from core.query.intents.ordinary_words import find_kind
from core.query.intents.pieces import Piece, read_number_words
from core.query.period_phrases import MOST_WORDS, PeriodPhrase, count_period_words, list_period_words, match_period
from core.query.tokens import stem
from core.query.vocabulary import EXCLUDING_WORDS, LONGEST_VALUE, METHOD_WORDS, Filter, Vocabulary
from core.terms import Method
from core.text import fold

# More unknown words than this are not compared with known ones: the text is no question.
_MOST_CORRECTED = 8
# A longer word than this may have a letter too many.
_LEAST_CHANGED = 6
# Items before a corrected word that can be the beginning of the same value.
_MOST_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A run of pieces that was recognised, or was not.

    Attributes:
        start: the first piece.
        stop: the piece after the last one.
        text: the pieces as typed.
        period: the period that they name.
        filter: the value of the sheet that they name.
        dimension: the column that they name.
        accounts: the positions of the accounts that they may name.
        phrase: the phrase that they are.
        method: the method that they name.
        number: the number that they are.
        unit: the unit of the number.
        ahead: the number of days ahead, as in "next 60 days"; negative for a number of months.
        is_unknown: True for a word that is not known.
        ordinary: the kind of an ordinary word, which names nothing; empty for other items.
        corrected: the word that was meant by a misspelt one.
        clause: the number of its clause.

    """

    start: int
    stop: int
    text: str
    period: PeriodPhrase | None = None
    filter: Filter | None = None
    dimension: str = ""
    accounts: tuple[int, ...] = ()
    phrase: Phrase | None = None
    method: Method | None = None
    number: Decimal | None = None
    unit: str = ""
    ahead: int = 0
    is_unknown: bool = False
    ordinary: str = ""
    corrected: str = ""
    clause: int = 0

    @property
    def is_passed(self) -> bool:
        """True for a phrase without effect on the meaning."""
        return bool(self.phrase and self.phrase.is_passed)

    @property
    def plain_words(self) -> frozenset[str]:
        """Its words, folded; of a misspelt word the one that was meant."""
        return _list_plain_words(self.corrected or self.text)

    def means(self, *meanings: str) -> bool:
        """Tell whether it is a phrase with one of these meanings."""
        return bool(self.phrase and self.phrase.meanings.intersection(meanings))


# The rules ask for those of each item many times.
@lru_cache(maxsize=512)
def _list_plain_words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


def read_count(item: Item) -> int | None:
    """Return the whole number from 1 to 999 that an item is, in digits or as a word."""
    is_count = item.number is not None and item.unit != "money" and 0 < item.number < 1000
    return int(item.number) if item.number is not None and is_count and item.number % 1 == 0 else None


@lru_cache(maxsize=4096)
def _match_period(phrase: str) -> PeriodPhrase | None:
    period = match_period(phrase)
    return None if period and period.impossible_kind else period


@dataclass(frozen=True)
class Words:
    """The words that a sentence can be about: those of one snapshot.

    Attributes:
        vocabulary: its dimensions and values.
        accounts: its accounts.

    """

    vocabulary: Vocabulary
    accounts: AccountNames

    def find_similar(self, word: str) -> Sequence[tuple[str, int]]:
        """Return (known word, letters that differ) of the words that a misspelt word may be meant to be."""
        return self._find_similar(word)

    @cached_property
    def _find_similar(self) -> Callable[[str], Sequence[tuple[str, int]]]:
        # Both readers of a sentence ask for each unknown word.
        return lru_cache(maxsize=256)(KnownWords(self._list_known()).find_similar)

    def _list_known(self) -> Sequence[str]:
        """Return the words of the phrases, the periods and the sheet, each once and folded."""
        words = dict.fromkeys(word for word in load_lexicon().words if word.isalpha())
        words |= dict.fromkeys(list_period_words())
        for key, heading in self.vocabulary.headings.items():
            words |= dict.fromkeys(re.findall(r"[a-z]{4,}", f"{key} {fold(heading)}"))
        for spellings in self.vocabulary.spellings.values():
            for spelling in spellings:
                words |= dict.fromkeys(re.findall(r"[^\W\d_]{4,}", fold(spelling)))
        for phrase in self.vocabulary.workspace_words:
            words |= dict.fromkeys(re.findall(r"[^\W\d_]{4,}", fold(phrase)))
        return list(words)

    def find_items(self, pieces: Sequence[Piece]) -> list[Item]:
        """Return the items of a sentence, in order; every piece is in one of them."""
        items: list[Item] = []
        corrected = 0
        changed = list(pieces)
        at = 0
        while at < len(changed):
            item = self._find_item(changed, at)
            if item.is_unknown and corrected < _MOST_CORRECTED and not changed[at].quoted:
                corrected += 1
                word = correct_word(changed[at].word, self.find_similar)
                # "NRR skipping SMB" is not "slipping": what is done to a value is not guessed.
                if word and not (changed[at].word.endswith(("ing", "ant")) and self._begins_value(changed, at + 1)):
                    typed, changed[at] = changed[at], Piece(word, word)
                    meant = self._find_item(changed, at)
                    # "manager" is not "manage", and "cadres" is not "cares": another word than one without effect.
                    is_other = meant.is_passed and (word in typed.word or len(word) < len(typed.word) <= _LEAST_CHANGED)
                    if is_other:
                        changed[at] = typed
                    elif not meant.is_unknown:
                        item = replace(meant, text=typed.text, corrected=word)
                        item = self._join_before(items, pieces, changed, item)
            clause = pieces[item.start].clause
            items.append(item if item.clause == clause else replace(item, clause=clause))
            at = item.stop
        return items

    def _begins_value(self, pieces: Sequence[Piece], at: int) -> bool:
        return at < len(pieces) and any(item.filter for item in self._find_value(pieces, at))

    def _join_before(
        self, items: list[Item], pieces: Sequence[Piece], changed: Sequence[Piece], corrected: Item
    ) -> Item:
        """Return the value that a corrected word ends, and remove its beginning from the items: "big custmers"."""
        for number in range(max(0, len(items) - _MOST_BEFORE), len(items)):
            start = items[number].start
            value = self._find_item(changed, start)
            if value.filter and value.stop > corrected.start:
                del items[number:]
                return replace(value, text=_join(pieces, start, value.stop - start), corrected=value.text)
        return corrected

    def _find_item(self, pieces: Sequence[Piece], at: int) -> Item:
        """Return the longest item that begins at a piece; of one length a period, a value, a phrase, an account."""
        if pieces[at].quoted:
            return self._find_quoted(pieces, at)
        words = [piece.word for piece in pieces]
        finders: tuple[Callable[[], Iterator[Item]], ...] = (
            lambda: self._find_period(pieces, words, at),
            lambda: self._find_value(pieces, at),
            lambda: _find_phrase(pieces, words, at),
            lambda: self._find_accounts(pieces, words, at),
            lambda: _find_ahead(pieces, words, at),
            lambda: _find_number(pieces, words, at),
        )
        candidates = [item for finder in finders for item in finder()]
        if candidates:
            longest = max(candidates, key=lambda item: item.stop)
            named = next((item for item in candidates if item.accounts and item.stop == longest.stop), None)
            if named and longest.phrase and named.stop - at > 1 and self.accounts.find_whole(named.text):
                # The whole name of an account is that account, whatever its words mean: "DROP TABLE".
                return named
            return self._shorten_passed(longest, pieces)
        is_sign = not any(letter.isalnum() for letter in pieces[at].text)
        if is_sign and pieces[at].word in {"&", "+", ",", ";"}:
            return Item(at, at + 1, pieces[at].text, phrase=Phrase(is_passed=True))
        kind = find_kind(pieces[at].word)
        if kind:
            return Item(at, at + 1, pieces[at].text, phrase=Phrase(is_passed=True), ordinary=kind)
        return Item(at, at + 1, pieces[at].text, is_unknown=True)

    def _shorten_passed(self, item: Item, pieces: Sequence[Piece]) -> Item:
        """Return a run without effect up to the first value that begins inside it: "the Business plan"."""
        if item.phrase is None or item.phrase.meanings or not item.phrase.is_passed:
            return item
        for place in range(item.start + 1, item.stop):
            if any(other.filter for other in self._find_value(pieces, place)):
                return replace(item, stop=place, text=_join(pieces, item.start, place - item.start))
        return item

    def _find_quoted(self, pieces: Sequence[Piece], at: int) -> Item:
        text = pieces[at].text
        value = self.vocabulary.find_filter(text)
        if value:
            return Item(at, at + 1, text, filter=value)
        words = text.split()
        length, accounts = self.accounts.longest_match([fold(word) for word in words], 0)
        if accounts and length == len(words):
            return Item(at, at + 1, text, accounts=accounts)
        length, phrase = load_lexicon().longest([fold(word) for word in words], 0)
        if phrase and length == len(words):
            return Item(at, at + 1, text, phrase=phrase)
        return Item(at, at + 1, text, is_unknown=True)

    def _find_period(self, pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
        if at and words[at - 1] in {">", "<", ">=", "<=", "top"}:
            return
        # "from the end of June 2025 to the end of June 2026"
        is_long = words[at] in {"from", "between", "entre", "de"} and not {"end", "fin"}.isdisjoint(words[at:])
        most = MOST_WORDS + (5 if is_long else 2)
        for length in range(count_period_words(words[at : at + most]), 0, -1):
            if any(pieces[place].quoted or words[place] in {",", ";"} for place in range(at, at + length)):
                continue
            if _has_other_year(words, at, length):
                continue
            phrase = _match_period(" ".join(word for word in words[at : at + length] if word not in {"l", "d"}))
            if phrase:
                yield Item(at, at + length, _join(pieces, at, length), period=phrase)
                return

    def _find_value(self, pieces: Sequence[Piece], at: int) -> Iterator[Item]:
        """Yield a value, `column=value`, "column value", "value column", and a column alone."""
        most = 0
        while at + most < len(pieces) and most < LONGEST_VALUE and pieces[at + most].word not in {",", ";"}:
            most += 1
        vocabulary = self.vocabulary
        for length in range(vocabulary.count_words([piece.text for piece in pieces[at : at + most]]), 0, -1):
            text = _join(pieces, at, length)
            if pieces[at + length - 1].word in _SIGNS:
                continue
            dimension = vocabulary.find_dimension(text)
            if dimension and _follows_by(pieces, at) and not _is_equals(pieces, at + length):
                # "by region Benelux" breaks the Benelux down.
                yield Item(at, at + length, text, dimension=dimension)
                return
            if dimension:
                after = at + length
                sign = pieces[after].word if after < len(pieces) else ""
                after += sign in _COMPARING
                for wide in range(min(LONGEST_VALUE, len(pieces) - after), 0, -1):
                    if _ends_in_s(pieces, after, wide):
                        continue
                    value = vocabulary.find_value(dimension, _join(pieces, after, wide))
                    if value is not None and _is_named(pieces[after], value):
                        condition = _join(pieces, at, after + wide - at)
                        is_excluded = sign in _COMPARING and sign != "="
                        yield Item(at, after + wide, condition, filter=Filter(dimension, value, is_excluded))
                        break
                else:
                    yield Item(at, at + length, text, dimension=dimension)
            value_filter = self._find_filter(pieces, at, length) or self._find_owner(text)
            if value_filter:
                # "the enterprise plan": a column just after the value is the column of the value.
                after = at + length
                is_next = after < len(pieces) and not _is_equals(pieces, after + 1)
                heading = vocabulary.find_dimension(pieces[after].text) if is_next else None
                own = vocabulary.find_value(heading, text) if heading else None
                if heading and own is not None:
                    yield Item(at, after + 1, _join(pieces, at, length + 1), filter=Filter(heading, own))
                if length > 1 or not _is_plain_word(pieces[at]):
                    yield Item(at, at + length, text, filter=value_filter)
                return

    def _find_filter(self, pieces: Sequence[Piece], at: int, length: int) -> Filter | None:
        text = _join(pieces, at, length)
        value_filter = self.vocabulary.find_filter(text)
        if (
            value_filter is None
            or _ends_in_s(pieces, at, length)
            or pieces[at].word in EXCLUDING_WORDS
            or any(piece.word in _SIGNS for piece in pieces[at : at + length])
            or not all(piece.word for piece in pieces[at : at + length])
        ):
            return None
        return value_filter if length > 1 or _is_named(pieces[at], value_filter.value) else None

    def _find_owner(self, text: str) -> Filter | None:
        """Return the owner whose name has an "s" at its end, without an apostrophe: "mateos accounts"."""
        # Not "jonas s'il te plait".
        ends_in_s = len(text) > 3 and text.endswith("s") and not text.endswith(" s")
        bare = text[:-1] if ends_in_s and "owner" in self.vocabulary.dimensions else ""
        value = self.vocabulary.find_value("owner", bare) if bare else None
        return Filter("owner", value) if value is not None else None

    def _find_accounts(self, pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
        # A name does not go on after a comma.
        stop = next((place for place in range(at, len(words)) if words[place] in {",", ";"}), len(words))
        length, accounts = self.accounts.longest_match(words[:stop], at)
        if accounts:
            yield Item(at, at + length, _join(pieces, at, length), accounts=accounts)


_BEFORE_NEXT = frozenset("over within in for the les dans sous des ces d ici sur".split())  # noqa: SIM905
_NEXT = frozenset("next prochain prochains prochaine prochaines coming following suivants suivantes venir".split())  # noqa: SIM905
# Days in a unit; months are negative, as their days depend on the day of asking.
_AHEAD_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("day", "jour", "j", "jr", "jrs", "d"), 1),
    **dict.fromkeys(("week", "semain"), 7),
    **dict.fromkeys(("fortnight", "quinzain"), 14),
    **dict.fromkeys(("month", "moi"), -1),
    **dict.fromkeys(("quarter", "trimestr"), -3),
    **dict.fromkeys(("year", "an", "ann"), -12),
}
_COUNTED_ONCE = frozenset(("week", "semain", "fortnight", "quinzain"))
# Words that are also common words: they name a value only where they are written as the sheet has them.
_COMMON = frozenset("le la les de des du un une et ou a an the in on is it we us no or pas ne y go".split())  # noqa: SIM905
_SHORT_YEAR, _YEAR = re.compile(r"\d\d"), re.compile(r"(?:19|20)\d\d")
_COMPARING = frozenset(("=", "!=", "<>"))
_SIGNS = _COMPARING | {"<", ">", "<=", ">="}


def _ends_in_s(pieces: Sequence[Piece], at: int, length: int) -> bool:
    """Tell whether the last of some words is an "s" alone: "smb s'il te plait" is no plural."""
    return length > 1 and pieces[at + length - 1].word == "s"


def _is_named(piece: Piece, value: str) -> bool:
    return piece.word not in _COMMON or piece.text == value


def _follows_by(pieces: Sequence[Piece], at: int) -> bool:
    before = [piece.word for piece in pieces[max(at - 2, 0) : at]]
    return before[-1:] in (["by"], ["par"], ["per"], ["selon"]) or before in (["selon", "la"], ["selon", "le"])


def _is_equals(pieces: Sequence[Piece], at: int) -> bool:
    return at < len(pieces) and pieces[at].word == "="


def _is_plain_word(piece: Piece) -> bool:
    """Tell whether a word has no effect unless it is written as a name: "who on the team" is no plan Team."""
    phrase = load_lexicon().longest([piece.word], 0)[1] if piece.text.islower() else None
    return phrase is not None and phrase.is_passed and not phrase.meanings


def _has_other_year(words: Sequence[str], at: int, length: int) -> bool:
    """Tell whether a two-digit number is no year: the "96" of "reconcile 96 Q4 2025", where a year comes after."""
    after = words[at + length] if at + length < len(words) else ""
    return bool(_SHORT_YEAR.fullmatch(words[at]) and _YEAR.fullmatch(after))


def _join(pieces: Sequence[Piece], at: int, length: int) -> str:
    return " ".join(piece.text for piece in pieces[at : at + length]).replace(" = ", "=")


def _find_phrase(pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
    length, phrase = load_lexicon().longest(words, at)
    if phrase:
        method = METHOD_WORDS.get(words[at]) if length == 1 else None
        yield Item(at, at + length, _join(pieces, at, length), phrase=phrase, method=method)


def _find_ahead(pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
    """Yield "in the next 60 days", "60 jours", "the next 6 months"; months need a word for "next"."""
    place, is_next = at, False
    while place < len(words) and (words[place] in _NEXT or words[place] in _BEFORE_NEXT):
        is_next = is_next or words[place] in _NEXT
        place += 1
    if is_next and place < len(words) and stem(words[place]) in _COUNTED_ONCE:
        # "the next fortnight"
        yield Item(at, place + 1, _join(pieces, at, place + 1 - at), ahead=_AHEAD_UNITS[stem(words[place])])
        return
    length, count = _read_count(words, place)
    if not length or place + length >= len(words):
        return
    place += length
    while place + 1 < len(words) and words[place] in _NEXT:
        place, is_next = place + 1, True
    days = _AHEAD_UNITS.get(stem(words[place]), 0)
    if place + 1 < len(words) and words[place + 1] in _NEXT:
        place, is_next = place + 1, True
    if days > 0 or (days < 0 and is_next):
        yield Item(at, place + 1, _join(pieces, at, place + 1 - at), ahead=count * days)


def _read_count(words: Sequence[str], at: int) -> tuple[int, int]:
    """Return (words, count) of a whole number from 1 to 999, in digits or as words; (0, 0) without one."""
    if at < len(words) and words[at].isdecimal() and 0 < int(words[at]) < 1000:
        return 1, int(words[at])
    length, number, unit = read_number_words(words, at) if at < len(words) else (0, None, "")
    return (length, int(number)) if number is not None and number < 1000 and not unit else (0, 0)


def _find_number(pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
    amount = pieces[at].amount
    if amount is not None:
        yield Item(at, at + 1, pieces[at].text, number=amount, unit=pieces[at].unit)
        return
    length, number, unit = read_number_words(words, at)
    if number is not None:
        yield Item(at, at + length, _join(pieces, at, length), number=number, unit=unit)
