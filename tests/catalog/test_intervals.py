"""Intervals from which nothing could be drawn are told; from all others torch draws, and comes to an end."""

from __future__ import annotations

import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from composer.catalog.intervals import wrong_interval

numbers = st.floats(-1e3, 1e3)


@given(numbers, numbers, numbers, st.floats(1e-3, 1e3))
def test_what_is_not_told_can_be_drawn(a: float, b: float, mean: float, std: float) -> None:
    if wrong_interval("trunc_normal", {"a": a, "b": b, "mean": mean, "std": std}):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch doubts intervals far from the mean
        drawn = nn.init.trunc_normal_(torch.empty(8, dtype=torch.float64), mean, std, a, b)
    assert bool(((drawn >= a) & (drawn <= b)).all())


@pytest.mark.parametrize(
    ("scheme", "options", "told"),
    [
        ("uniform", {}, None),
        ("uniform", {"a": 1.0}, None),
        ("uniform", {"a": 1.5}, ("a no larger than b for uniform", "a=1.5 and b=1")),
        ("trunc_normal", {"b": -3.0}, ("a no larger than b for trunc_normal", "a=-2 and b=-3")),
        ("trunc_normal", {"std": 0.0}, ("std above 0 for trunc_normal", "0")),
        ("trunc_normal", {"b": 1e9}, None),
        ("trunc_normal", {"a": 10.0, "b": 11.0}, None),
        ("trunc_normal", {"a": 10.0, "b": 1e7},
         ("an interval that is not so far from the mean for trunc_normal", "10 to 1e+07 around a mean of 0")),
        ("normal", {"mean": 3.0}, None),
    ],
)  # fmt: skip
def test_what_is_told(scheme: str, options: dict[str, float], told: tuple[str, str] | None) -> None:
    found = wrong_interval(scheme, options)
    assert (found and (f"{found[0]} for {scheme}", found[1])) == told
