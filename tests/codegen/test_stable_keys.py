"""State-dict keys do not move when something else in the tree does."""

from __future__ import annotations

from typing import Any

import pytest

from composer import templates
from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.engine.shapes import shapes

RELU = {"kind": "ReLU"}


def keys(design: Design) -> list[str]:
    return [row.name for row in shapes(design).tensors if row.saved]


def head_and_trunk(first: str) -> list[tuple[dict[str, Any], set[str]]]:
    """Edits, each with the heads of the keys it may change."""
    return [
        ({"edit": "insert", "path": "", "index": 0, "node": RELU}, set()),
        ({"edit": "insert", "path": "", "index": 3, "node": RELU}, set()),
        ({"edit": "insert", "path": first, "index": 0, "node": RELU}, set()),
        ({"edit": "remove", "path": "fc"}, {"fc"}),
        ({"edit": "rename", "path": "fc", "id": "head"}, {"fc", "head"}),
        ({"edit": "wrap", "paths": ["fc"], "kind": "Sequential", "id": "head"}, {"fc", "head"}),
        ({"edit": "duplicate", "path": "fc", "mode": "copy"}, {"fc1"}),
        ({"edit": "set_option", "path": "fc", "name": "out_features", "value": 7}, set()),
        ({"edit": "set_option", "path": f"{first}.conv", "name": "out_channels", "value": 32}, set()),
        ({"edit": "remove", "path": f"{first}.pool"}, set()),
        ({"edit": "freeze", "path": first}, set()),
    ]


@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
@pytest.mark.parametrize("number", range(11))
def test_keys_are_stable_under_edits_elsewhere(name: str, number: int) -> None:
    design = templates.load(name)
    operation, touched = head_and_trunk("stem" if name == "resnet18" else "b1")[number]
    before, after = keys(design), keys(apply(design, operation))
    assert before and after

    def untouched(found: list[str]) -> list[str]:
        return [key for key in found if key.split(".")[0] not in touched]

    assert untouched(before) == untouched(after), operation


@pytest.mark.parametrize(
    ("name", "key"), [("resnet18", "layer2.0.residual.shortcut.weight"), ("googlenet", "b3.b.b2.conv.bias")]
)
def test_keys_are_pinned(name: str, key: str) -> None:
    """The keys themselves: a checkpoint of today loads tomorrow."""
    found = keys(templates.load(name))
    assert key in found
    assert len(found) == {"resnet18": 127, "googlenet": 116}[name]


def test_an_edit_inside_a_definition_moves_nothing_else() -> None:
    design = templates.load("resnet18")
    edited = apply(design, {"edit": "insert", "path": ".BasicBlock", "index": 1, "node": {"kind": "Dropout"}})
    assert keys(edited) == keys(design)
