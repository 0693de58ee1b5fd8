"""Counters are put where loops and recursion of custom code are, and nowhere else."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Iterator
from textwrap import dedent
from types import CodeType
from typing import Any

import pytest
import torch

from composer.engine.capped import Cap, capped, names
from composer.errors import CutOff

SOURCE = dedent(
    """
    import torch
    from torch import nn

    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = []

        def forward(self, x):
            def twice(t):
                return t * 2
            if x.sum() > 0:
                return twice(x)
            return x

    class Looped(nn.Module):
        def __init__(self):
            super().__init__()
            for n in range(3):
                self.n = n

        def forward(self, x):
            '''Halve it.'''
            while x.abs().sum() > 1:
                x = x / 2
            return x

    class Failing(nn.Module):
        def forward(self, x):
            for i in range(
                3
            ):
                def f(n):
                    return f(n - 1) if n else x[99]
                f(2)
            return x
    """
).lstrip()
EVERYWHERE = range(1, 1000)


def code_of(tree: ast.Module | str) -> dict[str, CodeType]:
    """The code of each function, by its qualified name."""

    def walk(code: CodeType) -> Iterator[CodeType]:
        yield code
        for each in code.co_consts:
            if isinstance(each, CodeType):
                yield from walk(each)

    return {each.co_qualname: each for each in walk(compile(tree, "<source>", "exec", dont_inherit=True))}


def run(source: str, cap: Cap | None = None) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "custom", **names(cap)}
    exec(compile(capped(source, "<source>", [EVERYWHERE]), "<source>", "exec", dont_inherit=True), namespace)
    return namespace


def line_of(text: str) -> int:
    return SOURCE.split("\n").index(text) + 1


def lines_of(error: Exception) -> list[int | None]:
    """The lines of the source that an error's traceback passes, outermost first."""
    return [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == "<source>"]


def test_code_without_loops_is_what_it_was():
    before, after = code_of(SOURCE), code_of(capped(SOURCE, "<source>", [EVERYWHERE]))
    changed = {name for name, code in before.items() if after[name] != code}
    looped = {"<module>", "Looped", "Looped.__init__", "Looped.forward"}
    assert changed == looped | {"Failing", "Failing.forward", "Failing.forward.<locals>.f"}


def test_only_the_methods_of_the_spans_are_changed():
    spans = [range(line_of("    def forward(self, x):"), line_of("class Looped(nn.Module):"))]
    assert code_of(SOURCE) == code_of(capped(SOURCE, "<source>", spans))
    line = line_of("        '''Halve it.'''")
    after = code_of(capped(SOURCE, "<source>", [range(line - 1, line + 3)]))
    assert [name for name, code in code_of(SOURCE).items() if after[name] != code] == [
        "<module>", "Looped", "Looped.forward",
    ]  # fmt: skip


def test_lines_of_a_traceback_are_those_of_the_source():
    with pytest.raises(IndexError) as caught:
        run(SOURCE)["Failing"]()(torch.zeros(3))
    lines = lines_of(caught.value)
    returned = line_of("                return f(n - 1) if n else x[99]")
    assert lines == [returned + 1, returned, returned, returned]


def test_the_line_of_a_cut_is_that_of_the_loop():
    with pytest.raises(CutOff) as caught:
        run(SOURCE)["Looped"]()(torch.tensor([float("inf")]))
    assert caught.value.line == line_of("        while x.abs().sum() > 1:")
    frames = [
        frame.lineno for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == "<source>"
    ]
    assert frames == [caught.value.line]


def test_values_and_gradients_are_the_same():
    x = torch.rand(5, requires_grad=True)
    run(SOURCE)["Looped"]()(x * 100).sum().backward()
    assert x.grad is not None
    y = x.detach().clone().requires_grad_()
    scaled = y * 100
    while scaled.abs().sum() > 1:
        scaled = scaled / 2
    scaled.sum().backward()
    assert torch.equal(x.grad, y.grad)


def test_all_loops_of_a_call_are_counted_together():
    source = dedent(
        """
        class Layer:
            def forward(self, n):
                def many(k):
                    return sum([1 for i in range(k)])
                return many(n) + many(n) + sum([0 for i in range(n) for j in range(2)])
        """
    )
    layer = run(source, Cap(steps=50))["Layer"]()
    assert layer.forward(10) == 20
    with pytest.raises(CutOff, match="The comprehension in line 6 was cut off after 50 steps"):
        layer.forward(11)


def test_no_time_is_counted_before_the_first_step(monkeypatch: pytest.MonkeyPatch):
    clock = iter([100.0, 100.5, 103.0])
    monkeypatch.setattr("composer.engine.capped.time.monotonic", lambda: next(clock))
    source = "class Layer:\n    def forward(self):\n        for i in range(10**9):\n            pass\n"
    layer = run(source, Cap(seconds=2.0, free=200))["Layer"]()
    with pytest.raises(CutOff, match="after 300 steps in 3 s"):
        layer.forward()
