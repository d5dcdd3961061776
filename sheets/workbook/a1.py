"""Cell addresses in A1 notation."""

from __future__ import annotations


def column_letters(index: int) -> str:
    """Return the letters of the `index`-th column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    # Bijective base 26: there is no digit for 0, so each digit is taken from `index - 1`.
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the index of the column with these letters, counted from 0: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def format_a1(row: int, column: int) -> str:
    """Return the A1 address of a cell, both numbers counted from 0: (16, 3) is D17."""
    return f"{column_letters(column)}{row + 1}"
