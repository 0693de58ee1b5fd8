"""The palette offers everything, and what it offers can be put into a design as it is."""

from __future__ import annotations

from typing import Any

import pytest

from composer.catalog import LOSSES, NODES
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.edits import apply
from composer.design.nodes import Sequential
from composer.ui.palette import palette

DEFINITION = Definition(name="Own", options=(DefinitionOption(name="n"),), body=Sequential())
EMPTY = Design(inputs=(Input(shape=("N", 4)),), root=Sequential(), definitions=(DEFINITION,))
ENTRIES = {entry["key"]: entry for group in palette(EMPTY) for entry in group["entries"]}


def test_everything_is_there() -> None:
    blocks = {"Sequential", "Parallel", "Residual", "Repeat", "Parameter", "Buffer", "Constant"}
    assert set(ENTRIES) == blocks | {"Own"} | (set(NODES) - set(LOSSES))
    assert all(entry["help"] for entry in ENTRIES.values())


@pytest.mark.parametrize("key", ENTRIES)
def test_what_is_put_in_says_nothing_that_its_options_refuse(key: str) -> None:
    entry: dict[str, Any] = ENTRIES[key]
    node = {**entry["node"], "id": f"{entry['stem']}1"}
    design = apply(EMPTY, {"edit": "insert", "path": "", "index": 0, "node": node})
    codes = {problem.code for problem in check(design)}
    assert codes <= {"number-of-inputs", "empty-parallel"}, "only wires may be missing"
