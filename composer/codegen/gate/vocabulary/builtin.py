"""Built-in functions, and the names of modules."""

from __future__ import annotations

BUILTINS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("abs", "all", "any", "bool", "float", "int", "len", "list", "range"), frozenset()),
    **dict.fromkeys(("reversed", "round", "tuple"), frozenset()),
    **dict.fromkeys(("max", "min"), frozenset({"default"})),
    **dict.fromkeys(("enumerate", "sum"), frozenset({"start"})),
    "sorted": frozenset({"reverse"}),
    "zip": frozenset({"strict"}),
}
"""By name, the keyword arguments. They are called, and are no values."""

FLOATS = frozenset({"inf", "-inf", "nan"})
"""The texts that `float` takes."""

MODULES = frozenset({"torch", "F", "math", "nn"})
RESERVED = frozenset(BUILTINS) | MODULES | {"self"}
"""Names that nothing else can be given."""

ANNOTATIONS = frozenset({"int", "float", "bool", "tuple", "list"})

MATH: dict[str, tuple[str, ...]] = {
    "Numbers": ("pi", "e", "tau", "inf", "nan"),
    "Functions of numbers": (
        "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "pow", "hypot", "sin", "cos", "tan", "asin", "acos",
        "atan", "atan2", "sinh", "cosh", "tanh", "erf", "erfc", "gamma", "lgamma", "floor", "ceil", "trunc", "fabs",
        "fmod", "copysign", "degrees", "radians", "isnan", "isinf", "isfinite", "isclose", "gcd", "isqrt", "prod",
        "fsum",
    ),
}  # fmt: skip
"""Not `factorial`, `comb` and `perm`, which make numbers of a million digits."""
MATH_NUMBERS = frozenset(MATH["Numbers"])
