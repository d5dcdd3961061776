"""spreadsheets.batchUpdate of the loopback Google server: each kind of request, in one literal table."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.support.google.schema import Json, api
from tests.support.google.state import (
    MAX_TEXT,
    Area,
    Rule,
    Sheet,
    SheetError,
    Spreadsheet,
    Stored,
    assign,
    invalid,
    stored,
)


def apply(spreadsheet: Spreadsheet, requests: list[Json]) -> list[Json]:
    """Apply all requests or none, and return the replies.

    Raises:
        RefusedError: Google would refuse one of them; nothing was changed.
        NotImplementedError: the request is valid and this server does not know it yet.

    """
    if not requests:
        raise invalid("Must specify at least one request.")
    draft = spreadsheet.draft()
    replies = []
    for number, request in enumerate(requests):
        if len(request) != 1:
            raise invalid(f"Invalid requests[{number}]: one kind must be set")
        ((kind, body),) = request.items()
        if kind not in KINDS:
            raise NotImplementedError(f"batchUpdate: {kind}")
        reply = KINDS[kind](draft, body, f"requests[{number}].{kind}")
        replies.append({kind: reply} if reply else {})
    spreadsheet.adopt(draft)
    return replies


def cell_value(extended: Json, where: str) -> Stored:
    """Return what a cell keeps of an ExtendedValue. There is no calculator here: a formula but =NA() is unknown."""
    if not extended:
        return None
    if len(extended) != 1:
        raise invalid(f"Invalid {where}: a value has one kind")
    ((kind, value),) = extended.items()
    if kind == "formulaValue":
        return SheetError("#N/A", "N_A") if value == "=NA()" else SheetError("#NAME?", "NAME")
    if kind == "errorValue":
        raise invalid(f"Invalid {where}: error values cannot be written")
    if kind == "stringValue" and len(value) > MAX_TEXT:
        raise invalid(
            f"Invalid {where}: Your input contains more than the maximum of 50000 characters in a single cell."
        )
    result: Stored = stored(value)
    return result


def _add_sheet(book: Spreadsheet, body: Json, where: str) -> Json:
    given = body.get("properties", {})
    title = given.get("title") or f"Sheet{len(book.sheets) + 1}"
    if book.titled(title):
        raise invalid(f'Invalid {where}: A sheet with the name "{title}" already exists. Please enter another name.')
    sheet_id = given.get("sheetId", random.randrange(1, 2**31))  # noqa: S311 - not a secret
    if any(sheet.id == sheet_id for sheet in book.sheets):
        raise invalid(f"Invalid {where}: Sheet with id {sheet_id} already exists.")
    grid = {"rowCount": 1000, "columnCount": 26, **given.get("gridProperties", {})}
    sheet = Sheet(sheet_id, title, grid)
    _check_grid(sheet, where)
    place = given.get("index", len(book.sheets))
    book.sheets.insert(place, sheet)
    return {"properties": sheet.properties(place)}


def _delete_sheet(book: Spreadsheet, body: Json, where: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0), where)
    if len(book.sheets) == 1:
        raise invalid(f"Invalid {where}: You can't remove all the sheets in a document.")
    book.sheets.remove(sheet)
    book.named_ranges = [
        {name: value for name, value in named.items() if name != "range" or value.get("sheetId", 0) != sheet.id}
        for named in book.named_ranges
    ]
    return {}


def _duplicate_sheet(book: Spreadsheet, body: Json, where: str) -> Json:
    """Copy a tab. Developer metadata goes with it, as an author of a bot has to expect."""
    source = book.sheet(body.get("sourceSheetId", 0), where)
    reply = _add_sheet(book, {"properties": {"title": body.get("newSheetName", f"Copy of {source.title}")}}, where)
    twin = book.sheets[-1]
    copied = source.clone()
    twin.grid, twin.rows, twin.rules, twin.sizes = copied.grid, copied.rows, copied.rules, copied.sizes
    for rule in copied.extra.get("conditionalFormats", []):
        ranges = [{**area, "sheetId": twin.id} for area in rule["ranges"]]
        twin.extra.setdefault("conditionalFormats", []).append({**rule, "ranges": ranges})
    for chart in copied.extra.get("charts", []):
        twin.extra.setdefault("charts", []).append({**chart, "chartId": book.new_id()})
    for item in source.metadata:
        copied_item = {**item, "metadataId": 0, "location": {"sheetId": twin.id}}
        _create_metadata(book, {"developerMetadata": copied_item}, where)
    return reply


def _check_grid(sheet: Sheet, where: str) -> None:
    if sheet.height < 1 or sheet.width < 1:
        raise invalid(f"Invalid {where}: You can't delete all the rows or columns on the sheet.")
    if sheet.grid.get("frozenRowCount", 0) >= sheet.height or sheet.grid.get("frozenColumnCount", 0) >= sheet.width:
        raise invalid(f"Invalid {where}: You can't freeze all visible rows or columns on the sheet.")


def _cut_named(named: Json, sheet: Sheet) -> Json:
    """Return a named range without the cells that the grid of `sheet` no longer has; without any, it has no range."""
    if named.get("range", {}).get("sheetId", 0) != sheet.id:
        return named
    rest = sheet.cut_range(named["range"])
    return {**{name: value for name, value in named.items() if name != "range"}, **({"range": rest} if rest else {})}


def _update_sheet_properties(book: Spreadsheet, body: Json, where: str) -> Json:
    given = body.get("properties", {})
    mask = api("sheets.v4").mask("SheetProperties", _fields(body, where))
    sheet = book.sheet(given.get("sheetId", 0), where)
    if "title" in mask or "*" in mask:
        other = book.titled(given.get("title", ""))
        if not given.get("title") or (other is not None and other is not sheet):
            title = given.get("title", "")
            raise invalid(
                f'Invalid {where}: A sheet with the name "{title}" already exists. Please enter another name.'
            )
        sheet.title = given["title"]
    if "gridProperties" in mask:
        assign(sheet.grid, mask["gridProperties"] or {"*": {}}, given.get("gridProperties", {}))
        _check_grid(sheet, where)
        sheet.cut()
        book.named_ranges = [_cut_named(named, sheet) for named in book.named_ranges]
    if "index" in mask:
        book.sheets.remove(sheet)
        book.sheets.insert(given.get("index", 0), sheet)
    for name in ("hidden", "tabColor", "tabColorStyle", "rightToLeft"):
        if name in mask:
            assign(sheet.more, {name: mask[name]}, given)
    return {}


def _update_spreadsheet_properties(book: Spreadsheet, body: Json, where: str) -> Json:
    mask = api("sheets.v4").mask("SpreadsheetProperties", _fields(body, where))
    given = body.get("properties", {})
    book.title = given["title"] if "title" in mask else book.title
    book.locale = given["locale"] if "locale" in mask else book.locale
    book.time_zone = given["timeZone"] if "timeZone" in mask else book.time_zone
    return {}


def _update_cells(book: Spreadsheet, body: Json, where: str) -> Json:
    mask = api("sheets.v4").mask("CellData", _fields(body, where))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    if "start" in body:
        start = body["start"]
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        sheet = book.sheet(start.get("sheetId", 0), where)
        right = left + max((len(row) for row in rows), default=0)
        area = Area(top, left, top + len(rows), right)
        if area.bottom > sheet.height or area.right > sheet.width:
            raise invalid(f"Invalid {where}: Attempting to write beyond the grid: row {area.bottom}, column {right}")
    else:
        sheet = book.sheet(body.get("range", {}).get("sheetId", 0), where)
        area = sheet.area(body.get("range", {}), where)
        if len(rows) > area.bottom - area.top:
            last = area.top + len(rows) - 1
            raise invalid(
                f"Invalid {where}: Attempting to write row: {last}, beyond the last requested row of: {area.bottom - 1}"
            )
        if any(len(row) > area.right - area.left for row in rows):
            raise invalid(f"Invalid {where}: Attempting to write beyond the last requested column of: {area.right - 1}")
    sheet.check_protection(area, book.asker, where)
    for cell in (cell for row in rows for cell in row if "note" in mask):
        if len(cell.get("note", "")) > MAX_TEXT:
            raise invalid(f"Invalid {where}: Your note contains more than the maximum of 50000 characters.")
    _write(sheet, area, rows, mask, where)
    return {}


def _write(sheet: Sheet, area: Area, rows: list[list[Json]], mask: Json, where: str) -> None:
    width = area.right - area.left
    if "userEnteredValue" in mask or "*" in mask:
        blank: list[Stored] = [None] * width
        block = [
            [cell_value(cell.get("userEnteredValue", {}), where) for cell in row] + blank[len(row) :] for row in rows
        ]
        block += [blank] * (area.bottom - area.top - len(rows))
        sheet.set_rows(area.top, area.left, block)
    rest = {name: inner for name, inner in mask.items() if name != "userEnteredValue"}
    if rest:
        for column in range(area.left, area.right):
            facets = [_facets(rows, row, column - area.left) for row in range(area.bottom - area.top)]
            for top, bottom, cell in _runs(facets):
                sheet.add_rule(Rule(Area(area.top + top, column, area.top + bottom, column + 1), rest, cell))


def _facets(rows: list[list[Json]], row: int, column: int) -> Json:
    line = rows[row] if row < len(rows) else []
    cell = line[column] if column < len(line) else {}
    return {name: value for name, value in cell.items() if name != "userEnteredValue"}


def _runs(cells: list[Json]) -> Iterator[tuple[int, int, Json]]:
    """Yield (start, end, cell) for the runs of equal cells, so that a column's format is one rule."""
    start = 0
    for end in range(1, len(cells) + 1):
        if end == len(cells) or cells[end] != cells[start]:
            yield start, end, cells[start]
            start = end


