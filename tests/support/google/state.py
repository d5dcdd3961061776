"""What the loopback Google server keeps: spreadsheets, their tabs and cells. No network here.

A cell's value is plain Python: None, text, a number, True or False, or a SheetError. What else a cell can have (format,
note, validation) is kept as rules over ranges, as one rule over a column costs less than a million cells.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sheets.workbook.a1 import column_letters, format_a1
from tests.support.google.schema import Json, without_zeros

MAX_CELLS = 10_000_000
MAX_TEXT = 50_000
EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no time zone
SPREADSHEET, SHORTCUT = "application/vnd.google-apps.spreadsheet", "application/vnd.google-apps.shortcut"
REFERENCE = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]*)")


@dataclass(frozen=True)
class SheetError:
    """An error value in a cell, such as `#REF!`; `type` is Google's name of it."""

    text: str = "#REF!"
    type: str = "REF"


Stored = str | int | float | bool | SheetError | None
Given = Stored | dt.date | Decimal


class RefusedError(Exception):
    """Google refuses the call: HTTP code, status, message and, where there is one, the reason."""

    def __init__(self, code: int, status: str, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.code, self.status, self.message, self.reason = code, status, message, reason


def invalid(message: str) -> RefusedError:
    return RefusedError(400, "INVALID_ARGUMENT", message)


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, counted from 0, ends exclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row < self.bottom and self.left <= column < self.right

    def within(self, height: int, width: int) -> Area | None:
        """Return the part within a grid of that size; None when no cell is."""
        if self.top >= height or self.left >= width:
            return None
        return Area(self.top, self.left, min(self.bottom, height), min(self.right, width))

    def meets(self, other: Area) -> bool:
        return (
            self.top < other.bottom and other.top < self.bottom and self.left < other.right and other.left < self.right
        )

    def covers(self, other: Area) -> bool:
        return (
            self.top <= other.top
            and self.left <= other.left
            and self.bottom >= other.bottom
            and self.right >= other.right
        )


@dataclass(frozen=True)
class Rule:
    """What the fields named in `mask` were set to in an area; of several rules for a cell the last one counts."""

    area: Area
    mask: Json
    cell: Json


@dataclass
class Sheet:
    """A tab. `extra` holds what was added to it: charts, conditionalFormats, tables, protectedRanges, basicFilter.

    `sizes` are the pixels of rows and columns that were given some: ("COLUMNS", 3) -> 120.
    """

    id: int
    title: str
    grid: Json
    rows: list[list[Stored]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    marks: list[Json] = field(default_factory=list)  # metadata of rows and columns
    extra: dict[str, list[Json]] = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    sizes: dict[tuple[str, int], int] = field(default_factory=dict)
    filter_range: Json = field(default_factory=dict)

    @property
    def height(self) -> int:
        return int(self.grid["rowCount"])

    @property
    def width(self) -> int:
        return int(self.grid["columnCount"])

    def clone(self) -> Sheet:
        """Return a copy to try a batch on. Rows are shared: they are replaced, never changed in place."""
        return Sheet(
            self.id,
            self.title,
            dict(self.grid),
            list(self.rows),
            list(self.rules),
            list(self.metadata),
            list(self.marks),
            {key: list(items) for key, items in self.extra.items()},
            dict(self.more),
            dict(self.sizes),
            self.filter_range,
        )

    def value(self, row: int, column: int) -> Stored:
        line = self.rows[row] if row < len(self.rows) else []
        return line[column] if column < len(line) else None

    def set_rows(self, top: int, left: int, rows: Sequence[Sequence[Stored]]) -> None:
        """Write a block; rows are replaced as a whole."""
        self.rows.extend([] for _ in range(top + len(rows) - len(self.rows)))
        for offset, values in enumerate(rows):
            line = self.rows[top + offset]
            padded = line + [None] * (left - len(line))
            self.rows[top + offset] = [*padded[:left], *values, *line[left + len(values) :]]

    def cut(self) -> None:
        """Drop the cells outside the grid, after the grid was made smaller."""
        self.rows = [row[: self.width] for row in self.rows[: self.height]]
        within = ((rule, rule.area.within(self.height, self.width)) for rule in self.rules)
        self.rules = [Rule(area, rule.mask, rule.cell) for rule, area in within if area]
        limits = {"ROWS": self.height, "COLUMNS": self.width}
        self.sizes = {(way, index): size for (way, index), size in self.sizes.items() if index < limits[way]}
        if tables := self.extra.get("tables"):
            kept = ((table, self.cut_range(table["range"])) for table in tables)
            self.extra["tables"] = [{**table, "range": cut} for table, cut in kept if cut]
        # A rule goes when nothing of its ranges is left, and those behind it move up.
        self.extra["conditionalFormats"] = [
            {**rule, "ranges": ranges}
            for rule in self.extra.get("conditionalFormats", [])
            if (ranges := [cut for grid in rule["ranges"] if (cut := self.cut_range(grid))])
        ]

    def add_rule(self, rule: Rule) -> None:
        """Add a rule and drop those that it hides wholly."""
        self.rules = [old for old in self.rules if not (rule.area.covers(old.area) and _hides(rule.mask, old.mask))]
        self.rules.append(rule)

    def facets(self, row: int, column: int) -> Json:
        """Return the fields of a cell other than its value: userEnteredFormat, note, dataValidation, ..."""
        facets: Json = {}
        for rule in self.rules:
            if rule.area.holds(row, column):
                assign(facets, rule.mask, rule.cell)
        return facets

    def notes(self) -> dict[tuple[int, int], str]:
        """Return every note by its cell, counted from 0."""
        notes: dict[tuple[int, int], str] = {}
        for rule in self.rules:
            if not {"note", "*"} & rule.mask.keys():
                continue
            for place in [place for place in notes if rule.area.holds(*place)]:
                del notes[place]
            if rule.cell.get("note"):
                area = rule.area
                cells = (
                    (row, column) for row in range(area.top, area.bottom) for column in range(area.left, area.right)
                )
                notes.update(dict.fromkeys(cells, str(rule.cell["note"])))
        return notes

    def protected(self, asker: str) -> list[Json]:
        """Return the protected ranges as `asker` sees them."""
        return [
            {**given, "requestingUserCanEdit": may_edit(given, asker)}
            for given in self.extra.get("protectedRanges", [])
        ]

    def check_protection(self, area: Area, asker: str, where: str) -> None:
        """Raise RefusedError where `asker` may not edit all of an area."""
        for given in self.protected(asker):
            closed = self.area(given.get("range", {}), where)
            inside = [self.area(part, where) for part in given.get("unprotectedRanges", [])]
            allowed = given["requestingUserCanEdit"] or given.get("warningOnly")
            if not (allowed or any(part.covers(area) for part in inside)) and closed.meets(area):
                raise invalid(f"Invalid {where}: You are trying to edit a protected cell or object. Please contact "
                              "the spreadsheet owner to remove protection if you need to edit.")  # fmt: skip

    def insert_rows(self, at: int, count: int) -> None:
        """Insert blank rows; the rows below move down with all that belongs to them."""
        self.grid["rowCount"] += count
        self.move_marks("ROWS", at, count)
        if at < len(self.rows):
            self.rows = [*self.rows[:at], *([] for _ in range(count)), *self.rows[at:]]
        self.rules = [
            Rule(
                Area(
                    rule.area.top + count * (rule.area.top >= at),
                    rule.area.left,
                    rule.area.bottom + count * (rule.area.bottom > at),
                    rule.area.right,
                ),
                rule.mask,
                rule.cell,
            )
            for rule in self.rules
        ]
        self.extra["merges"] = [
            {
                **merge,
                "startRowIndex": merge["startRowIndex"] + count * (merge["startRowIndex"] >= at),
                "endRowIndex": merge["endRowIndex"] + count * (merge["endRowIndex"] > at),
            }
            for merge in self.extra.get("merges", [])
        ]

    def insert_columns(self, at: int, count: int) -> None:
        """Insert blank columns; those right of it move with their formats and widths."""
        self.grid["columnCount"] += count
        self.move_marks("COLUMNS", at, count)
        blank: list[Stored] = [None] * count
        self.rows = [[*row[:at], *blank, *row[at:]] if at < len(row) else row for row in self.rows]
        self.rules = [
            Rule(
                Area(
                    rule.area.top,
                    rule.area.left + count * (rule.area.left >= at),
                    rule.area.bottom,
                    rule.area.right + count * (rule.area.right > at),
                ),
                rule.mask,
                rule.cell,
            )
            for rule in self.rules
        ]
        self.sizes = {
            (way, index + count * (way == "COLUMNS" and index >= at)): size for (way, index), size in self.sizes.items()
        }

    def move_marks(self, way: str, at: int, count: int) -> None:
        """Move the metadata of rows or columns along with them."""

        def move(item: Json) -> Json:
            span = item["location"]["dimensionRange"]
            if span["dimension"] != way or span.get("startIndex", 0) < at:
                return item
            moved = {name: span.get(name, 0) + count for name in ("startIndex", "endIndex")}
            return {**item, "location": {**item["location"], "dimensionRange": {**span, **moved}}}

        self.marks = [move(item) for item in self.marks]

    def number_format(self, row: int, column: int) -> Json:
        return dict(self.facets(row, column).get("userEnteredFormat", {}).get("numberFormat", {}))

    def properties(self, index: int) -> Json:
        grid = without_zeros(self.grid)
        return {
            "sheetId": self.id,
            "title": self.title,
            "index": index,
            "sheetType": "GRID",
            "gridProperties": grid,
            **self.more,
        }

    def cut_range(self, grid_range: Json) -> Json | None:
        """Return what the grid leaves of a GridRange, None when that is nothing."""
        limits = {"Row": self.height, "Column": self.width}
        if any(grid_range.get(f"start{way}Index", 0) >= limit for way, limit in limits.items()):
            return None
        ends = {f"end{way}Index": limit for way, limit in limits.items()}
        return {**grid_range, **{end: min(grid_range[end], limit) for end, limit in ends.items() if end in grid_range}}

    def whole_area(self, grid_range: Json, where: str) -> Area:
        """Return the area of a GridRange of this tab that has to lie in the grid as a whole, and to be none too small.

        Raises:
            RefusedError: it is of another tab, ends past the grid, or is empty.

        """
        if grid_range.get("sheetId", 0) != self.id:
            raise invalid(f"Invalid {where}: All ranges must be on the same sheet.")
        area = self.area(grid_range, where)
        bottom, right = grid_range.get("endRowIndex", area.bottom), grid_range.get("endColumnIndex", area.right)
        if (bottom, right) != (area.bottom, area.right):
            limits = f"Max rows: {self.height}, max columns: {self.width}"
            raise invalid(f"Invalid {where}: Range ({range_name(self, area)}) exceeds grid limits. {limits}")
        if area.top >= area.bottom or area.left >= area.right:
            raise invalid(f"Invalid {where}: endRowIndex and endColumnIndex must be greater than their starts.")
        return area

    def area(self, grid_range: Json, where: str) -> Area:
        """Return the area of a GridRange. One that starts past the grid is refused; one that ends past it is cut."""
        top, left = grid_range.get("startRowIndex", 0), grid_range.get("startColumnIndex", 0)
        bottom = grid_range.get("endRowIndex", self.height)
        right = grid_range.get("endColumnIndex", self.width)
        if top >= self.height or left >= self.width:
            name = f"{quoted(self.title)}!{format_a1(top, left)}"
            limits = f"Max rows: {self.height}, max columns: {self.width}"
            raise invalid(f"Invalid {where}: Range ({name}) exceeds grid limits. {limits}")
        return Area(top, left, min(bottom, self.height), min(right, self.width))


@dataclass
class Spreadsheet:
    """A spreadsheet with its Drive version and the accounts that it is shared with."""

    id: str
    title: str
    locale: str
    time_zone: str
    sheets: list[Sheet]
    editors: set[str] = field(default_factory=set)
    viewers: set[str] = field(default_factory=set)
    shared_drive: bool = False
    version: int = 100
    next_id: int = 1
    metadata: list[Json] = field(default_factory=list)
    named_ranges: list[Json] = field(default_factory=list)
    kind: str = SPREADSHEET
    target: Json = field(default_factory=dict)  # of a shortcut: targetId and targetMimeType
    asker: str = ""  # the account that calls; empty: a colleague in the browser, who owns the file
    last_user: str = ""  # who made the last change, likewise

    def draft(self) -> Spreadsheet:
        """Return a copy on which a batch is tried; `adopt` makes it the truth, all of it or nothing."""
        twin = copy.copy(self)
        twin.sheets = [sheet.clone() for sheet in self.sheets]
        twin.metadata = list(self.metadata)
        twin.named_ranges = list(self.named_ranges)
        return twin

    def adopt(self, draft: Spreadsheet) -> None:
        cells = sum(sheet.height * sheet.width for sheet in draft.sheets)
        if cells > MAX_CELLS:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
            )
        self.sheets, self.title, self.next_id = draft.sheets, draft.title, draft.next_id
        self.locale, self.time_zone, self.metadata = draft.locale, draft.time_zone, draft.metadata
        self.named_ranges = draft.named_ranges
        self.touch()

    def touch(self) -> None:
        # Drive counts more than the visible changes, so it never goes up by exactly one.
        self.version += 3
        self.last_user = self.asker

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id

    def sheet(self, sheet_id: int, where: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise invalid(f"Invalid {where}: No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == title.casefold()), None)

    def locate(self, text: str) -> tuple[Sheet, Area]:
        """Return what an A1 range means: `Tab`, `'My tab'!A1:C`, `B2`. Raises RefusedError as Google does."""
        broken = invalid(f"Unable to parse range: {text}")
        whole = self.titled(unquoted(text))
        if whole is not None:
            return whole, Area(0, 0, whole.height, whole.width)
        title, mark, cells = text.rpartition("!")
        sheet = self.titled(unquoted(title)) if mark else self.sheets[0]
        if sheet is None:
            raise broken
        first, _, last = cells.partition(":")
        start, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)
        if not start or not end or not first or (not last and not all(start.groups())):
            raise broken
        grid = {"startRowIndex": int(start[2] or 1) - 1, "startColumnIndex": column_index(start[1] or "A")}
        if end[2]:
            grid["endRowIndex"] = int(end[2])
        if end[1]:
            grid["endColumnIndex"] = column_index(end[1]) + 1
        try:
            return sheet, sheet.area(grid, "range")
        except RefusedError as refused:
            raise invalid(refused.message.removeprefix("Invalid range: ")) from None


def assign(target: Json, mask: Json, source: Mapping[str, Any]) -> None:
    """Set the fields of `target` that `mask` names to what `source` has; what it lacks is cleared."""
    for name, branch in ({key: {} for key in [*source, *target]} if "*" in mask else mask).items():
        if branch and isinstance(source.get(name, {}), dict):
            inner = dict(target.get(name, {}))
            assign(inner, branch, source.get(name, {}))
            target[name] = inner
        elif name in source:
            target[name] = source[name]
        else:
            target.pop(name, None)


def may_edit(protected: Json, asker: str) -> bool:
    """Tell whether a protection names `asker` as an editor; the owner always may."""
    return not asker or asker in protected.get("editors", {}).get("users", [])


def _hides(mask: Json, older: Json) -> bool:
    """Return whether every field of `older` is under a field of `mask`."""
    if "*" in mask:
        return True
    return all(
        name in mask and (not mask[name] or (inner and _hides(mask[name], inner))) for name, inner in older.items()
    )


def stored(value: Given) -> Stored:
    """Return what a cell keeps of a Python value: dates become serial numbers, whole floats integers."""
    if isinstance(value, dt.datetime):
        return (value - EPOCH) / dt.timedelta(days=1)
    if isinstance(value, dt.date):
        return (value - EPOCH.date()).days
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def make_sheet(sheet_id: int, title: str, rows: Sequence[Sequence[Given]], size: tuple[int, int] | None) -> Sheet:
    """Return a tab with `rows` in it. Its grid is `size` (rows, columns), by default Google's 1000 x 26 or more."""
    width = max((len(row) for row in rows), default=0)
    height, columns = size or (max(1000, len(rows)), max(26, width))
    sheet = Sheet(sheet_id, title, {"rowCount": height, "columnCount": columns})
    plain = {str, int, bool, type(None), SheetError}
    for number, row in enumerate(rows):
        kinds = set(map(type, row))
        sheet.rows.append(list(row) if kinds <= plain else [stored(value) for value in row])  # type: ignore[arg-type] # checked
        if kinds & {dt.date, dt.datetime}:
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    pattern = {"type": "DATE", "pattern": "yyyy-mm-dd"}
                    rule = {"userEnteredFormat": {"numberFormat": pattern}}
                    sheet.rules.append(
                        Rule(Area(number, column, number + 1, column + 1), {"userEnteredFormat": {}}, rule)
                    )
    return sheet


def quoted(title: str) -> str:
    """Return a title as ranges have it: in quotes only when it needs them."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", title) and not re.fullmatch(
        r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*", title
    )
    return title if plain else "'" + title.replace("'", "''") + "'"


def unquoted(title: str) -> str:
    return title[1:-1].replace("''", "'") if title[:1] == title[-1:] == "'" and len(title) > 1 else title


def column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def range_name(sheet: Sheet, area: Area) -> str:
    """Return an area in A1 notation; a single cell is `Sheet1!D4`."""
    first, last = format_a1(area.top, area.left), f"{column_letters(area.right - 1)}{area.bottom}"
    return f"{quoted(sheet.title)}!{first if first == last else f'{first}:{last}'}"


def matrix(sheet: Sheet, area: Area, option: str) -> list[list[str | int | float | bool]]:
    """Return the values of an area as values.get gives them: trailing empties cut, blanks between them as "" ."""
    lines: list[list[Any]] = []
    filled = 0
    for number, row in enumerate(sheet.rows[area.top : area.bottom], start=area.top):
        line: list[Any] = row[area.left : area.right]
        while line and (line[-1] is None or line[-1] == ""):
            line.pop()
        if option == "FORMATTED_VALUE":
            line = [formatted(value, sheet, number, area.left + offset) for offset, value in enumerate(line)]
        elif None in line or any(type(value) is SheetError for value in line):
            line = ["" if value is None else value.text if isinstance(value, SheetError) else value for value in line]
        lines.append(line)
        filled = len(lines) if line else filled
    return lines[:filled]


def formatted(value: Stored, sheet: Sheet, row: int, column: int) -> str:
    """Return a value as the cell shows it, for the few number formats that our tabs use."""
    if value is None or isinstance(value, (str, bool)):
        return str(value).upper() if isinstance(value, bool) else value or ""
    if isinstance(value, SheetError):
        return value.text
    number = sheet.number_format(row, column)
    pattern = number.get("pattern", "")
    decimals = len(pattern.partition(".")[2].rstrip("%"))
    match number.get("type"):
        case "DATE":
            return f"{EPOCH + dt.timedelta(days=value):%Y-%m-%d}"
        case "PERCENT":
            return f"{value * 100:.{decimals}f}%"
        case "NUMBER" | "CURRENCY":
            return f"{value:{',' if ',' in pattern else ''}.{decimals}f}"
        case _:
            return f"{value:.10g}" if isinstance(value, float) else str(value)


def entered(value: Stored) -> Json:
    """Return a value as an ExtendedValue."""
    if isinstance(value, SheetError):
        return {"errorValue": {"type": value.type, "message": value.text}}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def grid_data(sheet: Sheet, area: Area, mask: Json) -> Json:
    """Return an area as GridData: values, what they show, formats and notes; empty rows at its end are cut."""
    notes = {place: note for place, note in sheet.notes().items() if area.holds(*place)}
    only_notes = mask.get("rowData", {}).get("values", {}).keys() == {"note"}
    lines = []
    for row in range(area.top, min(area.bottom, max(len(sheet.rows), *(row + 1 for row, _ in notes), 0))):
        values = sheet.rows[row] if row < len(sheet.rows) else []
        noted = max((column + 1 for at, column in notes if at == row), default=0) if notes else 0
        width = min(area.right, max(len(values), noted))
        if only_notes:
            cells = [{"note": notes[row, at]} if (row, at) in notes else {} for at in range(area.left, width)]
        else:
            cells = [_cell_data(sheet, row, column) for column in range(area.left, width)]
        lines.append({"values": cells} if cells else {})
    start = {"startRow": area.top, "startColumn": area.left}
    return {**{name: at for name, at in start.items() if at}, "rowData": lines}


def _cell_data(sheet: Sheet, row: int, column: int) -> Json:
    value = sheet.value(row, column)
    cell = sheet.facets(row, column)
    if value is not None:
        cell["userEnteredValue"] = cell["effectiveValue"] = entered(value)
        cell["formattedValue"] = formatted(value, sheet, row, column)
    if "userEnteredFormat" in cell:
        cell["effectiveFormat"] = cell["userEnteredFormat"]
    return cell


def sheets_of(spreadsheet: Spreadsheet, ranges: Sequence[str], mask: Json, *, with_cells: bool) -> Iterator[Json]:
    """Yield the Sheet resources of spreadsheets.get."""
    located = [spreadsheet.locate(text) for text in ranges]
    for index, sheet in enumerate(spreadsheet.sheets):
        areas = [area for owner, area in located if owner is sheet]
        if ranges and not areas:
            continue
        resource: Json = {
            "properties": sheet.properties(index),
            **{key: value for key, value in sheet.extra.items() if value},
        }
        if protected := sheet.protected(spreadsheet.asker):
            resource["protectedRanges"] = protected
        if sheet.metadata:
            resource["developerMetadata"] = sheet.metadata
        if with_cells:
            whole = [Area(0, 0, sheet.height, sheet.width)]
            resource["data"] = [grid_data(sheet, area, mask) for area in areas or whole]
        yield resource


def cell_text_limit(values: Sequence[Sequence[object]]) -> None:
    """Raise RefusedError when a text is longer than a cell may hold."""
    if any(isinstance(value, str) and len(value) > MAX_TEXT for row in values for value in row):
        raise invalid("Your input contains more than the maximum of 50000 characters in a single cell.")
