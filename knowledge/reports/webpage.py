"""The text of an HTML page, a line to a block."""

from __future__ import annotations

import re
from html.parser import HTMLParser

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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping: list[str] = []
        self._cells: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SKIPPED or tag == "title":
            self._skipping.append(tag)
        elif tag == "table":
            self.rows = []
        elif tag == "tr":
            self._cells = []
        elif tag in ("td", "th"):
            self._in_cell = True
            self._cells.append("")
        elif tag in _BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            while self._skipping.pop() != tag:
                pass
        elif tag in ("td", "th"):
            self._in_cell = False
        elif tag == "tr":
            self.rows.append([re.sub(r"\s+", " ", cell).strip() for cell in self._cells])
        elif tag == "table":
            self.parts.append("\n" + "\n".join(table_lines(self.rows)) + "\n")
            self.rows = []
        elif tag in _BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._write(re.sub(r"\s+", " ", data))

    def _write(self, data: str) -> None:
        if self._in_cell and self._cells:
            self._cells[-1] += data
        else:
            self.parts.append(data)


def page_text(html: str) -> str:
    """Return what a reader sees of `html`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for row in reader.rows:  # a table never closed
        reader.parts.append("\n" + " ".join(row))
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def table_lines(rows: list[list[str]]) -> list[str]:
    """Return a table as sentences: "Cấp huyện: Số hồ sơ tiếp nhận: 1.396; Đã giải quyết: 1.391."."""
    rows = [row for row in rows if any(row)]
    if (
        len(rows) < 2
        or len(rows[0]) < 2
        or any(re.search(r"\d", cell) for cell in rows[0][1:] if len(cell) < 8)
    ):
        return [" ".join(cell for cell in row if cell) for row in rows]
    heads = rows[0]
    lines = []
    for row in rows[1:]:
        cells = list(zip(heads, row, strict=False))
        ordinal = bool(re.fullmatch(r"(?:STT|TT|Số TT)\.?", heads[0].strip(), re.IGNORECASE))
        cells = cells[1:] if ordinal else cells
        if not cells:
            continue
        name, rest = cells[0][1], [(head, cell) for head, cell in cells[1:] if cell]
        told = "; ".join(f"{head}: {cell}" if head else cell for head, cell in rest)
        lines.append(f"{name}: {told}." if told else name)
    return lines