def _repeat_cell(book: Spreadsheet, body: Json, where: str) -> Json:
    mask = api("sheets.v4").mask("CellData", _fields(body, where))
    sheet = book.sheet(body.get("range", {}).get("sheetId", 0), where)
    area = sheet.area(body.get("range", {}), where)
    sheet.check_protection(area, book.asker, where)
    cell = body.get("cell", {})
    if "userEnteredValue" in mask or "*" in mask:
        value = cell_value(cell.get("userEnteredValue", {}), where)
        sheet.set_rows(area.top, area.left, [[value] * (area.right - area.left)] * (area.bottom - area.top))
    rest = {name: inner for name, inner in mask.items() if name != "userEnteredValue"}
    if rest:
        sheet.add_rule(Rule(area, rest, {name: value for name, value in cell.items() if name != "userEnteredValue"}))
    return {}


# How many values a condition of data validation takes.
VALUES: Mapping[str, tuple[int, int]] = {
    "BOOLEAN": (0, 2),
    "DATE_IS_VALID": (0, 0),
    "NUMBER_GREATER_THAN_EQ": (1, 1),
    "ONE_OF_LIST": (1, 500),
}


def _check_condition(condition: Json, where: str) -> None:
    kind, values = condition.get("type", ""), condition.get("values", [])
    if kind not in VALUES:
        raise NotImplementedError(f"{where}: {kind}")
    least, most = VALUES[kind]
    if not least <= len(values) <= most:
        raise invalid(f"Invalid {where}: {kind} takes {least} to {most} ConditionValues, got {len(values)}")
    if not all(value.get("userEnteredValue") for value in values):
        raise invalid(f"Invalid {where}: userEnteredValue must be set")


