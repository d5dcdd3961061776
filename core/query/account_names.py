"""Placeholder until the index of account names is merged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from core.text import fold_key


class AccountNames:
    def __init__(self, ids: Sequence[str], names: Sequence[str]) -> None:
        self.ids, self.names = ids, names

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for at, (one, name) in enumerate(zip(self.ids, self.names, strict=True)):
            for key in {fold_key(one), fold_key(name)}:
                index.setdefault(key, []).insert(0, at)
        for at, name in enumerate(self.names):
            words = name.split()
            for word in words:
                if len(word) > 3:
                    index.setdefault(fold_key(word), []).append(at)
        return index

    def longest_match(self, words: Sequence[str], at: int) -> tuple[int, tuple[int, ...]]:
        for length in range(min(6, len(words) - at), 0, -1):
            found = self._index.get(fold_key(" ".join(words[at : at + length])))
            if found:
                exact = [place for place in found if fold_key(self.names[place]) == fold_key(" ".join(words[at:at+length])) or fold_key(self.ids[place]) == fold_key(" ".join(words[at:at+length]))]
                return length, tuple(dict.fromkeys(exact or found))
        return 0, ()
