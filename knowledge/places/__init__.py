"""Old and new place names: which commune and province of today a text means."""

from knowledge.places.atlas import OutsideVietnamError, Places
from knowledge.places.names import Level
from knowledge.places.resolution import (
    Choice,
    Description,
    Match,
    Resolution,
    Trouble,
    Was,
    as_json,
    describe,
    lower_kind,
)
from knowledge.places.table import Change, TableError, TableInfo, Unit, distance_km

__all__ = [
    "Change",
    "Choice",
    "Description",
    "Level",
    "Match",
    "OutsideVietnamError",
    "Places",
    "Resolution",
    "TableError",
    "TableInfo",
    "Trouble",
    "Unit",
    "Was",
    "as_json",
    "describe",
    "distance_km",
    "lower_kind",
]
