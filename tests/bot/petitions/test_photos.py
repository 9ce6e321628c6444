"""Photos are decoded and written anew: nothing hidden comes along, and what is no photo is refused."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from bot.petitions import MOST_BYTES, PhotoError, Refused, clean


def jpeg(width: int = 64, height: int = 48, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", **options)
    return out.getvalue()


def test_where_and_when_a_photo_was_taken_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[2] = (10.0, 2.0, 3.0)
    raw = jpeg(exif=exif, comment=b"SECRET-COMMENT")
    assert b"SECRET" in raw

    photo = clean(raw)

    assert b"SECRET" not in photo.content
    assert dict(Image.open(io.BytesIO(photo.content)).getexif()) == {}


def test_a_photo_taken_upright_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter

    photo = clean(jpeg(64, 48, exif=exif))

    assert (photo.width, photo.height) == (48, 64)


def test_a_large_photo_is_shrunk() -> None:
    photo = clean(jpeg(4_000, 3_000))

    assert (photo.width, photo.height) == (1_600, 1_200)


def test_a_transparent_png_becomes_a_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")

    assert clean(out.getvalue()).content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.7",
        b"<svg onload=alert(1)>",
        jpeg()[:40],
        b"\x89PNG\r\n\x1a\n" + b"x" * 99,
    ],
)
def test_what_is_no_photo_is_refused(raw: bytes) -> None:
    with pytest.raises(PhotoError) as refused:
        clean(raw)
    assert refused.value.why is Refused.NO_PHOTO


def test_fifty_megabytes_are_refused_unread() -> None:
    with pytest.raises(PhotoError) as refused:
        clean(bytes(50 * 1024 * 1024))
    assert refused.value.why is Refused.TOO_LARGE
    assert MOST_BYTES < 50 * 1024 * 1024


def test_a_picture_of_more_pixels_than_any_phone_makes_is_refused() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + checksum

    size = (30_000).to_bytes(4, "big")
    header = chunk(b"IHDR", size + size + bytes([8, 0, 0, 0, 0]))
    data = chunk(b"IDAT", zlib.compress(bytes(1_000)))
    bomb = b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")

    with pytest.raises(PhotoError):
        clean(bomb)
