"""Service centres: what is known of them, which to go to, lists in and out."""

from knowledge.centres.find import (
    Detail,
    Known,
    Near,
    describe,
    implied,
    is_gone,
    named,
    nearest,
    of_commune,
    of_province,
)
from knowledge.centres.model import Centre, CentreLevel, CentreStatus, load
from knowledge.centres.sheet import (
    CentreFileError,
    RowProblem,
    read,
    read_hours,
    write_csv,
    write_hours,
    write_xlsx,
)

__all__ = [
    "Centre",
    "CentreFileError",
    "CentreLevel",
    "CentreStatus",
    "Detail",
    "Known",
    "Near",
    "RowProblem",
    "describe",
    "implied",
    "is_gone",
    "load",
    "named",
    "nearest",
    "of_commune",
    "of_province",
    "read",
    "read_hours",
    "write_csv",
    "write_hours",
    "write_xlsx",
]
