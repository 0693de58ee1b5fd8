"""Every data set by its name. Anything that yields tensors becomes one by a declaration in `DATA_SETS`:

    def xor(options: DataOptions) -> DataSet:
        inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).repeat(50, 1)
        targets = inputs.sum(1).long() % 2
        return assembled(Samples("xor", "Generated.", "classes", (inputs,), targets, ("even", "odd")), options)

    Declared("xor", "Exclusive or", "Generated.", "classes", xor)

The split, its seed, normalization and what a design's inputs ask for are seen to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from composer.data_reports import DataOptions, Offered, Task
from composer.design.document import Input
from composer.engine.datasets import bundled, generated
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.characters import TEXT, characters
from composer.engine.datasets.files.reading import read
from composer.engine.datasets.fitting import fit
from composer.engine.datasets.wanted import with_sizes
from composer.engine.datasets.wording import quoted, refused


@dataclass(frozen=True, slots=True)
class Declared:
    """A data set by its `name`. `load` gives it whole, in shapes of its own; `load` below fits it to a design."""

    name: str
    title: str
    text: str
    task: Task
    load: Callable[[DataOptions], DataSet]
    images: bool = False


DATA_SETS: Mapping[str, Declared] = {
    each.name: each
    for each in (
        Declared("digits", "Handwritten digits", bundled.DIGITS, "classes", bundled.digits, images=True),
        Declared("breast_cancer", "Breast cancer", bundled.CANCER, "classes", bundled.breast_cancer),
        Declared("wine", "Wine", bundled.WINE, "classes", bundled.wine),
        Declared("diabetes", "Diabetes", bundled.DIABETES, "values", bundled.diabetes),
        Declared("linear", "Linear data", generated.LINEAR, "values", generated.linear),
        Declared("spirals", "Spirals", generated.SPIRALS, "classes", generated.spirals),
        Declared("clouds", "Clouds of points", generated.CLOUDS, "classes", generated.clouds),
        Declared("characters", "Characters of a novel", TEXT, "tokens", characters),
    )
}


def offered() -> tuple[Offered, ...]:
    """What can be loaded by name, for people to choose from."""
    return tuple(Offered(each.name, each.title, each.text, each.task, each.images) for each in DATA_SETS.values())


def load(which: str | Path, inputs: Sequence[Input] = (), options: DataOptions | None = None) -> DataSet:
    """The data set called `which`, or that of the file or folder at this path, fitted to a design's `inputs`.

    Without inputs it is in shapes of its own. The same for the same options; the global random state is left alone.

    Raises:
        DataError: where there is no such data, or it is not as it should be.
        DesignError: where the inputs cannot hold it.
    """
    data = unfitted(which, inputs, options or DataOptions())
    return fit(data, inputs) if inputs else data


def unfitted(which: str | Path, inputs: Sequence[Input], options: DataOptions) -> DataSet:
    """The data in shapes of its own; `inputs` say what sizes of images and which arrays are asked for.

    Raises:
        DataError: where there is no such data, or it is not as it should be.
    """
    options = with_sizes(options, inputs)
    return read(which, options, inputs) if isinstance(which, Path) else _named(which).load(options)


def _named(which: str) -> Declared:
    if which not in DATA_SETS:
        raise refused(
            quoted(which), "a data set by its name", "one that is not known", f"There are: {', '.join(DATA_SETS)}."
        )
    return DATA_SETS[which]
