"""The entries of a zip: copied as they are packed, or made anew with a fixed date."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_DATE = (1980, 1, 1, 0, 0, 0)


def create_entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a changed part."""
    entry = zipfile.ZipInfo(name, date_time=_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def find_ends(entries: Sequence[zipfile.ZipInfo], directory: int) -> dict[int, int]:
    """Return for the position of each entry the position after it: an entry may have a descriptor after its data."""
    starts = sorted(entry.header_offset for entry in entries)
    return dict(zip(starts, [*starts[1:], directory], strict=True))


def copy_entry(new: zipfile.ZipFile, stream: io.BytesIO, entry: zipfile.ZipInfo, raw: memoryview) -> None:
    """Copy an entry with its header, its packed bytes and its descriptor as they are."""
    entry.header_offset = new.start_dir
    entry.extra = _remove_zip64_sizes(entry.extra)
    stream.seek(new.start_dir)
    stream.write(raw)
    new.filelist.append(entry)
    new.NameToInfo[entry.filename] = entry
    new.start_dir = stream.tell()


def _remove_zip64_sizes(extra: bytes) -> bytes:
    """Remove the field of 64-bit sizes: zipfile writes it again where it is needed."""
    kept, position = b"", 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind != 1:
            kept += extra[position : position + 4 + length]
        position += 4 + length
    return kept
