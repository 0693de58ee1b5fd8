"""Every data set by its name. Anything that yields tensors becomes one by a declaration in `DATA_SETS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from composer.data_reports import DataOptions, Offered, Task
from composer.design.document import Input
from composer.engine.datasets import bundled, generated
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.characters import TEXT, characters
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
    options = with_sizes(options or DataOptions(), inputs)
    if isinstance(which, Path):
        raise NotImplementedError(which)
    if which not in DATA_SETS:
        raise refused(
            quoted(which), "a data set by its name", "one that is not known", f"There are: {', '.join(DATA_SETS)}."
        )
    data = DATA_SETS[which].load(options)
    return fit(data, inputs) if inputs else data