def _set_data_validation(book: Spreadsheet, body: Json, where: str) -> Json:
    sheet = book.sheet(body.get("range", {}).get("sheetId", 0), where)
    area = sheet.area(body.get("range", {}), where)
    sheet.check_protection(area, book.asker, where)
    if "rule" in body:
        _check_condition(body["rule"].get("condition", {}), f"{where}.rule.condition")
    cell = {"dataValidation": body["rule"]} if "rule" in body else {}
    sheet.add_rule(Rule(area, {"dataValidation": {}}, cell))
    return {}


def _create_metadata(book: Spreadsheet, body: Json, where: str) -> Json:
    given = body.get("developerMetadata", {})
    if not given.get("metadataKey") or not given.get("visibility"):
        raise invalid(f"Invalid {where}: metadataKey and visibility must be set")
    item = {**given, "metadataId": given.get("metadataId") or book.new_id()}
    if any(item["metadataId"] == other["metadataId"] for entries in _metadata_lists(book) for other in entries):
        raise invalid(f"Invalid {where}: Developer metadata with id {item['metadataId']} already exists.")
    span = given.get("location", {}).get("dimensionRange")
    if given.get("location", {}).get("spreadsheet"):
        item["location"] = {"locationType": "SPREADSHEET", "spreadsheet": True}
        book.metadata.append(item)
    elif span:
        sheet, way, places = _span(book, span, where)
        if len(places) != 1:
            raise invalid(f"Invalid {where}: dimensionRange must represent a single row or column")
        item["location"] = {"locationType": way.removesuffix("S"), "dimensionRange": span}
        sheet.marks.append(item)
    else:
        sheet = book.sheet(given.get("location", {}).get("sheetId", 0), where)
        item["location"] = {"locationType": "SHEET", "sheetId": sheet.id}
        sheet.metadata.append(item)
    return {"developerMetadata": item}


