"""The random designs that other tests rely on: valid, varied, and running in PyTorch."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch

from composer.catalog import CATEGORIES, NODES
from composer.codegen.source import class_name_of, source
from composer.design.check import check
from composer.design.document import Design
from composer.design.names import is_identifier
from composer.design.nodes import (
    BLOCK_KINDS,
    TENSOR_KINDS,
    Initializer,
    Layer,
    Node,
    Op,
    Parallel,
    Repeat,
    Residual,
    Sequential,
    Tensor,
    Use,
)
from composer.design.paths import scopes, walk
from composer.engine.build import build
from tests.codegen.test_export import sample_inputs
from tests.strategies.whole import random_design

DESIGNS = [random_design(3 + seed % 38, seed) for seed in range(200)]
FEATURES = {
    *BLOCK_KINDS, *TENSOR_KINDS, "Use", "Shared",
    "root Sequential", "root Parallel", "root Residual", "root Repeat",
    "merge concat", "merge add", "merge multiply", "merge stack", "merge tuple",
    "mode new", "mode copy", "mode same", "times int", "times str", "repeat of 2 inputs", "body Use",
    "shortcut", "no shortcut", "block of 2 inputs", "block of 2 outputs",
    "wire", "item", "item of item", "left out", "expression", "use option int", "use option str",
    "2 inputs", "3 inputs", "int64", "int32", "bool", "symbolic length", "2 outputs",
    "lazy", "hostile id", "definition", "definition in definition", "tie", "rule", "frozen",
    "rule by expression", "tensor by expression",
}  # fmt: skip


def features(design: Design) -> set[str]:
    found = {f"root {design.root.kind}", f"{len(design.inputs)} inputs", *(each.dtype for each in design.inputs)}
    if isinstance(design.root, Sequential):
        found.add(f"{len(design.root.outputs)} outputs")
    fields = {
        "tie": design.ties,
        "rule": design.initializers,
        "frozen": design.frozen,
        "definition": design.definitions,
    }
    found |= {name for name, value in fields.items() if value}
    if any(rule.init.scheme == "expression" for rule in design.initializers):
        found.add("rule by expression")
    if any("L" in each.shape for each in design.inputs):
        found.add("symbolic length")
    for path, root, _ in scopes(design):
        found |= {"Code"} if root.kind == "Code" else set()
        for _, node in list(walk(root, path))[1:]:
            found |= of_node(node)
            if path and isinstance(node, Use):
                found.add("definition in definition")
    return found


def of_node(node: Node) -> set[str]:
    found = {f"item{' of item' * (text.count('.') - 1)}" for text in node.inputs if "." in text}
    found |= {"wire"} if node.inputs else set()
    found |= {"left out"} if "" in node.inputs else set()
    found |= set() if is_identifier(node.id) or node.id.isdecimal() else {"hostile id"}
    match node:
        case Layer() | Op():
            found |= {"expression"} if "'=" in str(node.options) else set()
            return found | ({"lazy"} if isinstance(node, Layer) and node.spec.concrete else set())
        case Tensor(init=Initializer(scheme="expression")):
            found.add("tensor by expression")
        case Use():
            found |= {f"use option {type(value).__name__}" for value in node.options.values()}
        case Parallel():
            found.add(f"merge {node.merge}")
        case Residual():
            found.add("shortcut" if node.shortcut else "no shortcut")
        case Repeat():
            found |= {f"mode {node.mode}", f"times {type(node.times).__name__}", f"body {node.body.kind}"}
            found.add(f"repeat of {len(node.input_names)} inputs")
        case Sequential():
            found |= {f"block of {len(node.input_names)} inputs", f"block of {len(node.outputs)} outputs"}
    return found | {node.kind}


def test_everything_occurs() -> None:
    count = Counter(feature for design in DESIGNS for feature in features(design))
    rare = {feature: count[feature] for feature in FEATURES if count[feature] < 4}
    assert not rare, "each at least four times in 200"


def test_most_categories_occur() -> None:
    kinds = {node.kind for design in DESIGNS for _, root, _ in scopes(design) for _, node in walk(root)} & set(NODES)
    assert {NODES[kind].category for kind in kinds} >= set(CATEGORIES) - {"Loss", "Distance"}
    assert len(kinds) > 140


def test_valid_by_check() -> None:
    assert {design.model_dump_json(): check(design) for design in DESIGNS if check(design)} == {}


@pytest.mark.parametrize("part", range(4))
def test_they_run_and_stay_finite(part: int) -> None:
    for design in DESIGNS[part::4]:
        model = build(source(design), class_name_of(design)).eval()
        torch.manual_seed(0)
        with torch.no_grad():
            output = model(*sample_inputs(design))
        assert all(torch.isfinite(each).all() for each in flat(output))


def flat(value: Any) -> list[torch.Tensor]:
    return [value] if isinstance(value, torch.Tensor) else [each for item in value for each in flat(item)]
