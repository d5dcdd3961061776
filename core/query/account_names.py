"""The accounts that words name: by ID, by whole name, or by a part of a name.

The index of 100,000 names is built once per list of accounts; a look-up is a few look-ups in a dict. Words are compared
by their keys (`fold_key`), so case, accents and punctuation do not matter.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import chain, islice
from weakref import WeakValueDictionary

from core.errors import N_, QuestionError
from core.query.vocabulary import FILLERS
from core.text import MOST_COMPARED, clean_text, find_nearest, fold, fold_key

# Legal forms and words that many companies have in their names. None of them names an account by itself.
GENERIC_WORDS = FILLERS | frozenset(
    """
    ag associates bv co company corp corporation foundation gmbh group groupe holding holdings inc international
    kg limited llc llp ltd nv oy partners plc pty sa sarl sas sasu se services societe solutions spa srl
    technologies technology the
    """.split()  # noqa: SIM905 - reads better without quotes
)
# Words of a name that can be its beginning, letters of the shortest part, and names in an error.
MOST_WORDS, _SHORTEST_PART, _LISTED, _NEAREST, _QUOTED = 8, 3, 5, 3, 60
_LEAST_ALIKE = 0.7
# Letters of the shortest misspelt name, and of the shortest in which two letters may differ.
_LEAST_LETTERS, _LETTERS_FOR_TWO = 5, 8
_WORD = re.compile(r"[^\W_]+[+#%]*")
_BRACKETS = str.maketrans("", "", "<>")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_ELISION = re.compile(r"^(?:[dl]|qu)['’](?=\w)", re.IGNORECASE)


class _Groups(Collection[str]):
    """Key -> the positions of the accounts that have it, ascending.

    Most keys have one account. A list for each of them would cost the garbage collector, which looks at all lists while
    every thread waits, a third of a second with 100,000 names: it passes over numbers and arrays of them.
    """

    def __init__(self, entries: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Take the positions, ascending, each with its keys, each once."""
        self._first: dict[str, int] = {}
        self._others: dict[str, array[int]] = {}
        for position, keys in entries:
            for key in keys:
                if self._first.setdefault(key, position) != position:
                    self._others.setdefault(key, array("q")).append(position)

    def __contains__(self, key: object) -> bool:
        return key in self._first

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def find(self, key: str) -> tuple[int, ...]:
        """Return the positions of a key; empty for an unknown one."""
        first = self._first.get(key)
        return () if first is None else (first, *self._others.get(key, ()))


