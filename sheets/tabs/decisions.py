"""The decisions of a reading: how the workbook was understood where it could be understood in another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from core.errors import Sentence

Topic = Literal["account", "attributes", "currency", "ends", "layout", "months", "tabs", "unit"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, reported at every sync and by `look`.

    Attributes:
        topic: the subject of the decision.
        tab: the title of the tab; empty for the whole workbook.
        cell: the cell that gave the reason, in A1 notation; empty if it was not one cell.
        statement: the decision and its reason, one sentence.
        config_line: the line of the config that settles it, such as `workbook.unit = "arr"`; empty without one.
        is_doubted: True if every answer must mention it, as the figures may be wrong.

    """

    topic: Topic
    tab: str
    cell: str
    statement: Sentence
    config_line: str = ""
    is_doubted: bool = False

    def as_row(self) -> dict[str, object]:
        """Return the decision as a mapping that JSON can hold; its sentence as `msgid` and `values`."""
        values = {
            name: value if isinstance(value, int | str) else str(value) for name, value in self.statement.values.items()
        }
        return {
            "topic": self.topic,
            "tab": self.tab,
            "cell": self.cell,
            "msgid": self.statement.template,
            "values": values,
            "config_line": self.config_line,
            "is_doubted": self.is_doubted,
        }

    @classmethod
    def restore(cls, row: Mapping[str, Any]) -> Self:
        """Return a decision from the result of `as_row`."""
        statement = Sentence(row["msgid"], row["values"])
        return cls(row["topic"], row["tab"], row["cell"], statement, row["config_line"], row["is_doubted"])
