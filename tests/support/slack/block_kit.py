"""Block Kit as Slack enforces it: known types and keys, required keys, limits. For the loopback Slack and for tests.

Source: docs.slack.dev/reference/block-kit. Errors are worded as Slack's `response_metadata.messages` are:
`[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 10_000  # characters in all blocks of one message, a data_table's cells apart
DATA_TABLE_TEXT = 10_000

# type: (required keys, optional keys); `type` itself is always required, block_id or action_id as named below.
BLOCKS: Mapping[str, tuple[str, str]] = {
    "section": ("", "text fields accessory expand"),
    "header": ("text", "level"),
    "divider": ("", ""),
    "context": ("elements", ""),
    "actions": ("elements", ""),
    "image": ("alt_text", "image_url slack_file title"),
    "input": ("label element", "dispatch_action hint optional"),
    "markdown": ("text", ""),
    "rich_text": ("elements", ""),
    "table": ("rows", "column_settings"),
    "data_table": ("rows caption", "page_size row_header_column_index"),
    "data_visualization": ("title chart", ""),
    "container": ("child_blocks", "title rich_text_title subtitle width is_collapsible default_collapsed"),
}
# The blocks that a container takes.
CHILDREN = frozenset(
    ("actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table")
)
PLACES: Mapping[str, set[Surface]] = {
    "table": {"message"},
    "data_table": {"message"},
    "markdown": {"message"},
    "data_visualization": {"message", "home"},
}
ONE_PER_MESSAGE = {"table": 1, "data_visualization": 2}

_CHOICE = "placeholder initial_option options option_groups focus_on_load confirm"
ELEMENTS: Mapping[str, tuple[str, str]] = {
    "button": ("text", "action_id url value style confirm accessibility_label"),
    "image": ("alt_text", "image_url slack_file"),
    "overflow": ("options", "action_id confirm"),
    "static_select": ("", f"action_id {_CHOICE}"),
    "multi_static_select": ("", f"action_id {_CHOICE} initial_options max_selected_items"),
    "external_select": ("", "action_id placeholder initial_option min_query_length focus_on_load confirm"),
    "users_select": ("", "action_id placeholder initial_user focus_on_load confirm"),
    "conversations_select": (
        "",
        "action_id placeholder initial_conversation default_to_current_conversation filter confirm focus_on_load",
    ),
    "channels_select": ("", "action_id placeholder initial_channel response_url_enabled focus_on_load confirm"),
    "radio_buttons": ("options", "action_id initial_option confirm focus_on_load"),
    "checkboxes": ("options", "action_id initial_options confirm focus_on_load"),
    "datepicker": ("", "action_id placeholder initial_date confirm focus_on_load"),
    "timepicker": ("", "action_id placeholder initial_time confirm focus_on_load timezone"),
    "plain_text_input": (
        "",
        "action_id initial_value multiline min_length max_length dispatch_action_config focus_on_load placeholder",
    ),
    "number_input": (
        "is_decimal_allowed",
        "action_id initial_value min_value max_value dispatch_action_config focus_on_load placeholder",
    ),
}
INPUTS = set(ELEMENTS) - {"button", "image", "overflow"}
INTERACTIVE = set(ELEMENTS) - {"image", "plain_text_input", "number_input"}
OPTION_LIMITS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}

RICH_SECTIONS: Mapping[str, tuple[str, str]] = {
    "rich_text_section": ("elements", ""),
    "rich_text_list": ("elements style", "indent offset border"),
    "rich_text_preformatted": ("elements", "border language"),
    "rich_text_quote": ("elements", "border"),
}
RICH_PARTS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "style"),
    "link": ("url", "text unsafe style"),
    "emoji": ("name", "unicode skin_tone style"),
    "user": ("user_id", "style"),
    "usergroup": ("usergroup_id", "style"),
    "channel": ("channel_id", "style"),
    "broadcast": ("range", "style"),
    "date": ("timestamp format", "fallback url style"),
    "color": ("value", "style"),
}
CHARTS: Mapping[str, tuple[str, str]] = {
    "pie": ("segments", ""),
    "bar": ("series axis_config", ""),
    "line": ("series axis_config", ""),
    "area": ("series axis_config", ""),
}


def check_message(blocks: object) -> list[str]:
    """Return what is wrong with the blocks of a message; nothing when Slack would take them."""
    return _Check("message").run(blocks, "/blocks", MESSAGE_BLOCKS)


def check_view(view: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a modal or a home tab."""
    surface: Surface = "home" if view.get("type") == "home" else "modal"
    check = _Check(surface)
    modal = "title submit close clear_on_close notify_on_close submit_disabled"
    common = "private_metadata callback_id external_id"
    if view.get("type") not in {"home", "modal"}:
        check.fail("unsupported type", "/view/type")
    check.keys(view, "/view", "blocks", f"{common} {modal if surface == 'modal' else ''}")
    for name in ("title", "submit", "close"):
        if name in view:
            check.text(view[name], f"/view/{name}", 24, ("plain_text",))
    if surface == "modal" and "title" not in view:
        check.fail("missing required field: title", "/view")
    for name, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            check.string(view[name], f"/view/{name}", limit, least=0)
    blocks = view.get("blocks")
    if surface == "modal" and "submit" not in view and any(b.get("type") == "input" for b in blocks or []):
        check.fail("missing required field: submit", "/view")
    return check.run(blocks, "/view/blocks", VIEW_BLOCKS)


