"""Report rows about the values of tensors. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from composer.reports import TensorReport

Number = float | int | bool | complex


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many finite values lie in each of equally wide bins between `low` and `high`, both included.

    A constant has one bin, and no values have none. The edges are right to a thousandth of a bin's width.
    """

    low: float = 0.0
    high: float = 0.0
    counts: tuple[int, ...] = ()

    @property
    def edges(self) -> tuple[float, ...]:
        """Where the bins begin, and where the last one ends."""
        bins = len(self.counts)
        if not bins:
            return ()
        inner = (self.low * ((bins - k) / bins) + self.high * (k / bins) for k in range(1, bins))
        return (self.low, *inner, self.high)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the values of a tensor are like.

    `count` values, of which `zeros` are zero, `nan` are not a number, `plus_inf` and `minus_inf` are infinite. All the
    rest is of the finite ones: None where there are none of them, or for `std`, which is divided by their number less
    one as in torch, fewer than two. `norm` is the square root of the sum of squares. `of` says what is measured where
    it is not the values themselves: `magnitudes` of complex numbers.
    """

    count: int
    zeros: int = 0
    nan: int = 0
    plus_inf: int = 0
    minus_inf: int = 0
    low: float | int | None = None
    high: float | int | None = None
    mean: float | None = None
    std: float | None = None
    norm: float | None = None
    histogram: Histogram = field(default_factory=Histogram)
    of: str = ""

    @property
    def finite(self) -> int:
        """How many values are finite."""
        return self.count - self.nan - self.plus_inf - self.minus_inf


@dataclass(frozen=True, slots=True)
class HeldTensor:
    """A parameter or buffer by its name in the live model. `statistics` are None while it is uninitialized.

    `device` is where its values are ("" while no live model is there).
    """

    tensor: TensorReport
    device: str = ""
    statistics: Statistics | None = None

    @property
    def name(self) -> str:
        return self.tensor.name


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """A module by its path. `sequence`: torch's own indexing, `net[2]`, counts its children."""

    kind: str
    sequence: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """An event: the statistics of one tensor, `done` of `total`."""

    name: str
    statistics: Statistics | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class HeldReport:
    """All that a live model holds, in the order of its state dict, unsaved buffers last.

    `modules` are by path, in the order of registration, the model itself at "". `undo` and `redo` name the change of
    values that would be taken back or done again ("" for none), `optimizer` what keeps state for the next step.
    """

    class_name: str
    rows: tuple[HeldTensor, ...]
    modules: Mapping[str, ModuleReport] = field(default_factory=dict)
    undo: str = ""
    redo: str = ""
    optimizer: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a tensor's values, as rows and columns.

    The values at `where` have the sizes `shape`; flattened to a matrix whose columns are the last dimension they have
    `height` rows and `width` columns. `rows` holds those from `top` and `left` on. `names` are the indices of the rows
    in the tensor, without the last one; `columns` the last index of each column.
    """

    where: str
    shape: tuple[int, ...]
    height: int
    width: int
    top: int
    left: int
    names: tuple[tuple[int, ...], ...]
    columns: tuple[int, ...]
    rows: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Images of a tensor's values, each a matrix. `labels` has an index for each image, without its last two.

    A cell is the mean of `cell` values, down and across: (1, 1) are the values themselves. `total` is how many images
    there are, of which these begin with number `first`. `of` is as in `Statistics`.
    """

    images: tuple[tuple[tuple[float, ...], ...], ...]
    labels: tuple[tuple[int, ...], ...]
    shape: tuple[int, int]
    cell: tuple[int, int] = (1, 1)
    first: int = 0
    total: int = 1
    of: str = ""