# How many values each condition on numbers takes.
_NUMBER_VALUES = {
    "NUMBER_GREATER": 1, "NUMBER_GREATER_THAN_EQ": 1, "NUMBER_LESS": 1, "NUMBER_LESS_THAN_EQ": 1, "NUMBER_EQ": 1,
    "NUMBER_NOT_EQ": 1, "NUMBER_BETWEEN": 2, "NUMBER_NOT_BETWEEN": 2,
}  # fmt: skip
# All that a rule can do to a cell.
_RULE_FORMAT = {"backgroundColor", "backgroundColorStyle", "textFormat"}
_RULE_TEXT = {"bold", "italic", "strikethrough", "foregroundColor", "foregroundColorStyle"}


def _metadata_lists(book: Spreadsheet) -> Iterator[list[Json]]:
    """Yield the lists of metadata: of the spreadsheet, of each tab, of the rows and columns of each tab."""
    yield book.metadata
    for sheet in book.sheets:
        yield from (sheet.metadata, sheet.marks)


def _matching(book: Spreadsheet, filters: list[Json], where: str) -> list[Json]:
    """Return the metadata that match one of the filters."""
    lookups = [given.get("developerMetadataLookup", {}) for given in filters]
    if not lookups or not all(lookup.get("metadataKey") or lookup.get("metadataId") for lookup in lookups):
        raise invalid(f"Invalid {where}: No DataFilters specified.")
    if any(lookup.get("locationMatchingStrategy", "EXACT_LOCATION") != "EXACT_LOCATION" for lookup in lookups):
        raise NotImplementedError(f"{where}: intersecting locations")
    entries = (item for entries in _metadata_lists(book) for item in entries)
    return [item for item in entries if any(_is_looked_up(item, lookup) for lookup in lookups)]


def _is_looked_up(item: Json, lookup: Json) -> bool:
    place, own = lookup.get("metadataLocation"), item["location"]
    wanted = {name: lookup[name] for name in ("metadataId", "metadataKey") if name in lookup}
    return (
        all(item[name] == value for name, value in wanted.items())
        and lookup.get("locationType") in (None, own["locationType"])
        and (place is None or place == {name: own[name] for name in place})
    )


def _update_metadata(book: Spreadsheet, body: Json, where: str) -> Json:
    mask = api("sheets.v4").mask("DeveloperMetadata", _fields(body, where))
    matching = _matching(book, body.get("dataFilters", []), where)
    if not matching:
        raise invalid(f"Invalid {where}: No matching developer metadata found.")
    changed = [{**item, **{key: body["developerMetadata"][key] for key in mask}} for item in matching]
    for entries in _metadata_lists(book):
        entries[:] = [changed[matching.index(item)] if item in matching else item for item in entries]
    return {"developerMetadata": changed}


def _delete_metadata(book: Spreadsheet, body: Json, where: str) -> Json:
    matching = _matching(book, [body.get("dataFilter", {})], where)
    for entries in _metadata_lists(book):
        entries[:] = [item for item in entries if item not in matching]
    return {"deletedDeveloperMetadata": matching}


