"""What data is asked for, and report rows about it. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Task = Literal["classes", "values", "tokens"]
"""What is to be learned: a class for each sample, real values for each, or the next token at each position."""

Normalize = Literal["none", "standard", "unit"]
"""Values as they are; with mean 0 and variance 1 over the training split; or from 0 to 1 over it.

Pixels are from 0 to 1 before that, so for images "none" and "unit" are the same.
"""


@dataclass(frozen=True, slots=True)
class DataOptions:
    """How data is loaded. What is None or "" is taken from the data, or from the design that it is for.

    For all data: `seed` draws the split, `test_share` of the samples are kept for the test, and `samples` are the most
    that are used (of generated data: how many there are). `normalize` is for the inputs, `normalize_targets` brings
    real targets to mean 0 and variance 1.

    For spirals: `arms` are the classes. For clouds: `clouds` are. For clouds and linear data: a sample has that many
    `features`. For characters: `context` is the length of a text.

    For tables and arrays: `target` is the column or array that is to be learned, `skip` are columns to leave out.
    `task` says what the target is. For CSV: `delimiter` and `header`.

    For images: `height`, `width` and `channels` (1 or 3).
    """

    seed: int = 0
    test_share: float = 0.2
    samples: int | None = None
    normalize: Normalize | None = None
    normalize_targets: bool = False
    arms: int = 3
    clouds: int = 3
    features: int | None = None
    context: int | None = None
    target: str = ""
    skip: tuple[str, ...] = ()
    task: Task | None = None
    delimiter: str = ""
    header: bool | None = None
    height: int | None = None
    width: int | None = None
    channels: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A data set that can be loaded by its `name`. `text` says what it is and where it is from."""

    name: str
    title: str
    text: str
    task: Task
    images: bool


Role = Literal["input", "target", "left out"]
Kind = Literal["numbers", "text", "mixed", "empty"]


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What is in a column: of how many cells the value is not known, and how many values are different.

    `low`, `high`, `mean` and `std` are those of its numbers; None where it holds none.
    """

    name: str
    role: Role
    kind: Kind
    missing: int
    different: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None


@dataclass(frozen=True, slots=True)
class ClassReport:
    """How many samples of a class are to train and to test with."""

    name: str
    train: int
    test: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as a png file, and the name of its class."""

    label: str
    png: bytes


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """A first look at data. `problem` says why it cannot be trained on as it is ("" where it can).

    `shapes` are those of one sample, by input, and `target_shape` of its target, `()` for a class. `columns` are of the
    first `looked_at` rows, and `rows` are the first cells of the first of them; for texts, each row is one. `pictures`
    are the first images of each class.
    """

    name: str
    text: str = ""
    task: Task | None = None
    train: int = 0
    test: int = 0
    shapes: tuple[tuple[int, ...], ...] = ()
    target_shape: tuple[int, ...] = ()
    classes: tuple[ClassReport, ...] = ()
    columns: tuple[ColumnReport, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    looked_at: int = 0
    pictures: tuple[Picture, ...] = ()
    problem: str = ""
