"""What values each type of option takes, how it makes them canonical, and how it writes them."""

from __future__ import annotations

from typing import Any

import pytest

from composer.catalog.options import (
    Bool,
    Choice,
    Dims,
    DType,
    Float,
    FloatList,
    FloatOrTuple,
    Index,
    Int,
    IntList,
    IntOrTuple,
    Number,
    Option,
    Str,
)

NAN, INF = float("nan"), float("inf")

TYPES: dict[str, tuple[Option, list[Any], list[Any]]] = {
    "int": (
        Int("n", low=1, high=9),
        [1, 9, "=2*k", "=min(a, b)"],
        [0, 10, True, 1.0, "1", "=", "=a.b", "=__import__('os')", (1,), [1], {}, INF],
    ),
    "any int": (Int("n"), [-3, 2**53], [2**53 + 1, -(2**60)]),
    "int or tuple": (
        IntOrTuple("k", n=2, low=0, choices=("same",)),
        [3, (1, 2), ("=k", 2), "same", "=k+1"],
        [-1, (1,), (1, 2, 3), (1, -1), (1, None), (True, 1), "other", [1, 2], ((1, 2), 3)],
    ),
    "adaptive": (IntOrTuple("size", n=3, low=1, holes=True), [(None, 2, None), 7], [(None, None), (0, 1, 1)]),
    "int list": (
        IntList("dims", low=0, max_length=3, scalar=True),
        [0, (1,), (1, 2, 3), ("=k",)],
        [(), (1, 2, 3, 4), (-1,), ((1,),), (1.0,), "12"],
    ),
    "int list only": (IntList("dims"), [(-1, 2)], [3, "=k"]),
    "dims": (
        Dims("sizes"),
        [("=d0", -1), ("=d1*d2", 3), (0,)],
        [-1, (-1, -1), (-2,), (), ("=d0.x",), ("d0",), 3, "=d0"],
    ),
    "expand": (Dims("sizes", inferred_once=False), [(-1, -1)], [(-3,)]),
    "index": (
        Index("index"),
        [(0,), ((None, None, None), -1), ("...", None), ((1, "=d0", 2),)],
        [
            (),
            0,
            ((1, 2),),
            ((0, 1, 0),),
            ((0, 1, -1),),
            ("...", "..."),
            ("x",),
            (True,),
            (1.5,),
            [0],
            ((None, "x", None),),
        ],
    ),
    "float": (
        Float("p", low=0.0, high=1.0),
        [0, 1, 0.5],
        [-0.1, 1.1, True, NAN, INF, "inf", "0.5", "=k", (0.5,), 10**400],
    ),
    "infinite": (Float("p", infinite=True), ["inf", "-inf", 2.0], ["nan", "Infinity", INF, NAN]),
    "infinite above": (Float("p", low=0.0, infinite=True), ["inf"], ["-inf"]),
    "float or tuple": (FloatOrTuple("f", n=2, low=0.0), [1.5, (1.0, 2)], [(1.0,), (1.0, -1.0), [1.0, 2.0], (NAN, 1.0)]),
    "up to": (FloatOrTuple("f", n=3, fewer=True), [(1.0,), (1.0, 2.0, 3.0)], [(), (1.0,) * 4]),
    "float list": (FloatList("weight", low=0.0), [(1.0,), (1, 2.5)], [1.0, (), (-1.0,), ("1",), (1.0,) * 1001]),
    "number": (Number("value"), [1, -2.5, "=k"], ["inf", True, NAN, INF, (1,), "x"]),
    "infinite number": (Number("value", infinite=True), ["-inf", 0], ["nan", INF]),
    "bool": (Bool("bias"), [True, False], [0, 1, "true", "=k"]),
    "choice": (Choice("mode", choices=("mean", "sum")), ["mean"], ["max", "", 0, ("mean",), ["mean"]]),
    "dtype": (DType("dtype"), ["float32", "int64"], ["torch.float32", "float", "__class__", 32]),
    "str": (Str("equation", max_length=5), ["i->i", ""], ["abcdef", 1, ("a",)]),
}


@pytest.mark.parametrize("name", list(TYPES))
def test_right_values_are_accepted(name: str) -> None:
    option, right, _ = TYPES[name]
    assert [value for value in right if not option.accepts(value)] == []


@pytest.mark.parametrize("name", list(TYPES))
def test_wrong_values_are_not_accepted(name: str) -> None:
    option, _, wrong = TYPES[name]
    assert [value for value in [*wrong, None, object()] if option.accepts(value)] == []