def _add_conditional_format(book: Spreadsheet, body: Json, where: str) -> Json:
    rule = body.get("rule", {})
    areas = rule.get("ranges", [])
    if not areas:
        raise invalid(f"Invalid {where}: ranges must be set")
    sheet = book.sheet(areas[0].get("sheetId", 0), where)
    for area in areas:
        sheet.whole_area(area, where)
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid(f"Invalid {where}: one of booleanRule and gradientRule must be set")
    if "booleanRule" in rule:
        _check_boolean_rule(book, rule["booleanRule"], where)
    rules = sheet.extra.setdefault("conditionalFormats", [])
    index = body.get("index", 0)
    if not 0 <= index <= len(rules):
        raise invalid(f"Invalid {where}: index {index} is out of bounds")
    rules.insert(index, rule)
    return {}


def _check_boolean_rule(book: Spreadsheet, rule: Json, where: str) -> None:
    condition = rule.get("condition", {})
    kind, values = condition.get("type"), condition.get("values", [])
    if kind is None:
        raise invalid(f"Invalid {where}: condition.type must be set")
    if kind in _NUMBER_VALUES:
        if len(values) != _NUMBER_VALUES[kind]:
            raise invalid(f"Invalid {where}: {kind} takes {_NUMBER_VALUES[kind]} values, not {len(values)}")
        for value in values:
            # Read as if someone typed it: a decimal point is no number where the comma is one.
            text = value.get("userEnteredValue", "")
            point = "." if book.locale.startswith(("en", "zh", "ja")) else ","
            if not re.fullmatch(rf"=.+|[+-]?\d+(?:{re.escape(point)}\d+)?%?", text):
                raise invalid(f"Invalid {where}: Invalid ConditionValue.userEnteredValue: {text}")
    style = rule.get("format", {})
    if set(style) - _RULE_FORMAT or set(style.get("textFormat", {})) - _RULE_TEXT:
        raise invalid(f"Invalid {where}: the format of a rule can be bold, italic, strikethrough and colours")


def _delete_conditional_format(book: Spreadsheet, body: Json, where: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0), where)
    rules = sheet.extra.get("conditionalFormats", [])
    index = body.get("index", 0)
    if not 0 <= index < len(rules):
        raise invalid(f"Invalid {where}: No conditional format on sheet: {sheet.id} at index: {index}")
    return {"rule": rules.pop(index)}


def _add_chart(book: Spreadsheet, body: Json, where: str) -> Json:
    given = body.get("chart", {})
    _check_chart(book, given.get("spec", {}), where)
    overlay = given.get("position", {}).get("overlayPosition")
    if overlay is None:
        raise NotImplementedError("addChart: only over cells")
    anchor = overlay.get("anchorCell", {})
    sheet = book.sheet(anchor.get("sheetId", 0), where)
    row, column = anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)
    if not (0 <= row < sheet.height and 0 <= column < sheet.width):
        raise invalid(f"Invalid {where}: the anchor ({row}, {column}) exceeds grid limits.")
    chart = {**given, "chartId": given.get("chartId", book.new_id())}
    if any(other["chartId"] == chart["chartId"] for tab in book.sheets for other in tab.extra.get("charts", [])):
        raise invalid(f"Invalid {where}: Chart with id {chart['chartId']} already exists.")
    sheet.extra.setdefault("charts", []).append(chart)
    return {"chart": chart}


def _check_chart(book: Spreadsheet, spec: Json, where: str) -> None:
    """Refuse a chart that draws nothing, or ranges that do not exist, or that are no single row or column alike."""
    basic = spec.get("basicChart")
    if basic is None:
        raise NotImplementedError("charts other than basicChart")
    if not basic.get("chartType") or not basic.get("series"):
        raise invalid(f"Invalid {where}: chartType and series must be set")
    drawn = [series.get("domain", {}) for series in basic.get("domains", [])]
    drawn += [series.get("series", {}) for series in basic["series"]]
    shapes = set()
    for data in drawn:
        sources = data.get("sourceRange", {}).get("sources", [])
        if not sources:
            raise invalid(f"Invalid {where}: sourceRange must be set")
        for source in sources:
            area = book.sheet(source.get("sheetId", 0), where).whole_area(source, where)
            shapes.add((area.bottom - area.top, area.right - area.left))
    if len(shapes) != 1 or 1 not in shapes.pop():
        raise invalid(f"Invalid {where}: every source must be one row or one column, and of the same length")
    for axis in basic.get("axis", []):
        window = axis.get("viewWindowOptions", {})
        if window.get("viewWindowMin", 0) >= window.get("viewWindowMax", float("inf")):
            raise invalid(f"Invalid {where}: viewWindowMin must be less than viewWindowMax")


