"""Simpler forms of a message, for a Slack that refuses its blocks: without charts and lists, then as text alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.messages.kit.columns import align_columns
from bot.messages.kit.limits import Block, cut_texts
from bot.messages.kit.markup import escape
from bot.messages.kit.parts import Grid

# Characters of a line: wider tables wrap on a telephone.
PHONE_WIDTH = 60
# Characters: Slack cuts the text of a message at 40,000, and shows the beginning of a long one.
TEXT_LIMIT = 12_000
_TABLES = frozenset(("table", "data_table"))


def simplify_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks without charts, collapsed parts and lists: of their tables, the first stays one."""
    return cut_texts(_simplify(blocks))


def _simplify(blocks: Sequence[Block]) -> Iterator[Block]:
    has_table = False
    for block in _open_containers(blocks):
        if block["type"] == "data_visualization":
            continue
        if block["type"] not in _TABLES:
            yield block
        elif has_table:
            yield render_lines(read_grid(block))
        else:
            has_table = True
            yield _simplify_table(block)


def _open_containers(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block["type"] == "container":
            title = {"type": "text", "text": _read_title(block), "style": {"bold": True}}
            yield {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [title]}]}
            yield from block["child_blocks"]
        else:
            yield block


def _read_title(container: Block) -> str:
    finding = container.get("subtitle", {}).get("text")
    title = str(container["title"]["text"])
    return f"{title} ({finding})" if finding else title


def _simplify_table(block: Block) -> Block:
    """Return a table whose cells are texts: a list as a table."""
    if block["type"] == "table":
        return block
    grid = read_grid(block)
    settings = [{"align": "right"} if side == "r" else {"align": "left", "is_wrapped": True} for side in grid.align]
    rows = [[cell if cell["type"] == "rich_text" else _render_text(cell) for cell in row] for row in block["rows"]]
    return {"type": "table", "column_settings": settings, "rows": rows[:100]}


def _render_text(cell: Block) -> Block:
    return {"type": "raw_text", "text": cell["text"]}


def read_grid(block: Block) -> Grid:
    """Return the table of a block, as texts."""
    rows = [[_read_cell(cell) for cell in row] for row in block["rows"]]
    if block["type"] == "table":
        align = "".join(column.get("align", "left")[0] for column in block["column_settings"])
        return Grid(rows, align, heading=block["rows"][0][0]["type"] == "rich_text")
    numbers = [cell["type"] == "raw_number" for cell in block["rows"][-1]]
    return Grid(rows, "".join("r" if is_number else "l" for is_number in numbers), heading=True)


def _read_cell(cell: Block) -> str:
    if cell["type"] == "rich_text":
        return "".join(piece["text"] for section in cell["elements"] for piece in section["elements"]).strip()
    return str(cell["text"]).strip()


def render_lines(grid: Grid) -> Block:
    """Return a table as lines of a fixed width, where Slack takes no further `table`."""
    text = {"type": "text", "text": align_columns(grid, PHONE_WIDTH)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]}


def write_text(blocks: Sequence[Block]) -> str:
    """Return blocks as the text of a message without blocks, escaped: its tables are code."""
    texts: list[str] = []
    room = TEXT_LIMIT
    for text in filter(None, map(_write_block, blocks)):
        room -= len(text)
        if room < 0:
            # Whole parts only: a cut could be within an entity or a table.
            return "\n\n".join([*texts, "…"])
        texts.append(text)
    return "\n\n".join(texts)


def _write_block(block: Block) -> str:
    match block["type"]:
        case "header":
            return escape(block["text"]["text"])
        case "rich_text":
            return "\n".join(_write_section(section) for section in block["elements"])
        case "context":
            return " ".join(
                element["text"] if element["type"] == "mrkdwn" else escape(element["text"])
                for element in block["elements"]
            )
        case "container":
            return "\n".join([escape(_read_title(block)), *map(_write_block, block["child_blocks"])])
        case "table" | "data_table":
            return _write_code(align_columns(read_grid(block), PHONE_WIDTH))
    return ""  # a chart, buttons


def _write_code(text: str) -> str:
    # A backquote would end the code.
    return f"```\n{escape(text).replace('`', chr(39))}\n```"


def _write_section(section: Block) -> str:
    if section["type"] == "rich_text_preformatted":
        return _write_code("".join(element["text"] for element in section["elements"]))
    return "".join(map(_write_element, section["elements"]))


def _write_element(element: Block) -> str:
    match element["type"]:
        case "link":
            return f"<{element['url']}|{escape(element['text'])}>"
        case "date":
            return f"<!date^{element['timestamp']}^{element['format']}|{escape(element['fallback'])}>"
        case "emoji":
            return f":{element['name']}:"
        case _:
            return escape(element["text"])
