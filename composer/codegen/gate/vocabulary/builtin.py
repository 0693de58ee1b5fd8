"""Built-in functions, and the names of modules."""

from __future__ import annotations

BUILTINS: dict[str, frozenset[str]] = {
    "abs": frozenset(), "bool": frozenset(), "enumerate": frozenset({"start"}), "float": frozenset(),
    "int": frozenset(), "len": frozenset(), "list": frozenset(), "max": frozenset({"default"}),
    "min": frozenset({"default"}), "range": frozenset(), "reversed": frozenset(), "round": frozenset(),
    "sum": frozenset({"start"}), "tuple": frozenset(), "zip": frozenset({"strict"}),
}  # fmt: skip
"""By name, the keyword arguments. They are called, and are no values."""

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
