"""Initializers that are expressions: the function in the source, against a direct evaluation with torch."""

from __future__ import annotations

import inspect
import math
import operator
import sys
from typing import Any

import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from torch import Tensor, nn

from composer.codegen.custom import function
from composer.tensor_expressions import (
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Not,
    Number,
    Program,
    TensorExpressionError,
    parse,
    text,
)
from tests.strategies.expressions import BOOK, programs

OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
OF_NUMBERS: dict[str, Any] = {
    "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos,
    "tanh": math.tanh, "floor": math.floor, "round": round, "minimum": min, "maximum": max,
}  # fmt: skip


class Direct:
    """Evaluates a program over `w`. What is for each element is a whole tensor; all else a number of Python's."""

    def __init__(self, w: Tensor) -> None:
        self.w = w
        self.names: dict[str, Any] = {"w": w.clone(), "pi": math.pi}
        if w.dim() > 1:
            self.names["fan_out"] = w.shape[0] * math.prod(w.shape[2:])
            self.names["fan_in"] = math.prod(w.shape[1:])

    def run(self, program: Program) -> Tensor:
        for name, value in program.steps:
            self.names[name] = self.value(value)
        return self.whole(self.value(program.result))

    def whole(self, value: Any) -> Tensor:
        if isinstance(value, Tensor):
            return value
        return torch.full_like(self.w, value, dtype=torch.bool if isinstance(value, bool) else self.w.dtype)

    def value(self, expression: Expression) -> Any:
        match expression:
            case Number(value):
                return value
            case Name(name):
                return self.names[name]
            case Negative(operand):
                return -self.value(operand)
            case Not(operand):
                value = self.value(operand)
                return torch.logical_not(value) if isinstance(value, Tensor) else not value
            case Binary(symbol, left, right):
                return self.binary(symbol, self.value(left), self.value(right))
            case Call("where", (condition, then, other)):
                return self.where(self.value(condition), then, other)
            case Call(name, arguments):
                return self.call(name, [self.value(each) for each in arguments])

    def binary(self, symbol: str, left: Any, right: Any) -> Any:
        tensor = isinstance(left, Tensor) or isinstance(right, Tensor)
        if symbol in ("and", "or"):
            if tensor:
                together = torch.logical_and if symbol == "and" else torch.logical_or
                return together(self.whole(left), self.whole(right))
            return (left and right) if symbol == "and" else (left or right)
        if symbol == "**":
            return left**right if tensor else math.pow(left, right)
        left, right = (
            each.to(self.w.dtype) if isinstance(each, Tensor) and each.dtype == torch.bool else each
            for each in (left, right)
        )
        return OPERATORS[symbol](left, right)

    def where(self, condition: Any, then: Expression, other: Expression) -> Any:
        if isinstance(condition, Tensor):
            return torch.where(condition, self.whole(self.value(then)), self.whole(self.value(other)))
        return self.value(then) if condition else self.value(other)

    def call(self, name: str, values: list[Any]) -> Any:
        if name == "uniform":
            return torch.empty(self.w.shape, dtype=self.w.dtype).uniform_(*values)
        if name == "normal":
            return torch.empty(self.w.shape, dtype=self.w.dtype).normal_(*values)
        if name == "clamp":
            return self.call("minimum", [self.call("maximum", values[:2]), values[2]])
        if not any(isinstance(each, Tensor) for each in values):
            return OF_NUMBERS[name](*values)
        return getattr(torch, name)(*map(self.whole, values))


def run(given: str, w: Tensor) -> Tensor:
    """`w` filled by the source that is written for the text."""
    namespace: dict[str, Any] = {"torch": torch, "nn": nn, "math": math}
    exec(function("init_custom", given), namespace)
    filled = namespace["init_custom"](w)
    assert filled is w
    return filled


def alike(program: Program, w: Tensor) -> bool | None:
    """Whether source and direct evaluation agree, in values or in refusing; None where both refuse."""
    torch.manual_seed(3)
    try:
        expected = Direct(w).run(program)
    except (ArithmeticError, ValueError):
        with pytest.raises((ArithmeticError, ValueError)):
            run(text(program), w.clone())
        return None
    except RuntimeError as error:  # a number that the dtype cannot hold, or bounds the wrong way round
        assume("overflow" not in str(error))
        return None
    torch.manual_seed(3)
    return torch.allclose(run(text(program), w.clone()), expected, rtol=0, atol=0, equal_nan=True)


