"""Intervals that initializers draw from, where two options say them."""

from __future__ import annotations

from collections.abc import Mapping

from composer.catalog.options import Value

_LEAST = 1e-4
"""Share of the draws that must be kept: `torch.nn.init.trunc_normal_` draws until it has kept enough of them."""

_DEFAULTS = {"uniform": {"a": 0.0, "b": 1.0}, "trunc_normal": {"mean": 0.0, "std": 1.0, "a": -2.0, "b": 2.0}}


def wrong_interval(kind: str, options: Mapping[str, Value]) -> tuple[str, str] | None:
    """What is expected of the interval of a scheme and what it is, where nothing could be drawn from it."""
    if kind not in _DEFAULTS:
        return None
    given = _DEFAULTS[kind] | {name: value for name, value in options.items() if isinstance(value, int | float)}
    low, high = given["a"], given["b"]
    if low > high:
        return "a no larger than b", f"a={low:g} and b={high:g}"
    if kind != "trunc_normal":
        return None
    if not given["std"]:
        return "std above 0", "0"
    if low < high and _kept(low, high, given["mean"], given["std"]) < _LEAST:
        return "an interval that is not so far from the mean", f"{low:g} to {high:g} around a mean of {given['mean']:g}"
    return None


def _kept(low: float, high: float, mean: float, std: float) -> float:
    """About which part of uniform draws from the interval is kept, where it holds few values of the distribution.

    Values are kept in proportion to the density. At a distance d from the mean that falls to 1/e within std²/d.
    """
    distance = max(low - mean, mean - high, 0.0)
    if not distance:
        return 1.0
    return min(std, std * (std / distance)) / (high - low)
