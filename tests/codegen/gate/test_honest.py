"""Honest code passes the gate and computes what the same by hand computes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from composer.codegen.gate import Input, Names, examine
from tests.codegen.gate.honest import Honest
from tests.codegen.gate.honest_language import LANGUAGE
from tests.codegen.gate.honest_layers import LAYERS
from tests.codegen.gate.running import layer, names_of

HONEST = [*LAYERS, *LANGUAGE]
assert len(HONEST) >= 40


@pytest.mark.parametrize("case", HONEST, ids=[each.name for each in HONEST])
def test_honest_code_equals_the_same_by_hand(case: Honest):
    examined = examine(case.text, names_of(case.declared))
    assert [str(each) for each in examined.refusals] == []
    assert examined.outputs == case.outputs
    assert examined.used == set(case.declared)
    module = layer(case.text, case.declared)
    assert _equal(module(*case.inputs), case.expected(SimpleNamespace(**case.declared), *case.inputs))


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        return isinstance(b, Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return bool(a == b)


def test_what_is_said_of_a_text():
    text = (
        "def init(self):\n    self.w.zero_()\n"
        "def forward(self, x, mask=None):\n"
        "    def f(n):\n        return f(n - 1) if n else (x, 1, 2)\n"
        "    if mask is None:\n        return x, self.n\n"
        "    return x * mask, 2\n"
    )
    examined = examine(text, Names({"w", "v"}, {"linear"}, {"n"}))
    assert examined.accepted
    assert examined.inputs == (Input("x"), Input("mask", optional=True))
    assert (examined.init, examined.loops, examined.recursion) == (True, False, True)
    assert examined.used == {"w", "n"}
    assert examined.outputs == 2


@pytest.mark.parametrize(
    ("returns", "outputs"),
    [("x", None), ("(x,)", 1), ("x, *x", None), ("()", 0), ("(x, x) if x else x", None), ("self.linear(x)", None)],
)
def test_how_many_outputs(returns: str, outputs: int | None):
    examined = examine(f"def forward(self, x):\n    return {returns}\n", Names(layers={"linear"}))
    assert (examined.accepted, examined.outputs) == (True, outputs)


def test_different_numbers_of_outputs_are_not_known():
    text = "def forward(self, x):\n    if len(x):\n        return x, x\n    return x\n"
    assert examine(text, Names()).outputs is None


@pytest.mark.parametrize(
    ("body", "loops"),
    [
        ("pass", False),
        ("for i in x:\n        pass", True),
        ("while x:\n        pass", True),
        ("y = [i for i in x]", True),
    ],
)
def test_loops_are_found(body: str, loops: bool):
    examined = examine(f"def forward(self, x):\n    {body}\n    return x\n", Names())
    assert (examined.accepted, examined.loops, examined.recursion) == (True, loops, False)
