"""The language as lists that a help page can show: all that a layer's code may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from composer.codegen.gate.syntax import EXPRESSION_NAMES, STATEMENT_NAMES
from composer.codegen.gate.vocabulary.arguments import WORDS
from composer.codegen.gate.vocabulary.builtin import BUILTINS, MATH
from composer.codegen.gate.vocabulary.functional import FUNCTIONAL, INIT
from composer.codegen.gate.vocabulary.functions import CONSTANTS, DTYPES, LIMITS, PARTS, TORCH
from composer.codegen.gate.vocabulary.tensors import IN_PLACE, METHODS, PROPERTIES, TYPES


def published() -> Mapping[str, tuple[str, ...]]:
    """For each topic the names on its list, as they are written in code."""
    return {
        "Statements": STATEMENT_NAMES,
        "Expressions": EXPRESSION_NAMES,
        "Built-in functions": _sorted(BUILTINS),
        **{f"math: {topic}": _sorted(names, "math.") for topic, names in MATH.items()},
        **{f"torch: {topic}": _sorted(names, "torch.") for topic, names in TORCH.items()},
        **{f"torch.{part}": _sorted(names, f"torch.{part}.") for part, names in PARTS.items()},
        "torch: Types": tuple(f"torch.{name}" for name in DTYPES),
        "torch: Numbers": tuple(f"torch.{name}" for name in CONSTANTS),
        "torch: Limits of types": tuple(f"torch.{name}" for name in LIMITS),
        **{f"F: {topic}": _sorted(names, "F.") for topic, names in FUNCTIONAL.items()},
        "In init alone": _sorted(INIT, "nn.init."),
        **{f"Read: {topic}": _sorted(names, ".") for topic, names in PROPERTIES.items()},
        "Read: As an argument, or to compare": _sorted(TYPES, "."),
        **{f"Methods: {topic}": _sorted(names, ".") for topic, names in METHODS.items()},
        **{f"In place: {topic}": _sorted(names, ".") for topic, names in IN_PLACE.items()},
        "Words": tuple(f'"{word}"' for word in sorted(WORDS)),
    }


def _sorted(names: Iterable[str], prefix: str = "") -> tuple[str, ...]:
    return tuple(f"{prefix}{name}" for name in sorted(names))
