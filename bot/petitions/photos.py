"""Photos of a petition: decoded, shrunk and written anew, so that nothing hidden comes along."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

#: Largest photo taken in, in bytes; phones make 2–8 MB.
MOST_BYTES: Final = 12 * 1024 * 1024
MOST_PHOTOS: Final = 5
#: Longer side kept, in pixels: text on a paper stays readable.
_LONGEST_SIDE: Final = 1_600
#: More pixels than any phone makes: a bomb.
_MOST_PIXELS: Final = 80_000_000
_QUALITY: Final = 82
#: What Pillow raises for a broken or foreign file.
_BROKEN: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    OverflowError,
)
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


class Refused(StrEnum):
    """Why a photo was not taken; each has its own sentence."""

    TOO_LARGE = "too_large"
    NO_PHOTO = "no_photo"
    TOO_MANY = "too_many"
    GONE = "gone"


class PhotoError(ValueError):
    """A file cannot be taken as a photo."""

    def __init__(self, why: Refused) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG."""

    content: bytes
    width: int
    height: int


def clean(raw: bytes) -> Photo:
    """Return `raw` as a JPEG without EXIF, place, thumbnails or whatever else it carried.

    Blocks for some 100 ms; call it in a thread.

    Raises:
        PhotoError: it is too large or no photo.
    """
    if len(raw) > MOST_BYTES:
        raise PhotoError(Refused.TOO_LARGE)
    try:
        upright = _decoded(raw)
    except PhotoError:
        raise
    except _BROKEN as error:
        raise PhotoError(Refused.NO_PHOTO) from error
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    # A new image from the pixels alone: `info` of the old one could travel along.
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Photo(out.getvalue(), fresh.width, fresh.height)


def _decoded(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
        if opened.width * opened.height > _MOST_PIXELS:
            raise PhotoError(Refused.TOO_LARGE)
        opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        return ImageOps.exif_transpose(opened).convert("RGB")
