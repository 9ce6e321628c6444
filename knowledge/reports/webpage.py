"""The text of an HTML page, a line to a block."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import zip_longest

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "nav",
        "footer",
        "select",
        "button",
        "iframe",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)


#: A merged cell is a head: so wide, high and long at most, which bounds what a page can make of one cell.
_WIDEST, _HIGHEST, _LONGEST = 12, 3, 80


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping: list[str] = []
        self._cells: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self._spans: list[tuple[int, int]] = []
        self._hanging: dict[int, tuple[str, int]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED or tag == "title":
            self._skipping.append(tag)
        elif tag == "table":
            self.rows, self._hanging = [], {}
        elif tag == "tr":
            self._cells, self._spans = [], []
        elif tag in ("td", "th"):
            self._in_cell = True
            self._cells.append("")
            given = dict(attrs)
            wide = _span(given.get("colspan"), _WIDEST)
            self._spans.append((wide, _span(given.get("rowspan"), _HIGHEST)))
        elif tag in _BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            while self._skipping.pop() != tag:
                pass
        elif tag in ("td", "th"):
            self._in_cell = False
        elif tag == "tr":
            self.rows.append(self._row())
        elif tag == "table":
            self.parts.append("\n" + "\n".join(table_lines(self.rows)) + "\n")
            self.rows = []
        elif tag in _BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._write(re.sub(r"\s+", " ", data))

    def _row(self) -> list[str]:
        """Return the row with every merged cell in each column and row it covers."""
        row: list[str] = []
        cells = [re.sub(r"\s+", " ", cell).strip() for cell in self._cells]
        spans = self._spans[: len(cells)]
        hanging, self._hanging = self._hanging, {}
        for text, (wide, high) in [*zip(cells, spans, strict=False), ("", (0, 0))]:
            while len(row) in hanging:
                above, left = hanging[len(row)]
                self._hang(len(row), above, left)
                row.append(above)
            for _ in range(wide if len(text) <= _LONGEST else 1):
                self._hang(len(row), text, high)
                row.append(text)
        return row

    def _hang(self, column: int, text: str, high: int) -> None:
        if high > 1 and len(text) <= _LONGEST:
            self._hanging[column] = (text, high - 1)

    def _write(self, data: str) -> None:
        if self._in_cell and self._cells:
            self._cells[-1] += data
        else:
            self.parts.append(data)


def _span(printed: str | None, most: int) -> int:
    """Return how many columns or rows a cell covers, at most `most`."""
    digits = (printed or "").strip()[:4]
    return max(1, min(int(digits), most)) if digits.isascii() and digits.isdigit() else 1


def page_text(html: str) -> str:
    """Return what a reader sees of `html`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for row in reader.rows:  # a table never closed
        reader.parts.append("\n" + " ".join(row))
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _heads(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return one head for each column, of the two or three rows they may take, and the other rows."""
    count = 1
    while count < min(3, len(rows) - 1) and _is_head(rows[count]):
        count += 1
    columns = zip_longest(*rows[:count], fillvalue="")
    heads = [_joined(list(dict.fromkeys(part for part in column if part))) for column in columns]
    rest = rows[count:]
    numbered = len(rest) > 1 and all(re.fullmatch(r"\W*\d{1,2}\W*|", cell) for cell in rest[0])
    counted = [re.sub(r"\D", "", cell) for cell in rest[0]] if numbered else []
    first = counted[:3] in (["1", "2", "3"], ["", "1", "2"])  # "(1) (2) (3)" under the heads
    return heads, rest[1:] if first else rest


def _joined(parts: list[str]) -> str:
    """Return "Số hồ sơ tiếp nhận – Trực tuyến"; a column of totals is called as the group is."""
    total = len(parts) > 1 and re.fullmatch(r"tổng(?: số| cộng)?", parts[-1].lower())
    return " – ".join(parts[:-1] if total else parts)


def _is_head(row: list[str]) -> bool:
    """Whether `row` goes on with the heads: it is full of words and holds no figure."""
    return len(row) > 2 and all(row) and not any(re.search(r"\d", cell) for cell in row)


def table_lines(rows: list[list[str]]) -> list[str]:
    """Return a table as sentences: "Cấp huyện: Số hồ sơ tiếp nhận: 1.396; Đã giải quyết: 1.391."."""
    rows = [row for row in rows if any(row)]
    if (
        len(rows) < 2
        or len(rows[0]) < 2
        or any(re.search(r"\d", cell) for cell in rows[0][1:] if len(cell) < 8)
    ):
        return [" ".join(cell for cell in row if cell) for row in rows]
    heads, rows = _heads(rows)
    lines = []
    for row in rows:
        cells = list(zip(heads, row, strict=False))
        ordinal = bool(re.fullmatch(r"(?:STT|TT|Số TT)\.?", heads[0].strip(), re.IGNORECASE))
        cells = cells[1:] if ordinal else cells
        if not cells:
            continue
        name, rest = cells[0][1], [(head, cell) for head, cell in cells[1:] if cell]
        told = "; ".join(f"{head}: {cell}" if head else cell for head, cell in rest)
        lines.append(f"{name}: {told}." if told else name)
    return lines
