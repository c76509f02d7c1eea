"""Pictures alone: where and when they were taken, by whom and with which device, stays behind."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

EDGE = 900  # pixels of the longer side of a preview
_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})  # JFIF, and Adobe's word on how colours are coded
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})


def without_metadata(file: BinaryIO) -> BytesIO:
    """The picture upright and in the colours that every screen knows, so that its profile can go, too."""
    file.seek(0)
    with Image.open(file) as original:
        shape = original.format
        upright = _in_common_colours(ImageOps.exif_transpose(original))
        bare = Image.new(upright.mode, upright.size)
        if palette := upright.getpalette():
            bare.putpalette(palette)
        bare.paste(upright)
    kept = {"transparency": upright.info["transparency"]} if "transparency" in upright.info else {}
    copy = BytesIO()
    bare.save(copy, format=shape, **(kept | ({"quality": 92} if shape == "JPEG" else {})))
    copy.seek(0)
    return copy


def _in_common_colours(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        with suppress(ImageCms.PyCMSError, OSError):  # a profile that does not fit changes nothing
            target = "L" if picture.mode == "L" else "RGB"
            if target == "RGB":
                srgb = ImageCms.createProfile("sRGB")
                made = ImageCms.profileToProfile(picture, BytesIO(profile), srgb, outputMode="RGB")
                picture = made or picture
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def preview(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """A small WebP, drawn anew: nothing of the file is in it but what can be seen."""
    seen = ImageOps.exif_transpose(picture)
    seen.thumbnail((EDGE, EDGE))
    bare = Image.new("RGB", seen.size, "white")
    if seen.mode in ("RGBA", "LA", "PA") or "transparency" in seen.info:
        through = seen.convert("RGBA")
        bare.paste(through, mask=through.getchannel("A"))
    else:
        bare.paste(seen.convert("RGB"))
    file = BytesIO()
    bare.save(file, "WEBP", quality=80)
    return file.getvalue(), bare.size


def bare_part(data: bytes) -> bytes:
    """A JPEG or PNG inside a document, pixels untouched; anything else as it is."""
    if data.startswith(b"\xff\xd8\xff"):
        return bare_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data[:8] + b"".join(chunk for name, chunk in _chunks(data) if name not in _TEXT_CHUNKS)
    return data


def bare_jpeg(data: bytes) -> bytes:
    """Without EXIF, XMP, IPTC and comments; a profile of colours stays, since nothing is decoded."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:  # the picture itself begins
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at:end]
        told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not told or marker in _KEPT_SEGMENTS or segment[4:].startswith(b"ICC_PROFILE\0"):
            kept.append(segment)
        at = end
    return b"".join(kept) + data[at:]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at:end]
        at = end
