"""The records of the binary parts of an .xlsb file ([MS-XLSB], section 2.1.4), and the values in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# The numbers of the record types that are read.
ROW, BLANK, RK, ERROR, BOOLEAN, REAL, TEXT, SHARED_TEXT = range(8)
FORMULA_TEXT, FORMULA_NUMBER, FORMULA_BOOLEAN, FORMULA_ERROR = range(8, 12)
SHORT_BLANK, SHORT_SHARED_TEXT = 12, 18
SHARED_ITEM, NUMBER_FORMAT, CELL_FORMAT, RICH_TEXT = 19, 44, 47, 62
SHEET_DATA, SHEET_DATA_END = 145, 146
WORKBOOK_PROPERTIES, SHEET, MERGED_CELLS = 153, 156, 176
CELL_FORMATS, CELL_FORMATS_END = 617, 618

_NUMBER = struct.Struct("<I")
_REAL = struct.Struct("<d")


def read_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each record. Raises ValueError if the last one breaks off."""
    position, end = 0, len(part)
    while position < end:
        kind = part[position]
        position += 1
        if kind & 0x80:
            if position >= end:
                raise ValueError(position)
            kind = kind & 0x7F | (part[position] & 0x7F) << 7
            position += 1
        size = shift = 0
        while shift < 28:
            if position >= end:
                raise ValueError(position)
            byte = part[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if position + size > end:
            raise ValueError(position)
        yield kind, part[position : position + size]
        position += size


def read_number(content: bytes, offset: int = 0) -> int:
    """Return the unsigned integer of four bytes. Raises struct.error if the record is too short."""
    return int(_NUMBER.unpack_from(content, offset)[0])


def read_real(content: bytes, offset: int) -> float:
    """Return the number of eight bytes; a whole one as an int. Raises ValueError if it is not finite."""
    return simplify_number(float(_REAL.unpack_from(content, offset)[0]))


def read_rk(content: bytes, offset: int) -> float:
    """Return a number in four bytes: an integer, or the upper half of a float; either may count hundredths."""
    packed = read_number(content, offset)
    if packed & 2:
        number: float = (packed >> 2) - ((packed & 0x80000000) >> 1)
    else:
        number = float(_REAL.unpack(b"\0\0\0\0" + _NUMBER.pack(packed & 0xFFFFFFFC))[0])
    return simplify_number(number / 100 if packed & 1 else number)


def simplify_number(number: float) -> float:
    """Return a whole number as an int. Raises ValueError if the number is not finite."""
    return int(number) if number == int(number) else number


def read_text(content: bytes, offset: int) -> tuple[str, int]:
    """Return a text and the offset behind it; an absent one is empty. Raises ValueError if it breaks off."""
    length = read_number(content, offset)
    if length == 0xFFFFFFFF:
        return "", offset + 4
    end = offset + 4 + 2 * length
    if end > len(content):
        raise ValueError(length)
    return content[offset + 4 : end].decode("utf-16-le", errors="replace"), end
