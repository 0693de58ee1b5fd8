"""The moments that an initializer is expected to give, against samples of torch's own and against closed forms."""

from __future__ import annotations

import math
import warnings
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from composer.catalog import INITIALIZERS
from composer.design.nodes import Initializer
from composer.engine.expected import _SCHEMES, Moments, expected
from tests.strategies.expressions import BOOK

MATRIX, TALL, KERNELS = (300, 500), (700, 200), (64, 32, 5, 7)
ANY = (MATRIX, TALL, KERNELS, (100_000,))
SCALED = (MATRIX, TALL, KERNELS)

SAMPLES: list[tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]] = [
    ("uniform", {}, ANY),
    ("uniform", {"a": -3.0, "b": -1.0}, ANY),
    ("normal", {}, ANY),
    ("normal", {"mean": 2.0, "std": 0.01}, ANY),
    ("trunc_normal", {}, ANY),
    ("trunc_normal", {"std": 0.02}, ANY),
    ("trunc_normal", {"mean": 1.0, "std": 3.0, "a": 0.0, "b": 2.0}, ANY),
    ("trunc_normal", {"mean": 0.0, "std": 1.0, "a": 1.5, "b": 4.0}, ANY),
    ("xavier_uniform", {}, SCALED),
    ("xavier_uniform", {"gain": 5 / 3}, SCALED),
    ("xavier_normal", {"gain": 0.5}, SCALED),
    ("kaiming_uniform", {}, SCALED),
    ("kaiming_uniform", {"a": math.sqrt(5)}, SCALED),
    ("kaiming_uniform", {"mode": "fan_out", "nonlinearity": "relu"}, SCALED),
    ("kaiming_normal", {"a": 0.3, "nonlinearity": "relu"}, SCALED),
    ("kaiming_normal", {"nonlinearity": "tanh"}, SCALED),
    ("kaiming_normal", {"mode": "fan_out", "nonlinearity": "selu"}, SCALED),
    ("kaiming_normal", {"nonlinearity": "conv2d"}, SCALED),
    ("orthogonal", {}, SCALED),
    ("orthogonal", {"gain": -2.0}, SCALED),
    ("sparse", {"sparsity": 0.9}, (MATRIX, TALL)),
    ("sparse", {"sparsity": 0.123, "std": 2.0}, (MATRIX, TALL, (7, 20_000))),
]  # fmt: skip

FIXED: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("constant", {"val": 42.0}, (3, 4)),
    ("zeros", {}, (5,)),
    ("ones", {}, (2, 2, 2)),
    ("ones", {}, ()),
    ("eye", {}, (3, 5)),
    ("eye", {}, (6, 2)),
    ("dirac", {}, (6, 4, 3)),
    ("dirac", {}, (3, 16, 5, 5)),
    ("dirac", {"groups": 3}, (6, 4, 2, 1, 3)),
    ("sparse", {"sparsity": 1.0}, (3, 4)),
    ("uniform", {"a": 0.25, "b": 0.25}, (3,)),
    ("trunc_normal", {"a": 1.0, "b": 1.0}, (3,)),
]


def filled(scheme: str, options: dict[str, Any], shape: tuple[int, ...]) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # far from the mean, torch says that it may be wrong
        return getattr(nn.init, f"{scheme}_")(torch.empty(shape, dtype=torch.float64), **options)


def moments(scheme: str, shape: tuple[int, ...], **options: Any) -> Moments:
    found = expected(Initializer(scheme=scheme, options=options), shape)
    assert found is not None
    return found


def agrees(sample: Tensor, found: Moments) -> None:
    """Within six standard errors, which the sample's own fourth moment gives."""
    n = sample.numel()
    deviations = sample - found.mean
    variance = float(deviations.square().mean())
    fourth = float(deviations.pow(4).mean())
    assert abs(float(sample.mean()) - found.mean) <= 6 * found.std / math.sqrt(n)
    assert abs(variance - found.std**2) <= 6 * math.sqrt(max(fourth - variance**2, 0) / n) + 1e-12