def _update_chart(book: Spreadsheet, body: Json, where: str) -> Json:
    _check_chart(book, body.get("spec", {}), where)
    for sheet in book.sheets:
        for place, chart in enumerate(sheet.extra.get("charts", [])):
            if chart["chartId"] == body.get("chartId"):
                sheet.extra["charts"][place] = {**chart, "spec": body["spec"]}
                return {}
    raise invalid(f"Invalid {where}: No chart with id: {body.get('chartId')}")


def _delete_object(book: Spreadsheet, body: Json, where: str) -> Json:
    for sheet in book.sheets:
        charts = sheet.extra.get("charts", [])
        left = [chart for chart in charts if chart["chartId"] != body.get("objectId")]
        if len(left) < len(charts):
            sheet.extra["charts"] = left
            return {}
    raise invalid(f"Invalid {where}: No embedded object with id: {body.get('objectId')}")


def _add_table(book: Spreadsheet, body: Json, where: str) -> Json:
    table = body.get("table", {})
    made = {**table, "tableId": table.get("tableId", f"table{book.new_id()}")}
    if any(other.get("name") == made.get("name") for sheet in book.sheets for other in sheet.extra.get("tables", [])):
        raise invalid(f"Invalid {where}: a table with the name {made.get('name')} already exists.")
    sheet = _check_table(book, made, where)
    sheet.extra.setdefault("tables", []).append(made)
    return {"table": made}


def _update_table(book: Spreadsheet, body: Json, where: str) -> Json:
    mask, given = api("sheets.v4").mask("Table", _fields(body, where)), body.get("table", {})
    for sheet in book.sheets:
        for place, table in enumerate(sheet.extra.get("tables", [])):
            if table["tableId"] == given.get("tableId"):
                changed = {**table, **{name: given[name] for name in mask}}
                _check_table(book, changed, where)
                sheet.extra["tables"][place] = changed
                return {}
    raise invalid(f"Invalid {where}: No table with id: {given.get('tableId')}")


def _check_table(book: Spreadsheet, table: Json, where: str) -> Sheet:
    """Return the tab of a table; write the names of its columns into its first row, as Google does."""
    sheet = book.sheet(table.get("range", {}).get("sheetId", 0), where)
    area = sheet.area(table.get("range", {}), where)
    columns = table.get("columnProperties", [])
    names = [column.get("columnName", "") for column in columns]
    if columns and (len(columns) > area.right - area.left or len({*names}) < len(names) or not all(names)):
        raise invalid(f"Invalid {where}: every column of the table needs a name of its own")
    for column, name in zip(columns, names, strict=True):
        sheet.set_rows(area.top, area.left + column.get("columnIndex", 0), [[name]])
    return sheet


def _find_named(book: Spreadsheet, identity: str, where: str) -> int:
    for place, named in enumerate(book.named_ranges):
        if named["namedRangeId"] == identity:
            return place
    raise invalid(f"Invalid {where}: No named range with id: {identity}")


def _check_named(book: Spreadsheet, named: Json, where: str) -> None:
    """Refuse a name that reads as a cell, and a range that is not within its tab."""
    name = named.get("name", "")
    if not re.fullmatch(r"[A-Za-z_]\w{0,249}", name) or re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*", name):
        raise invalid(f'Invalid {where}: "{name}" is not a valid name for a range.')
    given = named.get("range", {})
    book.sheet(given.get("sheetId", 0), where).whole_area(given, where)


def _add_named_range(book: Spreadsheet, body: Json, where: str) -> Json:
    named = body.get("namedRange", {})
    _check_named(book, named, where)
    if any(other["name"].casefold() == named["name"].casefold() for other in book.named_ranges):
        raise invalid(f"Invalid {where}: A named range with the name {named['name']} already exists.")
    made = {"namedRangeId": str(book.new_id()), **named}
    book.named_ranges.append(made)
    return {"namedRange": made}