@given(programs(), st.sampled_from([torch.float32, torch.float64]), st.sampled_from([(3, 2), (2, 3, 2, 1)]))
def test_source_of_random_expressions_does_what_they_say(
    program: Program, dtype: torch.dtype, shape: tuple[int, ...]
) -> None:
    try:
        parse(text(program))
    except TensorExpressionError:
        reject()
    w = torch.linspace(-2, 3, math.prod(shape), dtype=dtype).reshape(shape)
    assert alike(program, w) is not False


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (BOOK, ["v = torch.empty_like(w).uniform_(-10, 10)", "return w.copy_(v * (v.abs() >= 5))"]),
        ("0.5", ["return w.fill_(0.5)"]),
        (
            "normal(0, sqrt(2 / fan_in))",
            [
                "fan_in, _ = nn.init._calculate_fan_in_and_fan_out(w)",
                "return w.copy_(torch.empty_like(w).normal_(0, math.sqrt(2 / fan_in)))",
            ],
        ),
        (
            "where(w > 0 and not w > 1, -1, pi ** 2)",
            ["return w.copy_(torch.where((w > 0) & ~(w > 1), torch.full_like(w, -1), math.pow(math.pi, 2)))"],
        ),
        ("0.1 * (w > 0)", ["return w.copy_(0.1 * (w > 0).to(w.dtype))"]),
        ("minimum(w, 1) + maximum(w, -w)", ["return w.copy_(w.clamp(max=1) + torch.maximum(w, -w))"]),
        ("clamp((w - 1) ** 2, 0, 1)", ["return w.copy_(((w - 1) ** 2).clamp(0, 1))"]),
        (
            "where(fan_in > fan_out, w, 0)",
            [
                "fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(w)",
                "return w.copy_(w if fan_in > fan_out else torch.full_like(w, 0))",
            ],
        ),
    ],
)
def test_source_is_what_one_would_write(given: str, lines: list[str]) -> None:
    written = function("init_custom", given).split("\n")
    assert written[:3] == [
        "def init_custom(w: torch.Tensor) -> torch.Tensor:",
        '    """Fill `w` with initial values."""',
        "    with torch.no_grad():",
    ]
    assert [line.strip() for line in written[3:]] == lines
    for dtype in (torch.float32, torch.float64):
        assert alike(parse(given), torch.linspace(-2, 3, 6, dtype=dtype).reshape(2, 3))


def test_numbers_keep_the_precision_of_the_tensor() -> None:
    w = torch.tensor([-1.0, 1.0], dtype=torch.float64)
    for written in (
        "0.1 * (w > 0)",
        "where(w > 0, 0.1, 0)",
        "where(w > 0, 0, 0.1) * -1 + 0.1",
        "minimum(w, 0.1) * (w > 0)",
    ):
        assert run(written, w.clone()).tolist() == [0.0, 0.1], written


@pytest.mark.parametrize(
    "written",
    [
        "abs(" * 32 + "w" + ")" * 32,
        "clamp(" * 25 + "w" + ", 0, 1)" * 25,
        "2 * (1 < " * 20 + "w" + ")" * 20,
        "where(1 < 2, w, " * 20 + "w" + ")" * 20,
        "w+" * 99 + "w",
        "w ** 2 ** " * 16 + "w",
        "a = uniform(0, 1); " + "; ".join(f"v{k} = w + v{k - 1}" if k else "v0 = w" for k in range(20)) + "; v19",
    ],
)
def test_what_is_nested_deeply_takes_no_time_and_little_of_the_stack(written: str) -> None:
    limit = sys.getrecursionlimit()
    depth = len(inspect.stack(0))
    sys.setrecursionlimit(depth + 600)
    try:
        assert alike(parse(written), torch.linspace(0, 1, 6).reshape(2, 3))
    finally:
        sys.setrecursionlimit(limit)


def test_scaled_ones_agree_with_those_of_torch() -> None:
    for written, scheme in (
        ("a = sqrt(6 / (fan_in + fan_out)); uniform(-a, a)", nn.init.xavier_uniform_),
        ("normal(0, sqrt(2 / (fan_in + fan_out)))", nn.init.xavier_normal_),
        ("normal(0, sqrt(2 / fan_in))", nn.init.kaiming_normal_),
    ):
        torch.manual_seed(1)
        ours = run(written, torch.empty(4, 6, 3, 3))
        torch.manual_seed(1)
        assert torch.equal(ours, scheme(torch.empty(4, 6, 3, 3))), written


def test_one_dimension_has_no_fans() -> None:
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        run("normal(0, fan_in)", torch.empty(3))


def test_it_runs_on_the_meta_device() -> None:
    w = run("u = normal(0, 1 / fan_in); where(u > w, u, 0.5) + (w > 1) * 2", torch.empty(4, 2, device="meta"))
    assert w.device.type == "meta" and w.shape == (4, 2)


def test_a_parameter_stays_one_that_learns() -> None:
    parameter = nn.Parameter(torch.ones(2, 3))
    assert run("w * 2", parameter).requires_grad and parameter.is_leaf and parameter.eq(2).all()
