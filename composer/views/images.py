"""Small images as PNG, for pages."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

from PIL import Image


def png(shape: tuple[int, int, int], pixels: Sequence[int]) -> bytes:
    """An image of `shape` (1 or 3 channels, height, width), whose `pixels` from 0 to 255 are rows of channels first."""
    channels, height, width = shape
    planes = [
        Image.frombytes("L", (width, height), bytes(pixels[k * height * width : (k + 1) * height * width]))
        for k in range(channels)
    ]
    image = planes[0] if channels == 1 else Image.merge("RGB", planes[:3])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def data_url(shape: tuple[int, int, int], pixels: Sequence[int]) -> str:
    """The image as the address of itself."""
    return f"data:image/png;base64,{base64.b64encode(png(shape, pixels)).decode()}"
