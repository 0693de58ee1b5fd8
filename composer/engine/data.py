"""Named data to run a design on: real handwritten digits, or random values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from composer.catalog.options import DTYPES
from composer.design.document import Input
from composer.engine.datasets.layouts import layout_of
from composer.errors import ComposerError, DesignError, Problem
from composer.reports import TensorType

DATA_SETS = ("digits", "random")
OTHER_SIZE = 32  # of symbols that nobody gave a size: long enough for a text, wide enough for a small image
_DIGITS = 1797
_PIXELS = 8
_DEPTH = 16  # a pixel of scikit-learn's digits is 0 to 16
_DTYPES = {name: getattr(torch, name) for name in DTYPES}


@dataclass(frozen=True, slots=True)
class Sample:
    """One tensor for each input. `labels` say what the samples are, `text` where they come from."""

    tensors: tuple[Tensor, ...]
    labels: tuple[str, ...]
    text: str


def load(
    name: str, inputs: Sequence[Input], samples: int = 8, seed: int = 0, sizes: Mapping[str, int] | None = None
) -> Sample:
    """Data for `inputs`, the same for the same seed. The global random state is left alone.

    `samples` is the size of the batch: of the symbol that the first input's shape starts with. Other symbols have
    the size that `sizes` gives them, or 32.

    Raises:
        ComposerError: for a name that is not in `DATA_SETS`.
        DesignError: where the inputs cannot hold this data.
    """
    types = bind(inputs, samples, sizes or {})
    generator = torch.Generator().manual_seed(seed)
    if name == "random":
        return _random(inputs, types, generator)
    if name == "digits":
        return _digits(inputs, types, generator)
    raise ComposerError(f"There is no data set {name!r}; there are: {', '.join(DATA_SETS)}.")


def batch_symbol(inputs: Sequence[Input]) -> str:
    """The symbol that stands for the number of samples; "" where the first size is a number."""
    first = inputs[0].shape[0] if inputs and inputs[0].shape else ""
    return first if isinstance(first, str) else ""


def bind(inputs: Sequence[Input], samples: int, sizes: Mapping[str, int]) -> tuple[TensorType, ...]:
    """The inputs' types with a number for every symbol."""
    known = {**sizes, batch_symbol(inputs): samples}
    return tuple(
        TensorType(tuple(known.get(dim, OTHER_SIZE) if isinstance(dim, str) else dim for dim in each.shape), each.dtype)
        for each in inputs
    )


def _random(inputs: Sequence[Input], types: Sequence[TensorType], generator: torch.Generator) -> Sample:
    tensors, texts = [], []
    for each, wanted in zip(inputs, types, strict=True):
        tensor, text = _random_tensor(each, wanted, generator)
        tensors.append(tensor)
        texts.append(f"{each.name}: {text}" if len(inputs) > 1 else text)
    return Sample(tuple(tensors), (), "random values; " + "; ".join(texts))


def _random_tensor(each: Input, wanted: TensorType, generator: torch.Generator) -> tuple[Tensor, str]:
    dtype = _DTYPES[wanted.dtype]
    shape = [int(dim) for dim in wanted.dims]
    if dtype == torch.bool:
        return torch.randint(0, 2, shape, generator=generator).bool(), "true and false alike"
    if not dtype.is_floating_point and not dtype.is_complex:
        high = min(each.high or 2, torch.iinfo(dtype).max)
        return torch.randint(0, high, shape, dtype=dtype, generator=generator), f"integers from 0 to {high - 1:,}"
    return torch.randn(shape, dtype=dtype, generator=generator), "normal with mean 0 and variance 1"


def _digits(inputs: Sequence[Input], types: Sequence[TensorType], generator: torch.Generator) -> Sample:
    from sklearn.datasets import load_digits  # takes most of a second, so only where digits are asked for

    name, wanted = inputs[0].name, types[0]
    count, *rest = [int(dim) for dim in wanted.dims] or [0]
    layout = layout_of(rest)
    if len(inputs) > 1 or layout is None or not _DTYPES[wanted.dtype].is_floating_point:
        expected = "one input of images, such as N×1×28×28 or N×64 float32, for the digits"
        received = f"{wanted} {wanted.dtype}" if len(inputs) == 1 else f"{len(inputs)} inputs"
        raise DesignError(Problem(name, "data-shape", expected, received))
    if count > _DIGITS:
        raise DesignError(Problem(name, "data-size", f"at most {_DIGITS:,} digits", f"{count:,}"))
    data = load_digits()
    chosen = torch.randperm(_DIGITS, generator=generator)[:count]
    images = torch.from_numpy(data.images)[chosen].unsqueeze(1) / _DEPTH
    images = layout.place(images).to(_DTYPES[wanted.dtype])
    labels = tuple(str(int(label)) for label in torch.from_numpy(data.target)[chosen])
    text = f"{layout.describe(1, _PIXELS, _PIXELS)}, values from 0 to 1"
    return Sample((images.contiguous(),), labels, f"{count:,} of scikit-learn's {_DIGITS:,} handwritten digits, {text}")
