"""Arithmetic and comparison, between tensors and with a number.

With a number, an op has a kind of its own (`AddScalar`), so that how many inputs it takes never depends on options.
"""

from composer.catalog.options import Number
from composer.catalog.spec import OpSpec, inputs

_TWO = inputs("input other")


def _two(kind: str, category: str, symbol: str, help: str, *aliases: str) -> OpSpec:
    """The operator between two tensors."""
    return OpSpec(
        kind=kind,
        category=category,
        inputs=_TWO,
        call=f"{{0}} {symbol} {{1}}",
        operator=True,
        help=help,
        aliases=(symbol, *aliases),
    )


def _number(kind: str, category: str, symbol: str, help: str, *aliases: str) -> OpSpec:
    """The operator between a tensor and a number."""
    infinite = category == "Comparison"
    return OpSpec(
        kind=f"{kind}Scalar",
        category=category,
        call=f"{{0}} {symbol} {{value}}",
        operator=True,
        help=help,
        aliases=(symbol, *aliases, "number", "constant"),
        options=(Number("value", infinite=infinite, help="The number."),),
    )


def _comparison(kind: str, symbol: str, words: str) -> tuple[OpSpec, OpSpec]:
    words = f"{words} {{}}: true or false at each entry."
    return (
        _two(kind, "Comparison", symbol, "Where the first input is " + words.format("the second"), "compare", "mask"),
        _number(kind, "Comparison", symbol, "Where the input is " + words.format("a number"), "compare", "mask"),
    )


def _many(kind: str, symbol: str, help: str, *aliases: str) -> OpSpec:
    return OpSpec(
        kind=kind,
        category="Arithmetic",
        variadic=True,
        least=2,
        call=symbol,
        operator=True,
        help=help,
        aliases=(symbol, *aliases),
    )


_ARITHMETIC = "Arithmetic"

ARITHMETIC = (
    _many("Add", "+", "Adds two or more tensors, entry by entry.", "plus", "sum", "skip", "residual", "merge"),
    _number("Add", _ARITHMETIC, "+", "Adds a number to every entry.", "plus", "sum"),
    _two("Sub", _ARITHMETIC, "-", "Subtracts the second input from the first.", "subtract", "minus"),
    _number("Sub", _ARITHMETIC, "-", "Subtracts a number from every entry.", "subtract", "minus"),
    _many("Mul", "*", "Multiplies two or more tensors, entry by entry.", "multiply", "times", "gate", "hadamard"),
    _number("Mul", _ARITHMETIC, "*", "Multiplies every entry by a number.", "multiply", "times", "scale"),
    _two("Div", _ARITHMETIC, "/", "Divides the first input by the second.", "divide"),
    _number("Div", _ARITHMETIC, "/", "Divides every entry by a number.", "divide", "scale"),
    _two("Pow", _ARITHMETIC, "**", "Raises the first input to the power of the second.", "power"),
    _number("Pow", _ARITHMETIC, "**", "Raises every entry to a power.", "power", "square"),
    OpSpec(
        kind="Neg",
        category="Arithmetic",
        call="-{0}",
        operator=True,
        help="Changes the sign of every entry.",
        aliases=("negative", "minus"),
    ),
    OpSpec(
        kind="Maximum",
        category="Arithmetic",
        inputs=_TWO,
        call="torch.maximum",
        help="The larger entry of two tensors, at each place.",
        aliases=("max", "merge", "maxout"),
    ),
    OpSpec(
        kind="Minimum",
        category="Arithmetic",
        inputs=_TWO,
        call="torch.minimum",
        help="The smaller entry of two tensors, at each place.",
        aliases=("min",),
    ),
)

COMPARISON = (
    *_comparison("Equal", "==", "equal to"),
    *_comparison("NotEqual", "!=", "different from"),
    *_comparison("Greater", ">", "greater than"),
    *_comparison("GreaterEqual", ">=", "at least"),
    *_comparison("Less", "<", "less than"),
    *_comparison("LessEqual", "<=", "at most"),
    OpSpec(
        kind="And",
        category="Comparison",
        variadic=True,
        least=2,
        call="&",
        operator=True,
        help="True where all inputs are true.",
        aliases=("&", "mask", "both"),
    ),
    OpSpec(
        kind="Or",
        category="Comparison",
        variadic=True,
        least=2,
        call="|",
        operator=True,
        help="True where any input is true.",
        aliases=("|", "mask", "either"),
    ),
    OpSpec(
        kind="Not",
        category="Comparison",
        call="~{0}",
        operator=True,
        help="True where the input is false.",
        aliases=("~", "mask", "invert"),
    ),
    OpSpec(
        kind="Where",
        category="Comparison",
        inputs=inputs("condition input other"),
        call="torch.where",
        help="Takes the second input where the first is true, and the third elsewhere.",
        aliases=("mask", "choose", "if"),
    ),
    OpSpec(
        kind="MaskedFill",
        category="Comparison",
        inputs=inputs("input mask"),
        call=".masked_fill",
        positional=1,
        help="Replaces the entries where the mask is true by a number.",
        aliases=("mask", "attention", "causal"),
        options=(Number("value", infinite=True, help="The number; “-inf” before a softmax hides an entry."),),
    ),
)
