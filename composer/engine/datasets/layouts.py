"""How images lie in an input: as channels, rows and columns, as rows and columns, or as one row of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Layout:
    """`shape` is one sample's; `channels`, `height` and `width` are those of the image that it holds."""

    shape: tuple[int, ...]
    channels: int
    height: int
    width: int

    def place(self, images: Tensor) -> Tensor:
        """Images N×channels×height×width, of one channel or as many as the layout's, as N samples of this layout.

        Images of another size are resized: bilinear, with antialiasing.
        """
        if tuple(images.shape[2:]) != (self.height, self.width):
            images = F.interpolate(images, (self.height, self.width), mode="bilinear", antialias=True)
        return images.expand(-1, self.channels, -1, -1).reshape(-1, *self.shape)

    def describe(self, channels: int, height: int, width: int) -> str:
        """What becomes of images of this size."""
        text = f"{height}×{width} pixels"
        if (self.height, self.width) != (height, width):
            text += f" resized to {self.height}×{self.width}"
        if self.channels > channels:
            text += f", the same gray in all {self.channels} channels"
        if len(self.shape) == 1:
            text += f", flattened to {self.shape[0]} values"
        return text


def layout_of(shape: Sequence[int]) -> Layout | None:
    """The layout of samples of `shape`; None where they hold no images. One row of pixels is a square's."""
    match shape:
        case [1 | 3 as channels, height, width] if height > 0 and width > 0:
            return Layout(tuple(shape), channels, height, width)
        case [height, width] if height > 0 and width > 0:
            return Layout(tuple(shape), 1, height, width)
        case [pixels] if pixels > 0:
            for channels in (1, 3):
                side = math.isqrt(pixels // channels)
                if channels * side**2 == pixels:
                    return Layout(tuple(shape), channels, side, side)
    return None