@pytest.mark.parametrize("name", list(TYPES))
def test_normalizing_keeps_what_is_accepted_and_is_done_once(name: str) -> None:
    option, right, _ = TYPES[name]
    for value in right:
        normal = option.normalize(value)
        assert option.accepts(normal)
        assert option.normalize(normal) == normal
        assert option.normalize(_lists(value)) == normal


def _lists(value: Any) -> Any:
    """`value` as JSON gives it back."""
    return [_lists(each) for each in value] if isinstance(value, tuple) else value


def test_none_is_accepted_where_the_option_is_optional() -> None:
    assert Int("n", optional=True).accepts(None)
    assert Int("n", optional=True).expected == "an integer or none"
    assert Index("i", optional=True).normalize(None) is None


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        (Int("n"), 3, "3"),
        (Int("n"), "=2*k+1", "2 * k + 1"),
        (IntOrTuple("n"), (3, "=k"), "(3, k)"),
        (IntOrTuple("n", n=1), (3,), "(3,)"),
        (IntOrTuple("n", choices=("same",)), "same", '"same"'),
        (IntOrTuple("n", holes=True), (None, 2), "(None, 2)"),
        (IntList("n"), (3,), "(3,)"),
        (Dims("n"), ("=d0", -1), "(d0, -1)"),
        (Index("i"), ((None, None, None), 0), ":, 0"),
        (Index("i"), ("...", (None, "=k", 2), None), "..., :k:2, None"),
        (Index("i"), ((1, None, None), -1), "1:, -1"),
        (Float("p"), 0.1, "0.1"),
        (Float("p"), 1e-5, "1e-05"),
        (Float("p", infinite=True), "-inf", 'float("-inf")'),
        (FloatOrTuple("p"), (0.5, 2.0), "(0.5, 2.0)"),
        (FloatList("w"), (1.0, 2.5), "torch.tensor([1.0, 2.5])"),
        (FloatList("w", optional=True), None, "None"),
        (Number("v"), 1, "1"),
        (Number("v"), 1.0, "1.0"),
        (Number("v"), "=k", "k"),
        (Number("v", infinite=True), "inf", 'float("inf")'),
        (Bool("b"), True, "True"),
        (Choice("c", choices=("a",)), "a", '"a"'),
        (DType("d"), "float16", "torch.float16"),
        (Str("s"), "ij->i", '"ij->i"'),
    ],
)
def test_values_are_written_as_python(option: Option, value: Any, text: str) -> None:
    assert option.render(value) == text


@pytest.mark.parametrize(
    "text", ["\"'", "'''\"\"\"", "a\nb", "\\", "\\'", '"', "'", "{x}", "\u2028", "\0", "__import__('os')", "\ud800"]
)
def test_hostile_text_stays_text(text: str) -> None:
    written = Str("s").render(text)
    assert eval(written, {"__builtins__": {}}) == text
    assert "\n" not in written


def test_names_in_expressions_are_renamed() -> None:
    assert Int("n").render("=2*k", {"k": "self.k"}) == "2 * self.k"
    assert list(IntOrTuple("n").expressions((1, "=k"))) == ["=k"]
    assert list(Index("i").expressions(((None, "=k", None), "=j", "..."))) == ["=k", "=j"]
    assert IntOrTuple("n").resolve(("=k+1", 2), {"k": 3}) == (4, 2)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (Int("n", low=1), "an integer ≥ 1"),
        (Int("n", low=1, high=3), "an integer from 1 to 3"),
        (IntOrTuple("n", low=0, choices=("same",)), 'an integer ≥ 0, or a tuple of 2, or "same"'),
        (IntList("n", max_length=3, scalar=True), "an integer or a list of 1 to 3 integers"),
        (Float("p", high=1.0), "a number ≤ 1.0"),
        (FloatOrTuple("p", n=3, fewer=True), "a number, or a tuple of up to 3"),
        (FloatList("w", low=0.0), "a list of up to 1000 numbers ≥ 0.0"),
        (Number("v", infinite=True), 'a number, "inf" or "-inf"'),
        (Bool("b"), "true or false"),
        (Choice("c", choices=("a", "b")), 'one of "a", "b"'),
        (Str("s"), "text of up to 200 characters"),
    ],
)
def test_what_is_expected_is_said_in_words(option: Option, expected: str) -> None:
    assert option.expected == expected
