"""Makes small files of every format a report may come in."""

from __future__ import annotations

import io
import zlib

from docx import Document


def pdf(pages: list[list[str]], *, flate: bool = False) -> bytes:
    """Return a PDF whose text is held by a ToUnicode map, as word processors write it."""
    used = sorted({char for lines in pages for line in lines for char in line} | {" "})
    chars = [char.encode("utf-16-be").hex().encode() for char in used]
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def"
        b" 1 begincodespacerange <0000> <FFFF> endcodespacerange %d beginbfchar %s endbfchar"
        b" endcmap end end" % (len(chars), b" ".join(b"<%s> <%s>" % (char, char) for char in chars))
    )
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H"
            b" /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
        ),
        (
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo"
            b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>"
        ),
        _stream(cmap, flate=flate),
    ]
    kids = []
    for lines in pages:
        shown = []
        for i, line in enumerate(lines):
            code = line.encode("utf-16-be").hex().encode()
            shown.append(b"BT /F1 12 Tf 1 0 0 1 50 %d Tm <%s> Tj ET" % (780 - 16 * i, code))
        objects.append(_stream(b"\n".join(shown), flate=flate))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _file(objects)


def _stream(data: bytes, *, flate: bool) -> bytes:
    packed = zlib.compress(data) if flate else data
    extra = b" /Filter /FlateDecode" if flate else b""
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(packed), extra, packed)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


def docx(paragraphs: list[str], table: list[list[str]] | None = None) -> bytes:
    """Return a Word file."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def tcvn3(text: str) -> bytes:
    """Return lower-case `text` in TCVN3."""
    from knowledge.reports.encodings import _tcvn3

    back = {char: code for code, char in _tcvn3().items()}
    return bytes(back[char] if char in back else ord(char) for char in text)


def vni(text: str) -> bytes:
    """Return `text` in VNI."""
    from knowledge.reports.encodings import _vni

    back: dict[str, str] = {}
    for old, new in _vni()[1].items():
        back.setdefault(new, old)
    return "".join(back.get(char, char) for char in text).encode("latin-1")
