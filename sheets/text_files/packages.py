"""The zip packages of .ods and .xlsb files: open them, and read parts whose unpacked size is bounded."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sheets.text_files.content import (
    MOST_PART_BYTES,
    build_damage_error,
    build_incomplete_error,
    build_password_error,
    build_size_error,
)


class Package:
    """A package in memory. Every method raises a WorkbookError for damage, and KeyError for a missing part."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise build_incomplete_error(path) from error
        self.names = frozenset(self._archive.namelist())

    @contextlib.contextmanager
    def open_part(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part for reading. zipfile never unpacks more than the declared size, which is checked first."""
        info = self._archive.getinfo(name)
        if info.file_size > MOST_PART_BYTES:
            raise build_size_error(self._path, MOST_PART_BYTES)
        if info.flag_bits & 1:
            raise build_password_error(self._path)
        try:
            with self._archive.open(info) as part:
                yield part
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise build_damage_error(self._path) from error

    def read_part(self, name: str) -> bytes:
        """Return the content of a part."""
        with self.open_part(name) as part:
            return part.read()
