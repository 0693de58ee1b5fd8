"""Layers of a file and of a model that have the same shapes, in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from composer.matching.structure import Layer, Shape, Unit, roles, singles

How = Literal["name", "shape", "order"]


@dataclass(frozen=True, slots=True)
class Paired:
    """A layer of the file and the one of the model that it is.

    `how`: by its name among several of its shapes, by its shapes alone, or by its order among several.
    `turned`: its matrix is stored transposed.
    """

    file: Layer
    model: Layer
    how: How
    turned: bool = False


def pair_layers(file: Sequence[Layer], model: Sequence[Layer]) -> list[Paired]:
    """The pairs that shapes, roles and order show, with the surest first; what they do not show has none."""
    found = _same_paths(file, model)
    for view in (_shapes, _shapes_either_way, _main, _main_either_way):
        for units in (roles, singles):
            done_file, done_model = {each.file.path for each in found}, {each.model.path for each in found}
            rest = [each for each in file if each.path not in done_file]
            places = [each for each in model if each.path not in done_model]
            found += _alike(units(rest), units(places), view)
    return _consistent([_turned(each) for each in found])


def _same_paths(file: Sequence[Layer], model: Sequence[Layer]) -> list[Paired]:
    there = {each.path: each for each in model}
    return [Paired(each, each, "name") for each in file if there.get(each.path) == each]


def _shapes(layer: Layer) -> Hashable:
    return layer.slots


def _shapes_either_way(layer: Layer) -> Hashable:
    return tuple((slot, _either_way(shape)) for slot, shape in layer.slots)


def _main(layer: Layer) -> Hashable:
    return layer.main


def _main_either_way(layer: Layer) -> Hashable:
    return None if layer.main is None else _either_way(layer.main)


def _either_way(shape: Shape) -> Shape:
    return tuple(sorted(shape)) if len(shape) == 2 else shape


def _alike(file: Sequence[Unit], model: Sequence[Unit], view: Callable[[Layer], Hashable]) -> list[Paired]:
    """Pairs of units that look the same, where as many of the file do as of the model."""
    ours, theirs = _by_look(model, view), _by_look(file, view)
    found: list[Paired] = []
    for look, group in theirs.items():
        places = ours.get(look, [])
        if len(places) != len(group):
            continue
        tails = {each.tail: each for each in places}
        named = len(tails) == len(group) and {each.tail for each in group} == tails.keys()
        how: How = "shape" if len(group) == 1 else "name" if named else "order"
        for unit, place in zip(group, places, strict=True):
            place = tails[unit.tail] if named else place
            found += [Paired(*each, how) for each in zip(unit.layers, place.layers, strict=True)]
    return found


def _by_look(units: Sequence[Unit], view: Callable[[Layer], Hashable]) -> dict[Hashable, list[Unit]]:
    found: dict[Hashable, list[Unit]] = {}
    for each in units:
        look = tuple(map(view, each.layers))
        if None not in look:
            found.setdefault(look, []).append(each)
    return found


def _turned(pair: Paired) -> Paired:
    """The pair with what the shapes of its matrix say; those of a square one say nothing."""
    here, there = pair.file.main, pair.model.main
    turned = here is not None and here != there and here[::-1] == there
    return replace(pair, turned=turned)


def _consistent(pairs: Sequence[Paired]) -> list[Paired]:
    """The pairs without those that contradict their neighbors; a square matrix is stored as those beside it are.

    Where neighbors are transposed and one that has other sizes is not, its place is doubtful: it has none.
    """
    telling = [pair for pair in pairs if pair.file.matrix and not pair.file.square]
    blocks: dict[str, Counter[bool]] = {}
    for pair in telling:
        for block in _blocks(pair.file.path):
            blocks.setdefault(block, Counter())[pair.turned] += 1
    done = []
    for pair in pairs:
        if pair.file.square:
            beside = next((set(blocks[block]) for block in _blocks(pair.file.path) if block in blocks), set())
            done.append(replace(pair, turned=beside == {True}))
        elif not pair.file.matrix or pair.turned or pair.how == "name" or not _turned_beside(pair.file, blocks):
            done.append(pair)
    return done


def _blocks(path: str) -> list[str]:
    """The numbered block that a layer is in and the blocks below it, the innermost first."""
    parts = path.split(".")
    numbered = next((end for end, part in enumerate(parts, 1) if part.isdecimal()), len(parts))
    return [".".join(parts[:end]) for end in range(len(parts) - 1, numbered - 1, -1)]


def _turned_beside(layer: Layer, blocks: Mapping[str, Counter[bool]]) -> bool:
    return any(blocks[block][True] for block in _blocks(layer.path))
