"""Which part of a file is meant where nobody says it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from composer.checkpoint_reports import Part
from composer.matching.match import match
from composer.matching.rename import Rename, rename
from composer.reports import TensorReport


def best_part(parts: Sequence[Part], model: Sequence[TensorReport] = (), renames: Sequence[Rename] = ()) -> Part | None:
    """The part of which most can be loaded into `model`, before all others a state dict; None where there is none."""

    def fit(part: Part) -> tuple[bool, int]:
        return part.sort == "state dict", len(match(model, part, renames).pairs()) if model else 0

    return max(parts, key=fit, default=None)


def common_parts(
    left: Sequence[Part], right: Sequence[Part], renames: tuple[Sequence[Rename], Sequence[Rename]] = ((), ())
) -> tuple[Part, Part] | None:
    """The parts of two files with most names in common, before all others two state dicts; None without any.

    `renames` are the rules that the names of either side go through first.
    """
    sides = ((part, rules) for parts, rules in zip((left, right), renames, strict=True) for part in parts)
    names = {id(part): _names(part, rules) for part, rules in sides}

    def shared(pair: tuple[Part, Part]) -> tuple[int, int]:
        return sum(each.sort == "state dict" for each in pair), len(names[id(pair[0])] & names[id(pair[1])])

    return max(product(left, right), key=shared, default=None)


def _names(part: Part, renames: Sequence[Rename]) -> set[str]:
    return {each.name for each in rename((each.name for each in part.tensors), renames).names.values()}
