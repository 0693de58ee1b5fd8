"""Expressions over a tensor: their grammar, what they refuse and where, and their canonical text."""

from __future__ import annotations

import pytest
from hypothesis import given, reject

from composer.catalog.options import TensorExpression
from composer.tensor_expressions import Program, TensorExpressionError, parse, text
from tests.strategies.expressions import BOOK, EXPRESSIONS, SCALED, programs

OPTION = TensorExpression("expression")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("v=uniform(-10,10);v*(abs(v)>=5)", BOOK),
        ("\n v = uniform(-10, 10)\n\n v * (abs(v) >= 5) ;\n", BOOK),
        ("(w)", "w"),
        ("1.", "1.0"),
        (".5E-3", "0.0005"),
        ("w - (1 - 2)", "w - (1 - 2)"),
        ("(w - 1) - 2", "w - 1 - 2"),
        ("-w ** 2", "-w ** 2"),
        ("(-w) ** 2", "(-w) ** 2"),
        ("w ** (2 ** 3)", "w ** 2 ** 3"),
        ("(w ** 2) ** 3", "(w ** 2) ** 3"),
        ("w ** -(1)", "w ** -1"),
        ("-(-(w))", "--w"),
        ("w * (w > 0 and (w < 1 or not (w == 3)))", "w * (w > 0 and (w < 1 or not w == 3))"),
        ("w * ((w > 0 and w < 1) or w > 3)", "w * (w > 0 and w < 1 or w > 3)"),
    ],
)
def test_texts_have_one_canonical_form(written: str, canonical: str) -> None:
    assert text(parse(written)) == canonical == OPTION.normalize(written)
    assert parse(canonical) == parse(written)


@given(programs())
def test_text_of_a_tree_is_parsed_to_the_same_tree(program: Program) -> None:
    try:
        parsed = parse(text(program))
    except TensorExpressionError:  # it divides by zero, or is too long
        reject()
    assert parsed == program
    assert text(parsed) == text(program)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "character 1: expects a number, a name, a function or '(', received the end"),
        ("w + ", "character 5: expects a number, a name, a function or '(', received the end"),
        ("w w", "character 3: expects an operator or the end, received 'w'"),
        ("(w", "character 3: expects an operator or ')', received the end"),
        ("2x", "character 2: expects an operator after 2, received 'x'"),
        ("v = w", "character 6: expects ';' or an operator, received the end"),
        ("w; w", "character 4: expects the end, since only the last value has no name, received 'w'"),
        ("v = w; v = w; v", "character 8: expects a new name, received 'v' a second time"),
        ("w = 3; w", "character 1: expects a name that has no meaning yet, received 'w'"),
        ("torch = 3; w", "character 1: expects a name that has no meaning yet, received 'torch'"),
        ("lambda = 3; w", "character 1: expects a name that has no meaning yet, received 'lambda'"),
        ("_v = 3; w", "character 1: expects a name that begins with a small letter, received '_v'"),
        ("w * u", "character 5: expects one of w, fan_in, fan_out, pi, received 'u'"),
        ("v = w; u", "character 8: expects one of w, fan_in, fan_out, pi, v, received 'u'"),
        ("v = v; v", "character 5: expects one of w, fan_in, fan_out, pi, received 'v'"),
        ("abs", "character 1: expects arguments in parentheses, received 'abs'"),
        ("uniform(1)", "character 1: expects 2 arguments of uniform, received 1"),
        ("abs(w, w)", "character 1: expects 1 argument of abs, received 2"),
        ("0 < w < 1", "character 7: expects one comparison (join two with 'and'), received '<'"),
        ("(w > 1) & (w < 2)", "character 9: expects 'and', received '&'"),
        ("w ^ 2", "character 3: expects '**', received '^'"),
        ("w > 1", "character 3: expects a number, received a condition; where(condition, 1, 0) makes numbers of it"),
        ("not w", "character 5: expects a condition, received a number"),
        ("where(w, 1, 0)", "character 7: expects a condition, received a number"),
        ("uniform(w, 1)", "character 9: expects one number for the whole tensor as a bound of uniform, "
         "received a value for each element"),
        ("uniform(3, 1)", "character 1: expects uniform(a, b) with a ≤ b, received 3 and 1"),
        ("normal(0, 1 - 2)", "character 1: expects normal(mean, std) with std ≥ 0, received -1"),
        ("sign(3)", "character 1: expects w, a draw or what is made of them in sign, received a plain number"),
        ("w / (2 - 2)", "character 3: expects a divisor other than zero, received 0"),
    ],
)  # fmt: skip
def test_refusals_name_the_place_the_expected_and_the_received(written: str, message: str) -> None:
    with pytest.raises(TensorExpressionError) as caught:
        parse(written)
    assert str(caught.value) == message
    assert not OPTION.accepts(written) and OPTION.normalize(written) == written


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('true')", "__import__", "w.__class__", "w.data", "().__class__", "w[0]", "[w]", "{w}",
        "lambda: w", "lambda x: x", "(v := w)", "w if 1 else 0", "exec(w)", "eval(w)", "open(w)", "print(w)", "f''",
        "'w'", '"""', "w\\", "w\0", "w # c", "w @ w", "w // 2", "w % 2", "w << 2", "w, w", "*w", "**w", "w.", "1j",
        "0x10", "1_000", "1e999", "9" * 400, "True", "None", "é", "𝑤", "\u2028w", "w\rw", "nn", "torch", "math.pi",
        "self", "abs(*w)", "abs(w=1)", "where(w > 0)", "import os", "yield", "await w", "assert w", "w = w = w",
        "9**9**9**9", "exp(exp(exp(9)))", "10**400", "1e308 * 10", "sqrt(-1)", "log(0)", "(-8) ** 0.5",
        "(" * 40 + "w" + ")" * 40, "-" * 40 + "w", "abs(" * 40 + "w" + ")" * 40, "2**" * 40 + "2",
        "(w > 0) * (" + "not " * 40 + "w > 0)", "w+" * 240 + "w", "w" * 501, "w+" * 120 + "w",
    ],
)  # fmt: skip
def test_hostile_texts_are_refused(hostile: str) -> None:
    with pytest.raises(TensorExpressionError, match=r"^character \d+: expects .+, received "):
        parse(hostile)


def test_limits_say_what_they_are() -> None:
    for written, message in (
        ("w" * 501, "character 501: expects at most 500 characters, received 501"),
        ("w+" * 120 + "w", "character 200: expects at most 200 terms, received more"),
        ("-" * 40 + "w", "character 34: expects at most 32 levels in each other, received more"),
    ):
        with pytest.raises(TensorExpressionError) as caught:
            parse(written)
        assert str(caught.value) == message
    assert parse("-" * 32 + "w") and parse("w+" * 99 + "w")


def test_an_option_says_how_many_dimensions_it_asks_for() -> None:
    assert {OPTION.least_dims(each) for each in EXPRESSIONS} == {0}
    assert {OPTION.least_dims(each) for each in SCALED} == {2}
    assert OPTION.least_dims("fan_in +") == 0 and OPTION.least_dims(None) == 0
