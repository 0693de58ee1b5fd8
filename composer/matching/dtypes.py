"""Which element types become which when values of a file go into a model."""

from __future__ import annotations

_EXACT = {"float64": (53, 11), "float32": (24, 8), "bfloat16": (8, 8), "float16": (11, 5)}
"""Bits of the significand and of the exponent."""


def refused(before: str, after: str) -> str:
    """Why values of dtype `before` never become `after`; "" where they may.

    Between floating-point types values are rounded. Everything else has to be exact: whole numbers and truth values
    become another type where it holds each of them; what is to lose its fraction or its imaginary part never does.
    """
    if before != after and (_kind(before), _kind(after)) in _NEVER:
        return f"{before} does not become {after}: {_NEVER[_kind(before), _kind(after)]} would be lost"
    return ""


def conversion(before: str, after: str) -> str:
    """What happens to values of dtype `before` that become `after`: "float64 → float32, rounded"; "" for nothing."""
    if before == after:
        return ""
    floating = {"float", "complex"}
    if _kind(before) in floating and _kind(after) in floating:
        return f"{before} → {after}, {'exact' if _widens(before, after) else 'rounded'}"
    return f"{before} → {after}, where it holds each value"


_NEVER = {
    ("complex", "float"): "imaginary parts",
    ("complex", "whole"): "imaginary parts",
    ("float", "whole"): "fractions",
}


def _kind(dtype: str) -> str:
    if dtype.startswith("complex"):
        return "complex"
    return "float" if dtype.startswith(("float", "bfloat")) else "whole"


def _widens(before: str, after: str) -> bool:
    """Whether each value of `before` is one of `after`."""
    old, new = (_EXACT.get(_real(each)) for each in (before, after))
    if old is None:
        return new is not None and before.startswith("float8")
    return new is not None and all(was <= is_ for was, is_ in zip(old, new, strict=True))


def _real(dtype: str) -> str:
    """The type of the real part: complex64 is made of two of float32."""
    if dtype.startswith("complex"):
        return f"float{int(dtype.removeprefix('complex')) // 2}"
    return dtype
