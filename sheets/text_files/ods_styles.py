"""The styles of an .ods file: the number formats with a currency or a unit, and hidden tabs."""

from __future__ import annotations

from sheets.workbook.number_formats import shows_unit

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_NUMBER, _STYLE, _TABLE = f"{_OASIS}datastyle:1.0 ", f"{_OASIS}style:1.0 ", f"{_OASIS}table:1.0 "
_FORMATS = frozenset({f"{_NUMBER}number-style", f"{_NUMBER}currency-style"})
_LITERALS = frozenset({f"{_NUMBER}text", f"{_NUMBER}currency-symbol"})
STYLE_PARTS = (_NUMBER, _STYLE)


class OdsStyles:
    """Collects the styles from the events of expat, then gives the number format of a cell.

    Formats are built as Excel writes them: `[$€] 0` for a currency, `0" k€"` for a literal unit, and a comma behind
    the 0 for each thousand that numbers are divided by.

    Attributes:
        hidden: the names of the styles of hidden tabs.
        count: the number of styles.

    """

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.count = 0
        self._codes: dict[str, str] = {}  # name of a number format -> its code
        self._data_styles: dict[str, str] = {}  # name of a cell style -> name of its number format
        self._style, self._format = "", ""
        self._pieces: list[str] = []
        self.text: list[str] | None = None  # the characters of the current literal
        # The default styles of the columns: [column after the last one, name of the cell style].
        self._columns: list[tuple[int, str]] = []

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Read the start of an element of a style."""
        if name == f"{_STYLE}style":
            self.count += 1
            self._style = attributes.get(f"{_STYLE}name", "")
            if f"{_STYLE}data-style-name" in attributes:
                self._data_styles[self._style] = attributes[f"{_STYLE}data-style-name"]
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self.hidden.add(self._style)
        elif name in _FORMATS:
            self.count += 1
            self._format, self._pieces = attributes.get(f"{_STYLE}name", ""), []
        elif name in _LITERALS:
            self.text = []
        elif name == f"{_NUMBER}number" and self._format:
            factor = int(float(attributes.get(f"{_NUMBER}display-factor", "1")))
            self._pieces.append("0" + "," * ((len(str(factor)) - 1) // 3))

    def end_element(self, name: str) -> None:
        """Read the end of an element of a style."""
        if name in _LITERALS and self.text is not None:
            text = "".join(self.text).replace('"', "")
            self.text = None
            is_symbol = name == f"{_NUMBER}currency-symbol"
            self._pieces.append(f"[${text}]" if is_symbol else f'"{text}"' if text else "")
        elif name in _FORMATS and self._format:
            code = "".join(self._pieces)
            if shows_unit(code):
                self._codes[self._format] = code
            self._format = ""

    def start_table(self) -> None:
        """Forget the columns of the tab before."""
        self._columns = []

    def add_columns(self, count: int, style: str) -> None:
        """Add columns with their default cell style."""
        self._columns.append(((self._columns[-1][0] if self._columns else 0) + count, style))

    def find_code(self, column: int, style: str, currency: str) -> str:
        """Return the number format of a cell; empty for one without a unit.

        Args:
            column: the column of the cell, whose default style counts if the cell has none.
            style: the name of the cell's style; may be empty.
            currency: the ISO code that the cell itself names; may be empty.

        """
        style = style or next((name for end, name in self._columns if column < end), "")
        code = self._codes.get(self._data_styles.get(style, ""), "")
        return code or (f"[${currency}] 0" if currency else "")

    @property
    def has_codes(self) -> bool:
        """Whether any format has a unit."""
        return bool(self._codes)
