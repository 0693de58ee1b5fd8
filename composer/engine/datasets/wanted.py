"""What a design asks of data before it is loaded, where the options leave it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.datasets.layouts import layout_of

_INTEGERS = ("int64", "int32")


def with_sizes(options: DataOptions, inputs: Sequence[Input]) -> DataOptions:
    """`options` with the size of images, the length of texts, or the number of features that the first input has.

    Integers that index something are not normalized.
    """
    if not inputs:
        return options
    first = inputs[0]
    sizes = [size for size in first.shape[1:] if isinstance(size, int)]
    whole = len(sizes) == len(first.shape) - 1
    if first.dtype in _INTEGERS:
        context = sizes[0] if whole and len(sizes) == 1 else None
        return replace(options, context=options.context or context, normalize="none")
    if whole and len(sizes) == 1:
        options = replace(options, features=options.features or sizes[0])
    layout = layout_of(sizes) if whole else None
    if layout is None:
        return options
    return replace(
        options,
        height=options.height or layout.height,
        width=options.width or layout.width,
        channels=options.channels or layout.channels,
    )