class AccountNames:
    """Finds accounts in words. Build it once per list of accounts: `index_accounts`.

    Args:
        ids: the ID of each account.
        names: the name of each account, in the same order.
        listed: the positions of the accounts that can be found, ascending; None for all of them.

    """

    def __init__(self, ids: Sequence[str], names: Sequence[str], listed: Sequence[int] | None = None) -> None:
        self.ids, self.names = ids, names
        self._listed = range(len(ids)) if listed is None else listed

    @cached_property
    def _by_id(self) -> Mapping[str, int]:
        return {self.ids[position]: position for position in self._listed}

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        """The listed names as `fold` returns them: both indexes need them; folding an accented name takes longest."""
        return tuple(fold(self.names[position]) for position in self._listed)

    @cached_property
    def _by_key(self) -> _Groups:
        """The key of each ID and whole name."""
        names = zip(self._listed, self._folded, strict=True)
        return _Groups((position, {_make_key(self.ids[position]), _make_key(name)}) for position, name in names)

    @cached_property
    def _by_part(self) -> _Groups:
        """The key of the first words of each name, and of each word of it."""
        return _Groups(zip(self._listed, map(_list_parts, self._folded), strict=True))

    def find(self, text: str) -> tuple[int, ...]:
        """Return the positions of the accounts that a text may name, in the order of the ledger; empty if none.

        The text is an ID or a whole name, in this spelling if an account has it, else in any; else the first words of
        a name or one word of it.
        """
        if text in self._by_id:
            return (self._by_id[text],)
        plain = _unquote(text)
        return self.find_whole(plain) or self._find_part(fold_key(plain))

    def find_whole(self, text: str) -> tuple[int, ...]:
        """Return the positions of the accounts whose ID or whole name the text is, in any spelling."""
        positions = self._by_key.find(_make_key(text))
        if len(positions) > 1:
            # Two names can differ in what a key leaves out.
            lower = text.casefold()
            written = (at for at in positions if lower in (self.ids[at].casefold(), self.names[at].casefold()))
            return tuple(written) or positions
        return positions

    def _find_part(self, key: str) -> tuple[int, ...]:
        return self._by_part.find(key.translate(_BRACKETS))

    def longest_match(self, words: Sequence[str], at: int) -> tuple[int, tuple[int, ...]]:
        """Return the length of the longest run of words from `at` on that names an account, and the positions.

        The run is an ID, a whole name, the beginning of a name or one word of it. Generic words ("Group") and numbers
        alone name no account unless they are its whole name. Several positions are several accounts that share the
        part. (0, ()) if no run names one.
        """
        longest: tuple[int, tuple[int, ...]] = (0, ())
        if at >= len(words) or not self._can_begin(words[at]):
            return longest
        run = ""
        for length, word in enumerate(words[at : at + MOST_WORDS], start=1):
            run = f"{run} {word}" if run else word
            positions = self._match_run(run)
            if positions:
                longest = length, positions
        return longest

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The keys of the first word of each name and ID."""
        firsts = (_WORD.search(text) for text in chain(self._folded, map(fold, self._by_id)))
        return frozenset(fold_key(first[0]) for first in firsts if first)

    @cached_property
    def _can_begin(self) -> Callable[[str], bool]:
        # Of the keys alone: a function of this object would keep it in memory until the garbage collector comes.
        keys = (self._beginnings, self._by_part, self._by_key)
        return lru_cache(maxsize=4096)(partial(_begins_name, keys))

    def _match_run(self, run: str) -> tuple[int, ...]:
        """Return the accounts that a run of words names, also with "l'" before it or "'s" after it."""
        for text in dict.fromkeys((run, _POSSESSIVE.sub("", _ELISION.sub("", run)))):
            key = fold_key(text)
            if not any(letter.isalpha() for letter in key):
                continue
            positions = self.find_whole(text)
            if not positions and len(key) >= _SHORTEST_PART and not _is_generic(text):
                positions = self._find_part(key)
            if positions:
                return positions
        return ()

    def require(self, text: str, command: str) -> int:
        """Return the position of the one account that a text names.

        Args:
            text: an ID, a name or a part of a name.
            command: the sub-command of the lines that the error proposes: `account`.

        Raises:
            QuestionError: no account has it, or several do. The values have `nearest_names`, and `nearest`: a line
                that can be asked for each of them.

        """
        positions = self.find(text)
        if len(positions) == 1:
            return positions[0]
        name = _unquote(text)[:_QUOTED]
        if positions:
            raise QuestionError(
                N_('"{name}" can be {count} accounts: {names}.'),
                N_("Write the whole name or the ID: {example}"),
                count=len(positions),
                name=name,
                **self._list_candidates(positions[:_LISTED], command, more=len(positions) > _LISTED),
            )
        similar = self.find_similar(text)
        raise QuestionError(
            N_('I know no account "{name}".'),
            N_("Nearest: {names}. Example: {example}") if similar else N_("Name it as the sheet does, or by its ID."),
            name=name,
            **self._list_candidates(similar, command, more=False),
        )

    def _list_candidates(self, positions: Sequence[int], command: str, *, more: bool) -> Mapping[str, object]:
        """Return the values of an error about these accounts."""
        lines = tuple(self.write_line(position, command) for position in positions)
        labels = (f"{self.names[position]} ({self.ids[position]})" for position in positions)
        return {
            "names": ", ".join(labels) + (", ..." if more else ""),
            "nearest_names": tuple(self.names[position] for position in positions),
            "nearest": lines,
            "nearest_lines": lines[:_NEAREST],
            "example": lines[0] if lines else "",
        }

    def write_line(self, position: int, command: str) -> str:
        """Return the line that asks a sub-command about an account: by name if no other account has it, else by ID."""
        name, account_id = self.names[position], self.ids[position]
        names_one = '"' not in name and clean_text(name) == name and self.find(name) == (position,)
        text = name if names_one else account_id
        return f'{command} "{text}"' if re.search(r"[^\w-]", text) else f"{command} {text}" if text else command

    @cached_property
    def _by_shape(self) -> Mapping[tuple[str, int], Sequence[str]]:
        """(First letter, length) of a key of a name or of a part -> the keys."""
        groups: dict[tuple[str, int], list[str]] = {}
        for key in dict.fromkeys(chain(self._by_key, self._by_part)):
            groups.setdefault((key[:1], len(key)), []).append(key)
        return groups

    def find_misspelt(self, text: str) -> list[tuple[int, int]]:
        """Return (letters that differ, position) of the accounts that a misspelt name may mean, the nearest first.

        One letter of a name or of a part may differ, of a long one two; never the first one.
        """
        typed = fold_key(text[:_QUOTED])
        if len(typed) < _LEAST_LETTERS:
            return []
        # The import takes 20 ms. Only a name that is not known needs it.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 1 if len(typed) < _LETTERS_FOR_TWO else 2
        lengths = range(len(typed) - most, len(typed) + most + 1)
        keys = [key for length in lengths for key in self._by_shape.get((typed[0], length), ())]
        matches = process.extract(typed, keys[:MOST_COMPARED], scorer=OSA.distance, score_cutoff=most, limit=_LISTED)
        nearest: dict[int, int] = {}
        for key, distance, _ in matches:
            for position in (*self._by_key.find(key), *self._by_part.find(key)[:_LISTED]):
                nearest.setdefault(position, int(distance))
        return [(distance, position) for position, distance in nearest.items()]

    def find_similar(self, text: str) -> tuple[int, ...]:
        """Return the positions of up to three accounts whose names are most like a text."""
        typed = fold_key(text[:_QUOTED])
        if not typed:
            return ()
        # A full comparison of 100,000 names is too slow: compare those that share its start or contain it.
        start, keys = typed[:2], chain(self._by_key, self._by_part)
        candidates = list(islice((key for key in keys if key[:2] == start or typed in key), MOST_COMPARED))
        similar = [*find_nearest(typed, candidates, _NEAREST, _LEAST_ALIKE)]
        similar += [key for key in candidates if len(typed) > 2 and typed in key]
        positions = (at for key in similar for at in (*self._by_key.find(key), *self._by_part.find(key)))
        return tuple(islice(dict.fromkeys(positions), _NEAREST))


# (IDs, names) -> their index, while a ledger has it.
_INDEXES: WeakValueDictionary[tuple[tuple[str, ...], tuple[str, ...]], AccountNames] = WeakValueDictionary()


def index_accounts(ids: tuple[str, ...], names: tuple[str, ...]) -> AccountNames:
    """Return the index of some accounts. Most edits change none of them, so that the next ledger has the same index."""
    index = _INDEXES.get((ids, names))
    if index is None:
        index = _INDEXES[ids, names] = AccountNames(ids, names)
    return index


def _unquote(text: str) -> str:
    """Return a text as typed on a plain keyboard, without the quotes around it."""
    plain = clean_text(text)
    return plain[1:-1].strip() if len(plain) > 1 and plain[0] == plain[-1] == '"' else plain


def _begins_name(keys: Iterable[Collection[str]], word: str) -> bool:
    """Tell whether a run of words that begins with a word can name an account: most words cannot."""
    bare = _POSSESSIVE.sub("", _ELISION.sub("", word))
    first = _WORD.search(fold(bare))
    forms = {fold_key(word), fold_key(bare), *([fold_key(first[0])] if first else [])}
    return any(form in known for form in forms for known in keys)


def _make_key(text: str) -> str:
    return fold_key(text) or text.casefold()


def _list_parts(folded_name: str) -> set[str]:
    """Return the keys of the first words of a name, and of each of its words."""
    words = _WORD.findall(folded_name)
    if len(words) == 1:
        return set()
    parts = {word for word in words if len(word) >= _SHORTEST_PART}
    key = words[0] if words else ""
    for word in words[1:MOST_WORDS]:
        # As `fold_key` does: numbers stay apart.
        key += f"|{word}" if key[-1].isdigit() and word[0].isdigit() else word
        parts.add(key)
    return parts


def _is_generic(text: str) -> bool:
    return all(word in GENERIC_WORDS for word in _WORD.findall(fold(text)))