def _update_named_range(book: Spreadsheet, body: Json, where: str) -> Json:
    mask, given = api("sheets.v4").mask("NamedRange", _fields(body, where)), body.get("namedRange", {})
    place = _find_named(book, given.get("namedRangeId", ""), where)
    changed = {**book.named_ranges[place], **{name: given[name] for name in mask}}
    _check_named(book, changed, where)
    book.named_ranges[place] = changed
    return {}


def _delete_named_range(book: Spreadsheet, body: Json, where: str) -> Json:
    del book.named_ranges[_find_named(book, body.get("namedRangeId", ""), where)]
    return {}


def _merge_cells(book: Spreadsheet, body: Json, where: str) -> Json:
    """Merge an area: its first cell keeps its value, the others lose theirs. Only MERGE_ALL is served."""
    if body.get("mergeType", "MERGE_ALL") != "MERGE_ALL":
        raise NotImplementedError(f"{where}: {body['mergeType']}")
    given = body.get("range", {})
    sheet = book.sheet(given.get("sheetId", 0), where)
    area = sheet.whole_area(given, where)
    sheet.check_protection(area, book.asker, where)
    merges = [(merge, sheet.area(merge, where)) for merge in sheet.extra.get("merges", [])]
    if any(other.meets(area) and not area.covers(other) for _, other in merges):
        raise invalid(f"Invalid {where}: You must select all cells in a merged range to merge or unmerge them.")
    first = sheet.value(area.top, area.left)
    blank: list[list[Stored]] = [[None] * (area.right - area.left) for _ in range(area.bottom - area.top)]
    sheet.set_rows(area.top, area.left, blank)
    sheet.set_rows(area.top, area.left, [[first]])
    merged = {"sheetId": sheet.id, "startRowIndex": area.top, "endRowIndex": area.bottom}
    merged |= {"startColumnIndex": area.left, "endColumnIndex": area.right}
    sheet.extra["merges"] = [merge for merge, other in merges if not area.covers(other)] + [merged]
    return {}


def _add_protected_range(book: Spreadsheet, body: Json, where: str) -> Json:
    given = body.get("protectedRange", {})
    sheet = book.sheet(given.get("range", {}).get("sheetId", 0), where)
    made = {**given, "protectedRangeId": given.get("protectedRangeId", book.new_id())}
    sheet.extra.setdefault("protectedRanges", []).append(made)
    return {"protectedRange": made}


def _fit_dimension(book: Spreadsheet, body: Json, where: str) -> Json:
    """Accept that widths or heights are fitted to the cells; no sizes come of it here."""
    _span(book, body.get("dimensions", {}), where)
    return {}


def _update_dimension(book: Spreadsheet, body: Json, where: str) -> Json:
    mask = api("sheets.v4").mask("DimensionProperties", _fields(body, where))
    sheet, way, span = _span(book, body.get("range", {}), where)
    size = body.get("properties", {}).get("pixelSize", 0)
    if "pixelSize" in mask:
        if size < 1:
            raise invalid(f"Invalid {where}: pixelSize must be greater than 0")
        sheet.sizes.update({(way, index): size for index in span})
    return {}


def _span(book: Spreadsheet, given: Json, where: str) -> tuple[Sheet, str, range]:
    """Return the rows or columns of a DimensionRange, which have to be in the grid."""
    sheet, way = book.sheet(given.get("sheetId", 0), where), given.get("dimension", "")
    if way not in ("ROWS", "COLUMNS"):
        raise invalid(f"Invalid {where}: dimension must be set")
    limit = sheet.height if way == "ROWS" else sheet.width
    start, end = given.get("startIndex", 0), given.get("endIndex", limit)
    if not 0 <= start < end <= limit:
        raise invalid(f"Invalid {where}: {way} {start} to {end} are not in the grid, which has {limit}")
    return sheet, way, range(start, end)


def _set_basic_filter(book: Spreadsheet, body: Json, where: str) -> Json:
    """Keep the range of a filter, which hides rows from people and from no reading of values."""
    given = body.get("filter", {}).get("range", {})
    sheet = book.sheet(given.get("sheetId", 0), where)
    sheet.whole_area(given, where)
    sheet.filter_range = given
    return {}


