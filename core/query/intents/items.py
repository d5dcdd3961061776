"""What stands where in a sentence: periods, values of the sheet, accounts, numbers, phrases, words that are unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache

from core.query.account_names import AccountNames
from core.query.intents.lexicon import Phrase, correct_word, load_lexicon, stem
from core.query.period_phrases import MOST_WORDS, PeriodPhrase, list_period_words, match_period
from core.query.vocabulary import METHOD_WORDS, Filter, Vocabulary
from core.terms import Method
from core.text import clean_text, fold

_LONGEST_VALUE = 8
# More unknown words than this are not compared with known ones: the text is no question.
_MOST_CORRECTED = 8

_MENTION = re.compile(
    r"\bcc\b(?:\s*[:,]?\s*@?[\w.-]+(?:\s*(?:,|&|and|et)\s*@[\w.-]+)*)?|<[@#!][^>]*>|@[\w.-]+", re.IGNORECASE
)
_PIECE = re.compile(
    r"""
      "(?P<quoted>[^"]*)"
    | (?P<number>[€$£]?(?<![\w.])[+-]?\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?(?![\w])|[€$£]?(?<![\w.-])[+-]?\d+(?:[.,]\d+)?)\ ?
      (?P<unit>%|k€|m€|€|\$|£|(?:percent|per\ cent|pct|pour\ cent|pourcent|k|m|mn|bn|ke|keur|eur|euros?|usd|dollars?|million|millions|mille|thousand)(?![\w]))?(?![\w/-])
    | (?P<equals>!=|<>|>=|<=|=|<|>)
    | (?P<word>[^\W_](?:[^\s"'=<>,;:()\[\]{}?!*`]*[^\W_%+#])?[%+#]?|&|\+)
    | (?P<comma>[,;])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-/](?=[^\W\d_])|(?<=\d)-(?=[^\W\d_]{3,})")
_ABBREVIATIONS = {
    "ds": "dans",
    "cmb": "combien",
    "pr": "pour",
    "qd": "quand",
    "bcp": "beaucoup",
    "ns": "nous",
    "grds": "grands",
    "grd": "grand",
    "trim": "trimestre",
    "qtrs": "quarters",
    "12m": "12 months",
}
_THOUSANDS = {"k": 3, "ke": 3, "k€": 3, "keur": 3, "thousand": 3, "mille": 3, "m": 6, "mn": 6, "m€": 6, "million": 6,
              "millions": 6, "bn": 9}  # fmt: skip
_COUNTS = {
    **{str(number): number for number in range(1, 1000)},
    **dict(one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, fifteen=15, twenty=20),
    **dict(deux=2, trois=3, quatre=4, cinq=5, huit=8, neuf=9, dix=10, quinze=15, vingt=20),
    **dict(twelve=12, douze=12, thirty=30, trente=30, sixty=60, soixante=60, ninety=90),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a number or a quoted text of a sentence.

    Attributes:
        text: as typed.
        word: folded; empty for a quoted text.
        quoted: True for a text in quotes.
        amount: the value of a number, with its thousands; None for a word.
        unit: `%` after a number, `money` after an amount of money, else empty.

    """

    text: str
    word: str
    quoted: bool = False
    amount: Decimal | None = None
    unit: str = ""


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
        corrected: the word that was meant by a misspelt one.

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
    corrected: str = ""

    def means(self, *meanings: str) -> bool:
        """Tell whether it is a phrase with one of these meanings."""
        return bool(self.phrase and self.phrase.meanings.intersection(meanings))


def remove_mentions(text: str) -> str:
    """Return a text without "cc @name", "@name" and Slack's own marks of people and channels."""
    return _MENTION.sub(" ", text)


def split_pieces(text: str) -> list[Piece]:
    """Return the pieces of a text; elisions and compounds become words of their own: "l'offre", "peux-tu"."""
    plain = _HYPHEN.sub(" ", clean_text(text).replace("'", " ").replace("\u2019", " "))
    pieces = []
    for match in _PIECE.finditer(plain):
        if match["quoted"] is not None:
            if match["quoted"].strip():
                pieces.append(Piece(match["quoted"].strip(), "", quoted=True))
        elif match["number"]:
            pieces.append(_read_number(match))
        elif match["equals"] or match["comma"]:
            pieces.append(Piece(match[0], match[0]))
        else:
            word = fold(match[0]).strip(".-/'")
            pieces.append(Piece(match[0], _ABBREVIATIONS.get(word, word)))
    return pieces


def _read_number(match: re.Match[str]) -> Piece:
    digits = match["number"].lstrip("€$£")
    grouped = re.fullmatch(r"[+-]?\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?", digits)
    value = Decimal(re.sub(r"[ ,']", "", digits) if grouped else digits.replace(",", "."))
    unit = (match["unit"] or "").lower()
    if unit.startswith(("per", "pct", "pour")):
        unit = "%"
    is_money = match["number"][0] in "€$£" or (unit and unit != "%")
    return Piece(
        match[0].strip(),
        fold(match[0].strip()),
        amount=value.scaleb(_THOUSANDS.get(unit, 0)),
        unit="%" if unit == "%" else "money" if is_money else "",
    )


def read_count(item: Item) -> int | None:
    """Return the whole number that an item is, in digits or as a word."""
    return _COUNTS.get(fold(item.text))


@lru_cache(maxsize=4096)
def _match_period(phrase: str) -> PeriodPhrase | None:
    return match_period(phrase)


@dataclass(frozen=True)
class Words:
    """The words that a sentence can be about: those of one snapshot.

    Attributes:
        vocabulary: its dimensions and values.
        accounts: its accounts.

    """

    vocabulary: Vocabulary
    accounts: AccountNames

    @cached_property
    def correctable(self) -> Mapping[str, str]:
        """Folded word -> the word: of the phrases, the periods and the sheet."""
        words = {word: word for word in load_lexicon().words if word.isalpha()}
        words |= {word: word for word in list_period_words()}
        words |= {word: word for word in _period_starts() if len(word) > 3}
        for key, heading in self.vocabulary.headings.items():
            words |= {word: word for word in re.findall(r"[a-z]{4,}", f"{key} {fold(heading)}")}
        for spellings in self.vocabulary.spellings.values():
            for spelling in spellings:
                words |= {word: word for word in re.findall(r"[^\W\d_]{4,}", fold(spelling))}
        return words

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
                word = correct_word(changed[at].word, self.correctable)
                if word:
                    typed, changed[at] = changed[at], Piece(word, word)
                    found = self._find_item(changed, at)
                    if not found.is_unknown:
                        item = replace(found, text=typed.text, corrected=word)
            items.append(item)
            at = item.stop
        return items

    def _find_item(self, pieces: Sequence[Piece], at: int) -> Item:
        """Return the longest item that begins at a piece: a period, then a value, a phrase, an account of one length."""
        if pieces[at].quoted:
            return self._find_quoted(pieces, at)
        words = [piece.word for piece in pieces]
        finders: tuple[Callable[[], Iterator[Item]], ...] = (
            lambda: self._find_period(pieces, words, at),
            lambda: self._find_value(pieces, at),
            lambda: _find_phrase(pieces, words, at),
            lambda: self._find_accounts(pieces, words, at),
            lambda: _find_ahead(pieces, words, at),
            lambda: _find_number(pieces, at),
        )
        found = [item for finder in finders for item in finder()]
        if found:
            longest = max(found, key=lambda item: item.stop)
            return self._shorten_passed(longest, pieces)
        is_sign = not any(letter.isalnum() for letter in pieces[at].text)
        if is_sign and pieces[at].word in {"&", "+", ",", ";"}:
            return Item(at, at + 1, pieces[at].text, phrase=Phrase(is_passed=True))
        return Item(at, at + 1, pieces[at].text, is_unknown=True)

    def _shorten_passed(self, item: Item, pieces: Sequence[Piece]) -> Item:
        """Return a run without effect up to the first value that begins inside it: "the Business plan"."""
        if item.phrase is None or item.phrase.meanings or not item.phrase.is_passed:
            return item
        for place in range(item.start + 1, item.stop):
            if any(other.filter and pieces[place].text[:1].isupper() for other in self._find_value(pieces, place)):
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
        if words[at] not in _period_starts() and not words[at][:1].isdigit() and not _CODE.match(words[at]):
            return
        for length in range(min(MOST_WORDS + 2, len(words) - at), 0, -1):
            run = words[at : at + length]
            if any(pieces[place].quoted or words[place] in {",", ";"} for place in range(at, at + length)):
                continue
            phrase = _match_period(" ".join(word for word in run if word not in {"l", "d"}))
            if phrase:
                yield Item(at, at + length, _join(pieces, at, length), period=phrase)
                return

    def _find_value(self, pieces: Sequence[Piece], at: int) -> Iterator[Item]:
        """Yield a value, `column=value`, "column value", "value column", and a column alone."""
        most = 0
        while at + most < len(pieces) and most < _LONGEST_VALUE and pieces[at + most].word not in {",", ";"}:
            most += 1
        vocabulary = self.vocabulary
        for length in range(most, 0, -1):
            text = _join(pieces, at, length)
            dimension = vocabulary.find_dimension(text)
            if dimension:
                after = at + length
                sign = after < len(pieces) and pieces[after].word == "="
                after += sign
                for wide in range(min(_LONGEST_VALUE, len(pieces) - after), 0, -1):
                    value = vocabulary.find_value(dimension, _join(pieces, after, wide))
                    if value is not None and _is_named(pieces[after], value):
                        yield Item(
                            at, after + wide, _join(pieces, at, after + wide - at), filter=Filter(dimension, value)
                        )
                        break
                else:
                    yield Item(at, at + length, text, dimension=dimension)
            found = self._find_filter(pieces, at, length) or self._find_owner(text)
            if found:
                # "the enterprise plan": a column just after the value is the column of the value.
                after = at + length
                heading = vocabulary.find_dimension(pieces[after].text) if after < len(pieces) else None
                named = vocabulary.find_value(heading, text) if heading else None
                if heading and named is not None:
                    yield Item(at, after + 1, _join(pieces, at, length + 1), filter=Filter(heading, named))
                yield Item(at, at + length, text, filter=found)
                return

    def _find_filter(self, pieces: Sequence[Piece], at: int, length: int) -> Filter | None:
        text = _join(pieces, at, length)
        found = self.vocabulary.find_filter(text)
        if found is None or not all(piece.word for piece in pieces[at : at + length]):
            return None
        return found if length > 1 or _is_named(pieces[at], found.value) else None

    def _find_owner(self, text: str) -> Filter | None:
        """Return the owner whose name has an "s" at its end, without an apostrophe: "mateos accounts"."""
        bare = text[:-1] if len(text) > 3 and text.endswith("s") and "owner" in self.vocabulary.dimensions else ""
        value = self.vocabulary.find_value("owner", bare) if bare else None
        return Filter("owner", value) if value is not None else None

    def _find_accounts(self, pieces: Sequence[Piece], words: Sequence[str], at: int) -> Iterator[Item]:
        length, accounts = self.accounts.longest_match(words, at)
        if accounts:
            yield Item(at, at + length, _join(pieces, at, length), accounts=accounts)


_BEFORE_NEXT = frozenset("over within in for the les dans sous des ces d ici sur".split())  # noqa: SIM905
_NEXT = frozenset("next prochain prochains prochaine prochaines coming following suivants suivantes venir".split())  # noqa: SIM905
# Days in a unit; months are negative, as their days depend on the day of asking.
_AHEAD_UNITS = {"day": 1, "j": 1, "jrs": 1, "d": 1, "jour": 1, "week": 7, "semain": 7, "month": -1, "mois": -1, "moi": -1, "quarter": -3,
                "trimestr": -3, "year": -12, "an": -12, "ann": -12}  # fmt: skip
# Words that are also common words: they name a value only where they are written as the sheet has them.
_COMMON = frozenset("le la les de des du un une et ou a an the in on is it we us no or pas ne y go".split())  # noqa: SIM905
_CODE = re.compile(r"[qthsf]\w?\d")


def _is_named(piece: Piece, value: str) -> bool:
    return piece.word not in _COMMON or piece.text == value


@lru_cache(maxsize=1)
def _period_starts() -> frozenset[str]:
    return frozenset(list_period_words())


def _join(pieces: Sequence[Piece], at: int, length: int) -> str:
    return " ".join(piece.text for piece in pieces[at : at + length])


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
    if place + 1 >= len(words) or words[place] not in _COUNTS:
        return
    count = _COUNTS[words[place]]
    place += 1
    while place + 1 < len(words) and words[place] in _NEXT:
        place, is_next = place + 1, True
    length = _AHEAD_UNITS.get(stem(words[place]), 0)
    if place + 1 < len(words) and words[place + 1] in _NEXT:
        place, is_next = place + 1, True
    if length > 0 or (length < 0 and is_next):
        yield Item(at, place + 1, _join(pieces, at, place + 1 - at), ahead=count * length)


def _find_number(pieces: Sequence[Piece], at: int) -> Iterator[Item]:
    amount = pieces[at].amount
    if amount is None and pieces[at].word in _COUNTS:
        amount = Decimal(_COUNTS[pieces[at].word])
    if amount is not None:
        yield Item(at, at + 1, pieces[at].text, number=amount, unit=pieces[at].unit)
