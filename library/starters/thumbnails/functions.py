"""Small pictures of large ones."""

import pathlib

from PIL import Image, ImageOps


def make_thumbnail(source, target, size=160):
    """Write a PNG of `source` that fits into a square of `size` pixels to `target`.

    Returns {"name", "width", "height", "bytes"} of what was written.
    """
    with Image.open(source) as image:
        image = ImageOps.exif_transpose(image).convert("RGBA")
        image.thumbnail((size, size))
    target = pathlib.Path(target)
    image.save(target, "PNG", optimize=True)
    return {
        "name": target.name,
        "width": image.width,
        "height": image.height,
        "bytes": target.stat().st_size,
    }
