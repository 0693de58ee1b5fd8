"""The palette offers everything, and what it offers can be put into a design as it is."""

from __future__ import annotations

from typing import Any

import pytest

from composer import templates
from composer.catalog import LOSSES, NODES
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.edits import apply
from composer.design.nodes import Sequential
from composer.ui.palette import palette, parts

DEFINITION = Definition(name="Own", options=(DefinitionOption(name="n"),), body=Sequential())
EMPTY = Design(inputs=(Input(shape=("N", 4)),), root=Sequential(), definitions=(DEFINITION,))
ENTRIES = {entry["key"]: entry for group in palette(EMPTY) for entry in group["entries"]}


def test_everything_is_there() -> None:
    blocks = {"Sequential", "Parallel", "Residual", "Repeat", "Parameter", "Buffer", "Constant"}
    whole = {f"template:{name}" for name in templates.names()}
    assert set(ENTRIES) == blocks | {"Own"} | whole | (set(NODES) - set(LOSSES))
    assert all(entry["help"] for entry in ENTRIES.values())


def test_templates_are_named_and_not_sent() -> None:
    entry = ENTRIES["template:lenet"]
    assert (entry["name"], entry["template"], entry["stem"], entry["block"]) == (
        "LeNet",
        "lenet",
        "lenet",
        "Sequential",
    )
    assert entry["help"] == templates.load("lenet").description
    assert "node" not in entry
    assert ENTRIES["template:resnet18"]["stem"] == "resnet18_"


def test_only_templates_with_one_input_are_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    two = EMPTY.model_copy(update={"inputs": (Input(shape=(1,)), Input(name="y", shape=(1,)))})
    monkeypatch.setattr(templates, "load", lambda name: two if name == "vit" else EMPTY)
    parts.cache_clear()
    try:
        assert set(parts()) == set(templates.names()) - {"vit"}
    finally:
        parts.cache_clear()


@pytest.mark.parametrize("key", [key for key in ENTRIES if "node" in ENTRIES[key]])
def test_what_is_put_in_says_nothing_that_its_options_refuse(key: str) -> None:
    entry: dict[str, Any] = ENTRIES[key]
    node = {**entry["node"], "id": f"{entry['stem']}1"}
    design = apply(EMPTY, {"edit": "insert", "path": "", "index": 0, "node": node})
    codes = {problem.code for problem in check(design)}
    assert codes <= {"number-of-inputs", "empty-parallel"}, "only wires may be missing"