def _add_filter_view(book: Spreadsheet, body: Json, where: str) -> Json:
    view = body.get("filter", {})
    sheet = book.sheet(view.get("range", {}).get("sheetId", 0), where)
    sheet.area(view.get("range", {}), where)
    if any(view["filterViewId"] == other["filterViewId"] for other in _filter_views(book)):
        raise invalid(f"Invalid {where}: A filter view with id {view['filterViewId']} already exists.")
    sheet.extra["filterViews"] = [*sheet.extra.get("filterViews", []), view]
    return {"filter": view}


def _filter_views(book: Spreadsheet) -> Iterator[Json]:
    for sheet in book.sheets:
        yield from sheet.extra.get("filterViews", [])


def _delete_filter_view(book: Spreadsheet, body: Json, where: str) -> Json:
    if not any(body.get("filterId") == view["filterViewId"] for view in _filter_views(book)):
        raise invalid(f"Invalid {where}: No filter view with id {body.get('filterId')}.")
    for sheet in book.sheets:
        views = sheet.extra.get("filterViews", [])
        sheet.extra["filterViews"] = [view for view in views if view["filterViewId"] != body["filterId"]]
    return {}


def _update_filter_view(book: Spreadsheet, body: Json, where: str) -> Json:
    _fields(body, where)
    _delete_filter_view(book, {"filterId": body.get("filter", {}).get("filterViewId")}, where)
    _add_filter_view(book, body, where)
    return {}


def _insert_dimension(book: Spreadsheet, body: Json, where: str) -> Json:
    span = body.get("range", {})
    sheet = book.sheet(span.get("sheetId", 0), where)
    way = span.get("dimension")
    start, end = span.get("startIndex", 0), span.get("endIndex", 0)
    if not 0 <= start < end or start > (sheet.width if way == "COLUMNS" else sheet.height):
        raise invalid(f"Invalid {where}: range must have a start and an end within the grid")
    if way == "COLUMNS":
        if set(filter(sheet.extra.get, sheet.extra)) - {"protectedRanges"}:
            raise NotImplementedError(f"{where}: columns of a tab with {', '.join(sheet.extra)}")
        sheet.insert_columns(start, end - start)
    else:
        sheet.insert_rows(start, end - start)
    return {}


def _append_dimension(book: Spreadsheet, body: Json, where: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0), where)
    sheet.grid["rowCount" if body.get("dimension") == "ROWS" else "columnCount"] += body.get("length", 0)
    return {}


def _fields(body: Mapping[str, Any], where: str) -> str:
    if not body.get("fields"):
        raise invalid(
            f"Invalid {where}: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    return str(body["fields"])


KINDS: Mapping[str, Callable[[Spreadsheet, Json, str], Json]] = {
    "addChart": _add_chart,
    "addConditionalFormatRule": _add_conditional_format,
    "addFilterView": _add_filter_view,
    "addNamedRange": _add_named_range,
    "addProtectedRange": _add_protected_range,
    "addSheet": _add_sheet,
    "addTable": _add_table,
    "appendDimension": _append_dimension,
    "autoResizeDimensions": _fit_dimension,
    "createDeveloperMetadata": _create_metadata,
    "deleteConditionalFormatRule": _delete_conditional_format,
    "deleteDeveloperMetadata": _delete_metadata,
    "deleteEmbeddedObject": _delete_object,
    "deleteFilterView": _delete_filter_view,
    "deleteNamedRange": _delete_named_range,
    "deleteSheet": _delete_sheet,
    "duplicateSheet": _duplicate_sheet,
    "insertDimension": _insert_dimension,
    "mergeCells": _merge_cells,
    "repeatCell": _repeat_cell,
    "setBasicFilter": _set_basic_filter,
    "setDataValidation": _set_data_validation,
    "updateCells": _update_cells,
    "updateChartSpec": _update_chart,
    "updateDeveloperMetadata": _update_metadata,
    "updateDimensionProperties": _update_dimension,
    "updateFilterView": _update_filter_view,
    "updateNamedRange": _update_named_range,
    "updateSheetProperties": _update_sheet_properties,
    "updateSpreadsheetProperties": _update_spreadsheet_properties,
    "updateTable": _update_table,
}
