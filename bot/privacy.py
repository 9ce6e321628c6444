"""Hide what identifies a person before any words are stored."""

from __future__ import annotations

import re

#: Tried in order; longer shapes first so that a card number is not half a phone number.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[email]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    # Mã số hồ sơ: H34.12.34-240115-0001, 000.00.16.H34-240115-0001, G01.899.…
    (
        "[mã hồ sơ]",
        re.compile(
            r"\b(?:\d{3}(?:\.\d{2,4}){1,3}\.)?[A-Z]\d{2}(?:[.-]\d{2,8}){1,6}\b", re.IGNORECASE
        ),
    ),
    ("[biển số]", re.compile(r"\b\d{2}[A-Z]{1,2}\d?[- ]?\d{3}[.]?\d{2}\b", re.IGNORECASE)),
    # Căn cước 12 digits, CMND 9, phone 10–11, bank cards; spaces, dots, dashes inside.
    ("[số]", re.compile(r"(?<![\d/.])\+?\d(?:[ .\-]?\d){8,18}(?![\d/])")),
    ("[hộ chiếu]", re.compile(r"\b[A-Z]\d{7,8}\b")),
)


def mask(text: str) -> str:
    """Return `text` with numbers and addresses that point at a person replaced by their kind.

    Money ("20.000.000 đồng") and procedure codes ("1.004222") are shorter than nine digits or kept
    because an editor needs them; when in doubt it masks.
    """
    for label, shape in _SHAPES:
        text = shape.sub(label, text)
    return text
