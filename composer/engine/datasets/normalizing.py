"""Statistics of the training split, by which values are brought to one scale."""

from __future__ import annotations

import torch
from torch import Tensor

from composer.data_reports import Normalize
from composer.engine.datasets.base import Normalization


def normalization(values: Tensor, how: Normalize) -> Normalization | None:
    """How the columns of `values`, N×columns×…, are normalized; None where they are to stay as they are.

    A column that is constant is only shifted.
    """
    if how == "none":
        return None
    columns = values.double().transpose(0, 1).flatten(1)
    if how == "standard":
        shift, scale = columns.mean(1), columns.std(1, correction=0)
        text = "mean 0 and variance 1 over the training samples"
    else:
        shift = columns.amin(1)
        scale, text = columns.amax(1) - shift, "from 0 to 1 over the training samples"
    # What rounding leaves of a constant column is no spread.
    constant = scale <= 1e-12 * columns.abs().amax(1)
    scale = torch.where(constant, 1.0, scale)
    return Normalization(text, tuple(shift.tolist()), tuple(scale.tolist()))
