"""One image of a stranger's: what it says of its size is checked before any of it is decoded."""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from composer.engine.datasets.files.limits import PIXELS
from composer.engine.datasets.wording import quoted, refused
from composer.errors import DataError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_EXPECTED = "an image (png, jpg, bmp, gif or webp)"
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})  # others have 16 bits or more
_STARTS = (
    (b"PK\3\4", "an archive", "Unpack it: archives in archives are not read."),
    (b"%PDF", "a PDF document", "Export its pages as png."),
    (b"<svg", "an SVG drawing", "Export it as png."),
    (b"II*\0", "a TIFF image", "Convert it to png."),
    (b"MM\0*", "a TIFF image", "Convert it to png."),
    (b"\0\0\0", "a file of another kind", "Photos in HEIC or AVIF are to be converted to jpg."),
)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError)


def pixels(place: str, data: bytes, channels: int, height: int, width: int) -> np.ndarray:
    """The image in `data` as height×width×channels uint8; its first frame, where it moves.

    It is resized without keeping its proportions: bilinear, with antialiasing.

    Raises:
        DataError: where it is no image, has too many pixels, or is damaged.
    """
    if not data:
        raise refused(place, _EXPECTED, "an empty file", "Take it out, or save it again.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow finds odd is no error, and what is one is told below
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return _decoded(place, data, channels, height, width)


def _decoded(place: str, data: bytes, channels: int, height: int, width: int) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check(place, image)
            mode = "L" if channels == 1 else "RGB"
            if image.format == "JPEG":
                image.draft(mode, (width, height))  # a large photo is decoded no larger than it is needed
            small = image.convert(mode).resize((width, height), Image.Resampling.BILINEAR)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large(place, "more") from None
    except UnidentifiedImageError:
        raise _no_image(place, data) from None
    except _BROKEN:
        raise refused(place, _EXPECTED, "a damaged one", "Take it out, or save it again.") from None
    return np.asarray(small).reshape(height, width, channels)


def _check(place: str, image: Image.Image) -> None:
    if image.width * image.height > PIXELS:
        raise _too_large(place, f"{image.height:,}×{image.width:,}")
    if image.mode not in _MODES:
        advice = "Convert it to 8 bits a channel."
        raise refused(place, "8 bits a channel", f"an image of mode {quoted(image.mode)}", advice)


def _too_large(place: str, received: str) -> DataError:
    return refused(place, f"at most {PIXELS:,} pixels", received, "Make the image smaller, or take it out.")


def _no_image(place: str, data: bytes) -> DataError:
    for start, what, advice in _STARTS:
        if data.startswith(start):
            return refused(place, _EXPECTED, what, advice)
    return refused(place, _EXPECTED, "a file of another kind", "Take it out.")
