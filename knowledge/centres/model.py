"""What is known of one service centre, and how sure it is."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from knowledge.content import Confidence, Line, Part, Text
from knowledge.hours import Hours
from knowledge.yaml_files import read_yaml

DATA = Path(__file__).parents[1] / "data" / "centres" / "centres.yaml"

#: The corners of Vietnam with its islands (latitude, longitude).
SOUTH_WEST, NORTH_EAST = (6.0, 102.0), (23.5, 118.0)


class CentreLevel(StrEnum):
    """Whose centre it is; district ones ended on 1 July 2025."""

    PROVINCE = "province"
    COMMUNE = "commune"
    DISTRICT = "district"


class CentreStatus(StrEnum):
    """Whether a centre still receives people."""

    ACTIVE = "active"
    HISTORIC = "historic"
    DRAFT = "draft"
    """Found in a report and not yet looked at; nobody is sent there."""


class Centre(Part):
    """A one-stop service centre (Trung tâm Phục vụ hành chính công, Bộ phận Một cửa)."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
    level: CentreLevel
    unit_code: Annotated[str, Field(pattern=r"^(\d{2}|\d{5})?$")] = ""
    """The commune (or province) it serves; empty when not known."""
    province_code: Annotated[str, Field(pattern=r"^(\d{2})?$")] = ""
    address: Line = ""
    latitude: float | None = None
    longitude: float | None = None
    place_id: Annotated[str, Field(pattern=r"^(\d{12})?$")] = ""
    """The place identifier of Decree 326/2026/NĐ-CP."""
    phones: tuple[Annotated[str, StringConstraints(pattern=r"^\+?[\d .()-]{3,20}$")], ...] = ()
    services: tuple[Line, ...] = ()
    hours: Hours = Hours()
    kiosk: bool | None = None
    """Whether it has a self-service kiosk; None = not known."""
    post_office: bool | None = None
    """Whether dossiers are also taken at the post office; None = not known."""
    status: CentreStatus = CentreStatus.ACTIVE
    superseded_by: Line = ""
    """Key of the centre that took over."""
    other_names: tuple[Line, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day at this address."""
    sources: tuple[Line, ...] = ()
    verified_on: date | None = None
    confidence: Confidence = Confidence.MEDIUM
    note: Text = ""
    implied: bool = False
    """Follows from the decree alone: nobody has entered this centre yet."""

    @model_validator(mode="after")
    def _consistent(self) -> Centre:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("phải có cả vĩ độ và kinh độ")
        if self.point is not None and not in_vietnam(*self.point):
            raise ValueError(f"tọa độ {self.latitude}, {self.longitude} ở ngoài Việt Nam")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("ngày bắt đầu sau ngày kết thúc")
        if len(self.unit_code) == 5 and not self.province_code:
            raise ValueError("có mã xã thì phải có mã tỉnh")
        return self

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, if known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def is_active_on(self, day: date) -> bool:
        """Whether people can go there on `day`."""
        if self.status is not CentreStatus.ACTIVE:
            return False
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


def in_vietnam(latitude: float, longitude: float) -> bool:
    """Whether a point lies within the corners of the country."""
    return (
        SOUTH_WEST[0] <= latitude <= NORTH_EAST[0] and SOUTH_WEST[1] <= longitude <= NORTH_EAST[1]
    )


_CENTRES = TypeAdapter(tuple[Centre, ...])


def load(path: Path = DATA) -> tuple[Centre, ...]:
    """Return the centres kept in the repository."""
    return _CENTRES.validate_python(read_yaml(path))
