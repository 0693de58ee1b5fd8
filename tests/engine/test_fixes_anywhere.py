"""What repairs a wrong design repairs it in a block, a branch, a Repeat and a definition, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from composer.design.document import Definition, Design
from composer.design.nodes import Parallel, Repeat, Sequential, Use, rebuild
from composer.engine.shapes import examine
from tests.engine.test_problems import WRONG, mended


def elsewhere(design: Design) -> Iterator[Design]:
    """The design's root in other places."""
    root, names = design.root, design.root.input_names
    wires = names if len(names) > 1 else ()
    outer = {"inputs": design.inputs, "definitions": design.definitions}
    yield Design(root=Sequential(input_names=names, nodes=(rebuild(root, id="in", inputs=wires),)), **outer)
    yield Design(root=Repeat(input_names=names, times=1, body=rebuild(root, id="0")), **outer)
    whole = Definition(name="Whole", body=root)
    use = Sequential(input_names=names, nodes=(Use(id="use", of="Whole", inputs=wires),))
    yield Design(inputs=design.inputs, definitions=(*design.definitions, whole), root=use)
    if isinstance(root, Sequential) and len(root.nodes) == 1 and not root.nodes[0].inputs:
        yield Design(root=Parallel(merge="tuple", nodes=root.nodes), **outer)


@pytest.mark.parametrize("name", [name for name, (design, _, labels) in WRONG.items() if labels and not design.ties])
def test_fixes_repair_anywhere(name: str) -> None:
    design, _, labels = WRONG[name]
    for placed in elsewhere(design):
        (problem,) = examine(placed).problems
        without = isinstance(placed.root, Parallel) and "take it out" in labels  # a Parallel has a branch
        assert len(problem.fixes) == len(labels) - without
        for fix in problem.fixes:
            assert examine(mended(placed, problem, fix.label)).problems == (), fix.label
