from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps


def without_metadata(file: BinaryIO) -> BytesIO:
    """The picture alone, upright: where and when it was taken, and by which device, stays behind."""
    file.seek(0)
    with Image.open(file) as original:
        shape = original.format
        upright = ImageOps.exif_transpose(original)
        bare = Image.new(upright.mode, upright.size)
        if palette := upright.getpalette():
            bare.putpalette(palette)
        bare.paste(upright)
    kept = {"transparency": upright.info["transparency"]} if "transparency" in upright.info else {}
    copy = BytesIO()
    bare.save(copy, format=shape, **(kept | ({"quality": 92} if shape == "JPEG" else {})))
    copy.seek(0)
    return copy
