"""Random edits of random designs: what they leave alone, and what goes on computing the same."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.codegen.finish import has_lazy
from composer.codegen.source import class_name_of, source
from composer.design import edits, text
from composer.design.check import check
from composer.design.document import Design
from composer.design.nodes import BlockBase, Node, Parallel, Tensor
from composer.design.paths import scopes, walk
from composer.engine.build import build
from composer.errors import EditError
from composer.reports import under
from tests.codegen.test_export import equal, sample_inputs
from tests.strategies import designs, operations
from tests.strategies.names import random_id
from tests.strategies.whole import random_design

Operation = dict[str, Any]


def nodes(design: Design) -> dict[str, Node]:
    return {path: node for start, root, _ in scopes(design) for path, node in walk(root, start)}


def touched(operation: Operation) -> list[str]:
    """The paths of what an operation is about. What it adds is not there before."""
    paths = [operation["path"]] if "path" in operation else operation.get("paths", [])
    if "definition" in operation["edit"] and "name" in operation and "path" not in operation:
        paths = [f".{operation['name']}"]
    if operation["edit"] == "replace_body":
        paths = [f"{path}.0" if path else "0" for path in paths]
    return [path for path in paths if path]


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(designs(), st.data())
def test_sequences_of_edits(design: Design, data: st.DataObject) -> None:
    for _ in range(8):
        operation = data.draw(operations(design))
        try:
            after = edits.apply(design, operation)
        except EditError as error:
            assert error.problems
            continue
        assert text.loads(text.dumps(after)) == after
        assert text.dumps(edits.apply(design, operation)) == text.dumps(after)
        old, new = nodes(design), nodes(after)
        for path, node in old.items():
            if not any(under(each, path) for each in touched(operation)):
                assert path in new, f"{operation} moved {path}"
                assert new[path].kind == node.kind or isinstance(node, BlockBase)
        design = after


def harmless(random: Random, design: Design) -> list[Operation]:
    """Operations that must not change what the design computes, in any order."""
    found: list[Operation] = []
    for path, node in nodes(design).items():
        found.append({"edit": "rename", "path": path, "id": random_id(random)})
        # Tensors would change places in the state dict with the modules beside them.
        if not isinstance(node, BlockBase) or any(isinstance(each, Tensor) for each in node.children):
            continue
        found.append({"edit": "unwrap", "path": path})
        found.append({"edit": "make_definition", "path": path, "name": "Made"})
        if node.children:
            start = random.randrange(len(node.children))
            # Branches that become a chain are meant to compute something else.
            length = 1 if isinstance(node, Parallel) else random.randint(1, 4)
            run = node.children[start : start + length]
            paths = [f"{path}.{each.id}" if path else each.id for each in run]
            found.append({"edit": "wrap", "paths": paths, "kind": "Sequential", "id": random_id(random)})
    random.shuffle(found)
    return found


class Model:
    """A design as it runs."""

    def __init__(self, design: Design) -> None:
        self.module = build(source(design), class_name_of(design)).eval()
        self.tensors = [*self.module.parameters(), *self.module.buffers()]
        self.trains = [each.requires_grad for each in self.module.parameters()]
        self.keys = list(self.module.state_dict())

    def __call__(self, inputs: list[torch.Tensor]) -> Any:
        with torch.no_grad():
            return self.module(*inputs)


@pytest.mark.parametrize("seed", range(24))
def test_what_is_computed_stays(seed: int) -> None:
    random = Random(seed)
    design = next(each for each in iter(lambda: random_design(15, random.getrandbits(64)), None) if not has_lazy(each))
    model, inputs = Model(design), sample_inputs(design)
    expected = model(inputs)
    for operation in harmless(random, design)[:8]:
        try:
            after = edits.apply(design, operation)
        except EditError:
            continue
        if {each.code for each in check(after)} == {"broken-share"}:
            assert operation["edit"] == "unwrap", "only what is gone can be missing"
            continue
        again = Model(after)
        assert again.trains == model.trains
        for new, old in zip(again.tensors, model.tensors, strict=True):
            new.data.copy_(old.data)
        assert equal(again(inputs), expected), operation
        if operation["edit"] == "make_definition":
            assert again.keys == model.keys
