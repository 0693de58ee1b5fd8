"""Integer expressions: their grammar, what they refuse, and their way through source and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.expressions import (
    MAX_VALUE,
    Call,
    Expression,
    ExpressionError,
    Name,
    Negative,
    Number,
    Operation,
    evaluate,
    is_expression,
    names,
    parse,
    resolve,
    source,
)

VALUES = {"channels": 16, "heads": 4, "index": 2, "k": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=7", 7),
        ("= 2 * channels ", 32),
        ("=channels//heads", 4),
        ("=channels % 5 + 1", 2),
        ("=-k", -3),
        ("=--k", 3),
        ("=2-(3-4)", 3),
        ("=2*(k+1)", 8),
        ("=min(k, heads, 9)", 3),
        ("=max(-1, index) * 2", 4),
        ("=-7//2", -4),
        ("=-(7//2)", -3),
        ("=(1)", 1),
    ],
)
def test_values(text: str, value: int) -> None:
    assert evaluate(parse(text), VALUES) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "=", "= ", "7", "=1.5", "=True", "=None", "='a'", "=2**9", "=2/1", "=a.b", "=a[0]", "=f(1, 2)", "=min(1)",
        "=min()", "=max(1, 2, key=3)", "=min(*a, *b)", "=__import__('os')", "=__import__('os').system('x')", "=(1, 2)",
        "=[1]", "=a if b else c", "=a < b", "=not a", "=~1", "=+1", "=a and b", "=lambda: 1", "=(a := 1)", "=1;2",
        "=1\n2", "=a @ b", "=a << 2", "=min", "=max + 1", "=min(min, 1)", "=f'{a}'", "=1j", "=...", "=\0", "=é",
        "=yield", "=await a", "=1_", "=0x10", "=1_0", "=1or 2", "=007", "=1if a else 2", "=# a",
        "=(" + "(" * 150, "=" + "-" * 198 + "x" * 9,
        f"={MAX_VALUE + 1}", "=" + "9" * 199,
    ],
)  # fmt: skip
def test_what_is_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_length_is_capped() -> None:
    assert parse("=" + "+".join("a" * 99))
    with pytest.raises(ExpressionError, match="at most 200 characters, not 203"):
        parse("=" + "+".join("a" * 101) + "0")


def test_deep_nesting_is_parsed_or_refused_but_never_crashes() -> None:
    assert evaluate(parse("=" + "(" * 90 + "1" + ")" * 90), {}) == 1
    assert evaluate(parse("=" + "-" * 190 + "1"), {}) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=width", "'width' is not an option in scope (there: channels, heads, index, k)"),
        ("=k//(k-3)", "=k // (k - 3) divides by zero"),
        ("=k%0", "=k % 0 divides by zero"),
        (f"={MAX_VALUE}+1", f"={MAX_VALUE} + 1 is larger than 2**53"),
        (f"=-{MAX_VALUE}-1", f"=-{MAX_VALUE} - 1 is larger than 2**53"),
    ],
)
def test_what_has_no_value_says_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse(text), VALUES)
    assert str(caught.value) == message


def test_refusals_name_what_is_not_allowed() -> None:
    with pytest.raises(ExpressionError, match=r"'2 \* a\.b' is not allowed: use integers, names"):
        parse("=2 * a.b")
    with pytest.raises(ExpressionError, match=r"'f\(1, 2\)' is not allowed: use integers, names"):
        parse("=3 + f(1, 2)")
    with pytest.raises(ExpressionError, match="an expression starts with '='"):
        parse("2*a")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=a-(b-c)", "a - (b - c)"),
        ("=(a-b)-c", "a - b - c"),
        ("=(a+b)*c", "(a + b) * c"),
        ("=a*(b*c)", "a * (b * c)"),
        ("=a//(b*c)", "a // (b * c)"),
        ("=-(a+b)", "-(a + b)"),
        ("=-a*b", "(-a) * b"),
        ("=-(a*b)", "-(a * b)"),
        ("=a--b", "a - (-b)"),
        ("=min(a,max(b,1))+1", "min(a, max(b, 1)) + 1"),
    ],
)
def test_source_has_the_parentheses_it_needs(text: str, written: str) -> None:
    assert source(parse(text)) == written


def test_names_are_collected_and_renamed() -> None:
    tree = parse("=2*a + min(b, -c) - a")
    assert names(tree) == {"a", "b", "c"}
    assert source(tree, {"a": "self.a", "b": "8"}) == "2 * self.a + min(8, -c) - self.a"


def test_resolve_reaches_into_tuples_and_leaves_other_text() -> None:
    assert resolve(("=k", (1, "=k+1"), "same", None, 2.5), VALUES) == (3, (1, 4), "same", None, 2.5)
    assert is_expression("=k") and not is_expression("k") and not is_expression(3)


TREES: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(st.integers(0, 99).map(Number), st.sampled_from(sorted(VALUES)).map(Name)),
    lambda inner: st.one_of(
        st.builds(Operation, st.sampled_from(["+", "-", "*", "//", "%"]), inner, inner),
        st.builds(Negative, inner),
        st.builds(Call, st.sampled_from(["min", "max"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def _value(tree: Expression) -> int | str:
    try:
        return evaluate(tree, VALUES)
    except ExpressionError as error:
        return str(error)


@given(TREES)
def test_source_parses_back_to_the_same_tree(tree: Expression) -> None:
    text = "=" + source(tree)
    if len(text) <= 200:
        assert parse(text) == tree
        assert _value(parse(text)) == _value(tree)


@given(TREES)
def test_source_means_to_python_what_it_means_to_us(tree: Expression) -> None:
    value = _value(tree)
    if isinstance(value, int):
        assert eval(source(tree), {"min": min, "max": max}, dict(VALUES)) == value


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        tree = parse("=" + text)
    except ExpressionError:
        return
    assert parse("=" + source(tree)) == tree