def check_options(options: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the options that a menu is filled with; there may be none."""
    check = _Check("message")
    if options:
        check.options(options, "/options", 100)
    return check.errors


def text_length(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Return the characters of all text in the blocks, a data_table's cells apart."""
    return sum(len(text) for block in blocks if block.get("type") != "data_table" for _, text in _texts(block))


# A leading > quotes a line; every other & < > must be an entity or one of Slack's own forms: a link, a mention, a date.
_KNOWN = re.compile(
    r"&(?:amp|lt|gt);|^> |<(?:https?://|mailto:|tel:|@[UW]|#C|!subteam\^|!date\^|!here|!channel|!everyone)[^<>\n]*>",
    re.MULTILINE,
)


def unescaped(text: str) -> list[str]:
    """Return each unescaped `&`, `<` or `>` outside Slack's forms, with the text after it."""
    rest = _KNOWN.sub(lambda known: "\0" * len(known[0]), text)
    return [text[match.start() : match.start() + 20] for match in re.finditer(r"[&<>]", rest)]


def unescaped_in(message: Mapping[str, Any]) -> list[str]:
    """Return every unescaped character in a posted message: its `text` and all mrkdwn in its blocks.

    Plain text, rich text and table cells show their text unchanged and need no escaping.
    """
    unescaped_texts = unescaped(message.get("text") or "")
    for block in message.get("blocks") or []:
        for kind, text in _texts(block):
            if kind == "mrkdwn":
                unescaped_texts += unescaped(text)
    return unescaped_texts


def _texts(node: object) -> Iterator[tuple[str, str]]:
    """Yield (type, text) of every text in a block, however deep."""
    if isinstance(node, Mapping):
        if isinstance(node.get("text"), str):
            yield str(node.get("type")), node["text"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _kinds(blocks: object) -> Iterator[str]:
    """Yield the type of every block, those in containers too."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict):
            yield str(block.get("type"))
            yield from _kinds(block.get("child_blocks"))


class _Check:
    """Walks blocks once and gathers what is wrong."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.errors: list[str] = []
        self.action_ids: set[str] = set()
        self.block_ids: set[str] = set()

    def fail(self, what: str, where: str) -> None:
        self.errors.append(f"[ERROR] {what} [json-pointer:{where}]")

    def run(self, blocks: object, where: str, limit: int) -> list[str]:
        if self.listed(blocks, where, limit):
            for index, block in enumerate(blocks):  # type: ignore[arg-type, var-annotated]  # `listed` has looked
                self.block(block, f"{where}/{index}")
            kinds = list(_kinds(blocks))
            for kind, most in ONE_PER_MESSAGE.items():
                if kinds.count(kind) > most:
                    self.fail(f"no more than {most} {kind} allowed", where)
        return self.errors

    # What recurs everywhere.

    def keys(self, node: Mapping[str, Any], where: str, required: str, optional: str) -> None:
        known = {"type", *required.split(), *optional.split()}
        for name in ["type", *required.split()]:
            if name not in node:
                self.fail(f"missing required field: {name}", where)
        for name in node:
            if name not in known:
                self.fail(f"unexpected field: {name}", where)

    def typed(self, node: object, where: str, table: Mapping[str, tuple[str, str]], extra: str = "") -> str:
        """Check a typed object against a table; return its type, empty where it cannot be looked into."""
        if not isinstance(node, dict):
            self.fail("must provide an object", where)
            return ""
        kind = str(node.get("type"))
        if kind not in table:
            self.fail(f"unsupported type: {kind}", f"{where}/type")
            return ""
        required, optional = table[kind]
        before = len(self.errors)
        self.keys(node, where, required, f"{optional} {extra}")
        return "" if any("missing required" in error for error in self.errors[before:]) else kind

    def listed(self, node: object, where: str, most: int, least: int = 1) -> bool:
        if not isinstance(node, list):
            self.fail("must provide an array", where)
            return False
        if len(node) < least:
            self.fail(f"no fewer than {least} items allowed", where)
        if len(node) > most:
            self.fail(f"no more than {most} items allowed", where)
        return True

    def string(self, node: object, where: str, most: int, least: int = 1) -> None:
        if not isinstance(node, str):
            self.fail("must provide a string", where)
        elif len(node) < least:
            self.fail(f"must be more than {least - 1} characters", where)
        elif len(node) > most:
            self.fail(f"must be less than {most + 1} characters", where)

    def unique(self, node: Mapping[str, Any], name: str, where: str, seen: set[str]) -> None:
        if name in node:
            self.string(node[name], f"{where}/{name}", 255)
            if node[name] in seen:
                self.fail(f"`{name}` {node[name]!r} already exists", f"{where}/{name}")
            seen.add(str(node[name]))

    def text(self, node: object, where: str, most: int, kinds: Sequence[str] = ("plain_text", "mrkdwn")) -> None:
        forms = {"plain_text": ("text", "emoji"), "mrkdwn": ("text", "verbatim")}
        if self.typed(node, where, {kind: forms[kind] for kind in kinds}):
            self.string(node["text"], f"{where}/text", most)  # type: ignore[index]  # `typed` has looked

    def integer(self, node: object, where: str, least: int, most: int) -> None:
        if not isinstance(node, int) or isinstance(node, bool) or not least <= node <= most:
            self.fail(f"must be a whole number from {least} to {most}", where)

    # Blocks.

    def block(self, node: Any, where: str) -> None:
        kind = self.typed(node, where, BLOCKS, "block_id")
        if isinstance(node, dict):
            self.unique(node, "block_id", where, self.block_ids)
        if kind and self.surface not in PLACES.get(kind, {self.surface}):
            self.fail(f"{kind} is not allowed in a {self.surface}", where)
        check: Callable[[Any, str], None] | None = getattr(self, f"block_{kind}", None)
        if check:
            check(node, where)

    def block_section(self, node: Any, where: str) -> None:
        if "text" not in node and "fields" not in node:
            self.fail("missing required field: text or fields", where)
        if "text" in node:
            self.text(node["text"], f"{where}/text", 3000)
        if "fields" in node and self.listed(node["fields"], f"{where}/fields", 10):
            for index, field in enumerate(node["fields"]):
                self.text(field, f"{where}/fields/{index}", 2000)
        if "accessory" in node:
            self.element(node["accessory"], f"{where}/accessory", INTERACTIVE | {"image"})

    def block_header(self, node: Any, where: str) -> None:
        self.text(node["text"], f"{where}/text", 150, ("plain_text",))

    def block_markdown(self, node: Any, where: str) -> None:
        self.string(node["text"], f"{where}/text", 12_000)

    def block_context(self, node: Any, where: str) -> None:
        if self.listed(node["elements"], f"{where}/elements", 10):
            for index, element in enumerate(node["elements"]):
                place = f"{where}/elements/{index}"
                if isinstance(element, dict) and element.get("type") == "image":
                    self.element(element, place, {"image"})
                else:
                    self.text(element, place, 3000)

    def block_actions(self, node: Any, where: str) -> None:
        if self.listed(node["elements"], f"{where}/elements", 25):
            for index, element in enumerate(node["elements"]):
                self.element(element, f"{where}/elements/{index}", INTERACTIVE)

    def block_container(self, node: Any, where: str) -> None:
        if "title" not in node and "rich_text_title" not in node:
            self.fail("missing required field: title", where)
        for name in ("title", "subtitle"):
            if name in node:
                self.text(node[name], f"{where}/{name}", 150, ("plain_text",))
        if self.listed(node["child_blocks"], f"{where}/child_blocks", 10):
            for index, child in enumerate(node["child_blocks"]):
                place = f"{where}/child_blocks/{index}"
                if isinstance(child, dict) and child.get("type") not in CHILDREN:
                    self.fail(f"{child.get('type')} is not allowed in a container", place)
                self.block(child, place)

    def block_image(self, node: Any, where: str) -> None:
        self.string(node["alt_text"], f"{where}/alt_text", 2000)
        if ("image_url" in node) == ("slack_file" in node):
            self.fail("must provide one of image_url and slack_file", where)
        if "title" in node:
            self.text(node["title"], f"{where}/title", 2000, ("plain_text",))

    def block_input(self, node: Any, where: str) -> None:
        self.text(node["label"], f"{where}/label", 2000, ("plain_text",))
        if "hint" in node:
            self.text(node["hint"], f"{where}/hint", 2000, ("plain_text",))
        self.element(node["element"], f"{where}/element", INPUTS)

    def block_rich_text(self, node: Any, where: str) -> None:
        if self.listed(node["elements"], f"{where}/elements", 1000):
            for index, section in enumerate(node["elements"]):
                self.rich_section(section, f"{where}/elements/{index}")

    def rich_section(self, node: Any, where: str) -> None:
        kind = self.typed(node, where, RICH_SECTIONS)
        if not kind or not self.listed(node["elements"], f"{where}/elements", 1000, least=0):
            return
        for index, part in enumerate(node["elements"]):
            place = f"{where}/elements/{index}"
            if kind == "rich_text_list":
                self.rich_section(part, place)
            elif self.typed(part, place, RICH_PARTS) == "text":
                self.string(part["text"], f"{place}/text", 40_000)

    def block_table(self, node: Any, where: str) -> None:
        self.rows(node["rows"], f"{where}/rows", (1, 100), ("raw_text", "rich_text"))
        settings = node.get("column_settings", [])
        if self.listed(settings, f"{where}/column_settings", 20, least=0):
            for index, column in enumerate(settings):
                for name in column or {}:
                    if name not in {"align", "is_wrapped"}:
                        self.fail(f"unexpected field: {name}", f"{where}/column_settings/{index}")
                if (column or {}).get("align", "left") not in {"left", "center", "right"}:
                    self.fail("unsupported align", f"{where}/column_settings/{index}")

    def block_data_table(self, node: Any, where: str) -> None:
        self.string(node["caption"], f"{where}/caption", 2000)
        self.rows(node["rows"], f"{where}/rows", (2, 101), ("raw_text", "raw_number", "rich_text"))
        if "page_size" in node:
            self.integer(node["page_size"], f"{where}/page_size", 1, 100)
        if "row_header_column_index" in node:
            self.integer(node["row_header_column_index"], f"{where}/row_header_column_index", 0, 19)
        if any(cell.get("type") == "rich_text" for row in node["rows"][:1] for cell in row):
            self.fail("rich_text is not allowed in the header", f"{where}/rows/0")
        if sum(len(text) for _, text in _texts(node["rows"])) > DATA_TABLE_TEXT:
            self.fail(f"must be less than {DATA_TABLE_TEXT + 1} characters in all cells", f"{where}/rows")

    def rows(self, rows: Any, where: str, size: tuple[int, int], kinds: Sequence[str]) -> None:
        forms = {"raw_text": ("text", ""), "raw_number": ("value", "text"), "rich_text": ("elements", "block_id")}
        if not self.listed(rows, where, size[1], least=size[0]):
            return
        for index, row in enumerate(rows):
            if not self.listed(row, f"{where}/{index}", 20):
                continue
            if len(row) != len(rows[0]):
                self.fail("all rows must have the same number of cells", f"{where}/{index}")
            for column, cell in enumerate(row):
                place = f"{where}/{index}/{column}"
                kind = self.typed(cell, place, {kind: forms[kind] for kind in kinds})
                if kind == "raw_text":
                    self.string(cell["text"], f"{place}/text", 10_000)
                elif kind == "raw_number":
                    self.number(cell["value"], f"{place}/value")
                elif kind == "rich_text":
                    self.block_rich_text(cell, place)

    def number(self, node: object, where: str) -> bool:
        if isinstance(node, bool) or not isinstance(node, int | float) or not math.isfinite(node):
            self.fail("must provide a finite number", where)
            return False
        return True

    def block_data_visualization(self, node: Any, where: str) -> None:
        self.string(node["title"], f"{where}/title", 50)
        kind = self.typed(node["chart"], f"{where}/chart", CHARTS)
        if kind == "pie":
            self.pie(node["chart"]["segments"], f"{where}/chart/segments")
        elif kind:
            self.plot(node["chart"], f"{where}/chart")

    def pie(self, segments: Any, where: str) -> None:
        if self.listed(segments, where, 6):
            for index, segment in enumerate(segments):
                self.point(segment, f"{where}/{index}")
                if self.number(segment.get("value"), f"{where}/{index}/value") and segment["value"] <= 0:
                    self.fail("must be more than 0", f"{where}/{index}/value")

    def plot(self, chart: Any, where: str) -> None:
        axis = chart["axis_config"]
        categories = axis.get("categories")
        for name in set(axis) - {"categories", "x_label", "y_label"}:
            self.fail(f"unexpected field: {name}", f"{where}/axis_config")
        for name in ("x_label", "y_label"):
            if name in axis:
                self.string(axis[name], f"{where}/axis_config/{name}", 50)
        if not self.listed(categories, f"{where}/axis_config/categories", 20):
            return
        for index, label in enumerate(categories):
            self.string(label, f"{where}/axis_config/categories/{index}", 20)
        if not self.listed(chart["series"], f"{where}/series", 6):
            return
        names = [series.get("name") for series in chart["series"]]
        if len(set(names)) != len(names):
            self.fail("names of series must be unique", f"{where}/series")
        for index, series in enumerate(chart["series"]):
            self.series(series, f"{where}/series/{index}", categories)

    def series(self, series: Any, where: str, categories: Sequence[str]) -> None:
        for name in set(series) ^ {"name", "data"}:
            self.fail(f"missing or unexpected field: {name}", where)
        self.string(series.get("name"), f"{where}/name", 20)
        if self.listed(series.get("data"), f"{where}/data", 20):
            for index, point in enumerate(series["data"]):
                self.point(point, f"{where}/data/{index}")
            if sorted(point.get("label", "") for point in series["data"]) != sorted(categories):
                self.fail("every series needs one value at every category", f"{where}/data")

    def point(self, point: Any, where: str) -> None:
        for name in set(point) ^ {"label", "value"}:
            self.fail(f"missing or unexpected field: {name}", where)
        self.string(point.get("label"), f"{where}/label", 20)
        self.number(point.get("value"), f"{where}/value")

    # Elements.

    def element(self, node: Any, where: str, allowed: set[str]) -> None:
        kind = self.typed(node, where, ELEMENTS)
        if not kind:
            return
        if kind not in allowed:
            self.fail(f"{kind} is not allowed here", where)
        self.unique(node, "action_id", where, self.action_ids)
        if kind == "button":
            self.button(node, where)
        if kind == "image":
            self.block_image(node, where)
        if "min_query_length" in node:
            self.integer(node["min_query_length"], f"{where}/min_query_length", 0, 100)
        if "placeholder" in node:
            self.text(node["placeholder"], f"{where}/placeholder", 150, ("plain_text",))
        if "confirm" in node:
            self.confirm(node["confirm"], f"{where}/confirm")
        if "options" in node:
            self.options(node["options"], f"{where}/options", OPTION_LIMITS.get(kind, 100))
        elif "static_select" in kind and "option_groups" not in node:
            self.fail("missing required field: options", where)
        for index, group in enumerate(node.get("option_groups", [])):
            self.text(group.get("label"), f"{where}/option_groups/{index}/label", 75, ("plain_text",))
            self.options(group.get("options"), f"{where}/option_groups/{index}/options", 100)
        offered = [*node.get("options", []), *(o for g in node.get("option_groups", []) for o in g.get("options", []))]
        for chosen in [
            *node.get("initial_options", []),
            *([node["initial_option"]] if "initial_option" in node else []),
        ]:
            if kind != "external_select" and chosen not in offered:
                self.fail("must be one of the options", f"{where}/initial_option")

    def button(self, node: Any, where: str) -> None:
        self.text(node["text"], f"{where}/text", 75, ("plain_text",))
        for name, limit in (("value", 2000), ("url", 3000), ("accessibility_label", 75)):
            if name in node:
                self.string(node[name], f"{where}/{name}", limit)
        if node.get("style", "primary") not in {"primary", "danger"}:
            self.fail("unsupported style", f"{where}/style")

    def options(self, node: Any, where: str, most: int) -> None:
        if not self.listed(node, where, most):
            return
        for index, option in enumerate(node):
            place = f"{where}/{index}"
            for name in set(option) - {"text", "value", "description", "url"}:
                self.fail(f"unexpected field: {name}", place)
            self.text(option.get("text"), f"{place}/text", 75)
            self.string(option.get("value"), f"{place}/value", 150)
            if "description" in option:
                self.text(option["description"], f"{place}/description", 75)

    def confirm(self, node: Any, where: str) -> None:
        for name in set(node) - {"title", "text", "confirm", "deny", "style"}:
            self.fail(f"unexpected field: {name}", where)
        for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(node.get(name), f"{where}/{name}", limit, ("plain_text", "mrkdwn")[: 2 if name == "text" else 1])
