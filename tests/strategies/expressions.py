"""Expressions over a tensor: some that a person would write, and random ones."""

from __future__ import annotations

from hypothesis import strategies as st

from composer.tensor_expressions import Binary, Call, Expression, Name, Negative, Not, Number, Program
from composer.tensor_expressions.tree import COMPARISONS

BOOK = "v = uniform(-10, 10); v * (abs(v) >= 5)"
EXPRESSIONS = (BOOK, "w / 2 + normal(0, 0.1)", "layer = uniform(0, 1); where(layer < 0.5, -0.25, layer)", "0.5")
"""For tensors of any number of dimensions. Some names that they give are names of the code around them."""
SCALED = ("normal(0, sqrt(2 / fan_in))", "a = sqrt(6 / (fan_in + fan_out)); uniform(-a, a)")
"""For tensors of two dimensions or more."""

_ONE = ("abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "floor", "round")
_NUMBERS = st.one_of(st.integers(0, 20), st.sampled_from([0.1, 0.5, 1e-3, 2.5, 1e20])).map(Number)
_FANS = st.sampled_from(["fan_in", "fan_out", "pi"]).map(Name)


def plain(depth: int) -> st.SearchStrategy[Expression]:
    """Plain numbers, the same for the whole tensor."""
    if not depth:
        return _NUMBERS | _FANS
    inner = plain(depth - 1)
    return st.one_of(
        _NUMBERS, _FANS, _operations(inner, inner), _calls(_ONE, inner), _choices(conditions(inner), inner)
    )


def tensors(depth: int, given: tuple[str, ...] = ()) -> st.SearchStrategy[Expression]:
    """A value for each element; `given` are names of such values."""
    low, up = st.integers(-9, 0), st.integers(0, 9)
    draws = st.builds(lambda a, b: Call("uniform", (number(a), number(b))), low, up)
    draws |= st.builds(lambda a, b: Call("normal", (number(a), number(b))), low, up)
    leaves = st.one_of(st.sampled_from(["w", *given]).map(Name), draws)
    if not depth:
        return leaves
    inner, number_ = tensors(depth - 1, given), plain(1)
    either = inner | number_
    masks = conditions(inner) | st.builds(lambda a, b: Binary("or", a, b), conditions(inner), conditions(number_))
    clamps = st.builds(lambda a, b, c: Call("clamp", (a, b, c)), inner, number_, number_)
    masked = st.builds(lambda a, b: Binary("*", a, b), either, masks)
    return st.one_of(
        leaves, masked, clamps, _operations(inner, either), _operations(either, inner), _calls((*_ONE, "sign"), inner),
        _choices(masks, either), _choices(conditions(number_), inner),
    )  # fmt: skip


def number(value: float) -> Expression:
    """The tree of a number that may be negative."""
    return Negative(Number(-value)) if value < 0 else Number(value)


def conditions(of: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Conditions on values."""
    one = st.builds(Binary, st.sampled_from(COMPARISONS), of, of)
    return st.one_of(one, st.builds(Binary, st.sampled_from(["and", "or"]), one, one), one.map(Not))


def _operations(
    left: st.SearchStrategy[Expression], right: st.SearchStrategy[Expression]
) -> st.SearchStrategy[Expression]:
    calls = st.builds(lambda name, a, b: Call(name, (a, b)), st.sampled_from(["minimum", "maximum"]), left, right)
    return st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), left, right) | calls | right.map(Negative)


def _calls(names: tuple[str, ...], of: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(lambda name, each: Call(name, (each,)), st.sampled_from(names), of)


def _choices(
    condition: st.SearchStrategy[Expression], of: st.SearchStrategy[Expression]
) -> st.SearchStrategy[Expression]:
    return st.builds(lambda c, a, b: Call("where", (c, a, b)), condition, of, of)


def programs() -> st.SearchStrategy[Program]:
    """Random programs with up to two named values. Some have no meaning, such as those that divide by zero."""
    return st.one_of(
        st.builds(lambda a: Program((), a), tensors(2) | plain(2)),
        st.builds(lambda v, a: Program((("v", v),), a), tensors(1), tensors(2, ("v",))),
        st.builds(
            lambda v, u, a: Program((("v", v), ("u_2", u)), a), tensors(1), tensors(1, ("v",)), tensors(2, ("v", "u_2"))
        ),
    )
