"""Statistics and histograms of tensors, with torch in float64 as the oracle."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from composer.engine import statistics as engine
from composer.engine.statistics import BINS, PIECE, statistics
from composer.tensor_reports import Histogram, Statistics

FLOATS = st.one_of(
    st.floats(width=32), st.floats(-1, 1, width=32), st.just(0.0), st.just(1000.25), st.just(math.nan),
    st.just(math.inf), st.just(-math.inf),
)  # fmt: skip


def close(found: float | None, expected: float, scale: float) -> bool:
    return found is not None and abs(found - expected) <= 1e-4 * scale


def agree(found: Statistics, tensor: Tensor) -> None:
    """Whether torch says the same of the values, in float64."""
    every = tensor.detach().flatten()
    every = every.abs() if every.is_complex() else every
    values = every.double()
    assert found.count == values.numel()
    assert found.zeros == int((values == 0).sum())
    assert found.nan == int(values.isnan().sum())
    assert (found.plus_inf, found.minus_inf) == (int((values == math.inf).sum()), int((values == -math.inf).sum()))
    finite = values[values.isfinite()]
    assert found.finite == finite.numel() == sum(found.histogram.counts)
    if not finite.numel():
        assert (found.low, found.high, found.mean, found.std, found.norm) == (None,) * 5
        return
    assert (found.low, found.high) == (finite.min().item(), finite.max().item())
    largest = float(finite.abs().max())
    scaled = finite / largest if largest else finite
    deviation = float(scaled.std()) * (largest or 1) if finite.numel() > 1 else None
    assert close(found.mean, float(scaled.mean()) * (largest or 1), max(deviation or 0.0, 1e-9 * largest))
    assert close(found.norm, float(scaled.norm()) * (largest or 1), float(scaled.norm()) * (largest or 1))
    if deviation is None:
        assert found.std is None
    else:
        assert close(found.std, deviation, deviation + 1e-9 * largest)
    binned(found.histogram, finite)


def binned(histogram: Histogram, finite: Tensor) -> None:
    """The counts are those between the edges, except for what is a thousandth of a bin beside one of them."""
    edges = histogram.edges
    assert (edges[0], edges[-1]) == (finite.min().item(), finite.max().item())
    slack = 1e-3 * (edges[-1] / len(histogram.counts) - edges[0] / len(histogram.counts))
    below = 0
    for count, edge in zip(histogram.counts[:-1], edges[1:], strict=False):
        below += count
        assert int((finite < edge - slack).sum()) <= below <= int((finite <= edge + slack).sum())


@given(st.lists(FLOATS, max_size=40))
def test_any_floats(values: list[float]) -> None:
    tensor = torch.tensor(values, dtype=torch.float32)
    found = statistics(tensor)
    assert found
    agree(found, tensor)


@given(st.lists(st.floats(), min_size=1, max_size=20))
def test_any_float64(values: list[float]) -> None:
    tensor = torch.tensor(values, dtype=torch.float64)
    found = statistics(tensor)
    assert found
    assert found.nan == int(tensor.isnan().sum())
    assert sum(found.histogram.counts) == found.finite == int(tensor.isfinite().sum())
    if found.finite:
        assert found.low == tensor[tensor.isfinite()].min().item()
        assert (found.mean is not None and found.low <= found.mean * (1 + 1e-12) + 1e-300) or found.mean < 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1, 2, PIECE - 1, PIECE, 2 * PIECE + 3])
def test_sizes_around_a_piece(dtype: torch.dtype, size: int) -> None:
    torch.manual_seed(size)
    tensor = torch.randn(size).to(dtype)
    found = statistics(tensor)
    assert found
    agree(found, tensor)
    assert len(found.histogram.counts) == (BINS if size > 1 else 1)


torch.manual_seed(0)  # for the tensors below, which are made as the file is read
TENSORS = [
    torch.tensor(3.5),
    torch.tensor(True),
    torch.tensor([True, False, True]),
    torch.arange(-5, 100),
    torch.tensor([2**62, -(2**62), 7]),
    torch.randint(0, 255, (50, 7), dtype=torch.uint8),
    torch.randint(-9, 9, (5, 7), dtype=torch.int16),
    torch.tensor([0, 7, 65_535], dtype=torch.uint16),
    torch.tensor([0, 7, 2**32 - 1], dtype=torch.uint32),
    torch.tensor([0, 7, 2**64 - 1], dtype=torch.uint64),
    torch.tensor([1 + 1j, 0j, 3 - 4j]),
    torch.full((300, 1000), 0.1),
    torch.full((7,), math.nan),
    torch.tensor([math.inf, -math.inf, math.nan]),
    torch.tensor([1.0, math.nan, 3.0, math.inf]),
    1000 + torch.arange(1000.0) * 1e-4,
    torch.tensor([3e38, -3e38, 1e38]),
    torch.tensor([1e-40, 3e-40, 0.0]),
    torch.tensor([1e300, -1e308, 5.0], dtype=torch.float64),
    torch.tensor([1.0, 1.0 + 2**-52], dtype=torch.float64),
    torch.tensor([5e-324, 0.0], dtype=torch.float64),
    torch.randn(30, 40).t(),
    torch.randn(400, 1001)[:, ::2],
    torch.randn(3, 1).expand(3, 200_000),
    torch.randn(6, 5, 4).permute(2, 0, 1),
]


@pytest.mark.parametrize("tensor", TENSORS, ids=map(str, range(len(TENSORS))))
def test_every_sort_of_tensor(tensor: Tensor) -> None:
    found = statistics(tensor)
    assert found
    if tensor.dtype == torch.int64 and tensor.numel() == 3:  # float64 cannot hold these
        assert (found.low, found.high, found.zeros) == (-(2**62), 2**62, 0)
        return
    agree(found, tensor)


def test_complex_numbers_are_measured_by_their_magnitudes() -> None:
    found = statistics(torch.tensor([3 + 4j, 0j]))
    assert found and found.of == "magnitudes"
    assert (found.low, found.high, found.zeros) == (0.0, 5.0, 1)


def test_nothing_has_no_statistics() -> None:
    found = statistics(torch.empty(0, 3))
    assert found == Statistics(0)


WAITING = [nn.UninitializedParameter(), nn.UninitializedBuffer(), torch.empty(3, device="meta")]


@pytest.mark.parametrize("tensor", WAITING, ids=["parameter", "buffer", "meta"])
def test_what_has_no_values_yet_is_not_touched(tensor: Tensor) -> None:
    assert statistics(tensor) is None


def test_gradients_and_versions_stay_as_they_are() -> None:
    parameter = nn.Parameter(torch.randn(10, 3))
    parameter.sum().backward()
    assert parameter.grad is not None
    before = (parameter.detach().clone(), parameter.grad.clone(), parameter._version, torch.get_rng_state())
    statistics(parameter)
    after = (parameter.detach(), parameter.grad, parameter._version, torch.get_rng_state())
    assert all(torch.equal(a, b) if isinstance(a, Tensor) else a == b for a, b in zip(before, after, strict=True))  # type: ignore[arg-type]


def test_a_bin_narrower_than_numbers_can_tell() -> None:
    tensor = torch.tensor([1.0, 1.0 + 2**-52, 1.0], dtype=torch.float64)
    found = statistics(tensor)
    assert found and sum(found.histogram.counts) == 3
    assert found.histogram.counts[0] == 2
    assert len(found.histogram.counts) == engine.BINS


def test_threads_are_as_many_as_before() -> None:
    before = torch.get_num_threads()
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            statistics(torch.randn(10))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(before)