@pytest.mark.parametrize(
    ("scheme", "options", "shape"), [(scheme, options, each) for scheme, options, shapes in SAMPLES for each in shapes]
)
def test_samples_agree(scheme: str, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    agrees(filled(scheme, options, shape), moments(scheme, shape, **options))


@pytest.mark.parametrize(("scheme", "options", "shape"), FIXED)
def test_what_is_not_random_agrees_exactly(scheme: str, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    tensor = filled(scheme, options, shape)
    found = moments(scheme, shape, **options)
    assert found.mean == pytest.approx(float(tensor.mean()), rel=1e-12, abs=1e-15)
    assert found.std == pytest.approx(float(tensor.std(correction=0)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (6, 3, 2, 2), (1, 1)])
def test_the_length_of_orthogonal_rows_is_exact(shape: tuple[int, ...]) -> None:
    square = float(filled("orthogonal", {"gain": 3.0}, shape).square().mean())
    assert moments("orthogonal", shape, gain=3.0).std == pytest.approx(math.sqrt(square), rel=1e-12)


def test_every_scheme_is_tested_and_only_an_expression_is_unknown() -> None:
    tested = {scheme for scheme, *_ in (*SAMPLES, *FIXED)}
    assert tested == set(_SCHEMES) == set(INITIALIZERS) - {"expression"}
    assert expected(Initializer(scheme="expression", options={"expression": BOOK}), (30, 50)) is None
    assert expected(Initializer(scheme="expression", options={"expression": "0.5"}), (3,)) is None


@pytest.mark.parametrize(
    ("scheme", "options", "shape"),
    [
        ("xavier_uniform", {}, (3,)),
        ("kaiming_normal", {}, ()),
        ("orthogonal", {}, (3,)),
        ("eye", {}, (3, 4, 5)),
        ("sparse", {"sparsity": 0.1}, (3,)),
        ("dirac", {}, (3, 4)),
        ("dirac", {"groups": 2}, (3, 4, 5)),
        ("uniform", {"a": 1.0, "b": 0.0}, (3,)),
        ("xavier_normal", {"gain": -1.0}, (3, 4)),
        ("trunc_normal", {"a": 1.0, "b": 0.0}, (3,)),
        ("trunc_normal", {"std": 0.0}, (3,)),
    ],
)
def test_what_torch_refuses_has_none(scheme: str, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    with pytest.raises((ValueError, RuntimeError, ZeroDivisionError)):
        filled(scheme, options, shape)
    assert expected(Initializer(scheme=scheme, options=options), shape) is None


def test_no_elements_have_none() -> None:
    for scheme in ("uniform", "kaiming_uniform", "orthogonal", "eye", "ones"):
        assert expected(Initializer(scheme=scheme), (0, 4)) is None


def closed(mean: float, std: float, a: float, b: float) -> Moments:
    """The textbook's formula, which is exact where nothing cancels."""
    alpha, beta = (a - mean) / std, (b - mean) / std

    def density(x: float) -> float:
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    if alpha > 0:  # the difference of two upper tails, as small as they are
        mass = (math.erfc(alpha / math.sqrt(2)) - math.erfc(beta / math.sqrt(2))) / 2
    else:
        mass = (math.erf(beta / math.sqrt(2)) - math.erf(alpha / math.sqrt(2))) / 2
    first = (density(alpha) - density(beta)) / mass
    second = (alpha * density(alpha) - beta * density(beta)) / mass
    return Moments(mean + std * first, std * math.sqrt(1 + second - first**2))


POSITIONS = st.floats(-30, 30).map(lambda x: round(x, 3))


@given(st.floats(-5, 5), st.floats(0.01, 10), POSITIONS, st.floats(0.3, 60))
def test_trunc_normal_is_the_textbook_s(mean: float, std: float, start: float, width: float) -> None:
    end = start + width
    if end < 0:  # its mirror image: the formula of the test looks at upper tails
        start, end = -end, -start
    assume(start < 30)
    a, b = mean + start * std, mean + end * std
    found, formula = moments("trunc_normal", (3,), mean=mean, std=std, a=a, b=b), closed(mean, std, a, b)
    assert found.mean == pytest.approx(formula.mean, rel=1e-7, abs=1e-7 * std)
    assert found.std == pytest.approx(formula.std, rel=1e-5)
    mirrored = moments("trunc_normal", (3,), mean=-mean, std=std, a=-b, b=-a)
    assert mirrored == pytest.approx((-found.mean, found.std), rel=1e-9, abs=1e-12)


@given(st.floats(1e2, 1e12), st.floats(1e-3, 1e3))
def test_far_in_the_tail_it_is_exponential(start: float, std: float) -> None:
    """Beyond α the density falls like e^(−αx): mean 1/α − 2/α³ + …, std 1/α − 3/α³ + … above it, in units of `std`."""
    found = moments("trunc_normal", (3,), std=std, a=start * std, b=3 * start * std)
    assert found.mean == pytest.approx(start * std + std / start, rel=1e-12, abs=3 * std / start**3)
    assert found.std == pytest.approx(std / start, rel=4 / start**2 + 1e-7)


@given(st.floats(-1, 1), st.floats(1e-12, 1e-3))
def test_a_narrow_interval_is_uniform(start: float, width: float) -> None:
    a, b = start, start + width
    assume(b > a)
    found = moments("trunc_normal", (3,), a=a, b=b)
    assert a <= found.mean <= b
    assert found.std == pytest.approx((b - a) / math.sqrt(12), rel=1e-5)


@given(st.integers(0, 2**32), st.floats(-8, 8), st.floats(0.2, 3))
def test_samples_of_trunc_normal_agree_wherever_the_interval_is(seed: int, start: float, width: float) -> None:
    torch.manual_seed(seed)
    options = {"mean": 1.0, "std": 0.5, "a": 1 + start / 2, "b": 1 + (start + width) / 2}
    agrees(filled("trunc_normal", options, (20_000,)), moments("trunc_normal", (20_000,), **options))
