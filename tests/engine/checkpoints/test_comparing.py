"""Two sides compared, with the plain computation on whole tensors as the oracle."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from composer import templates
from composer.engine.build import live
from composer.engine.checkpoints import pieces
from composer.engine.checkpoints.comparing import compare, saved_tensors, stored_tensors
from composer.engine.checkpoints.differing import difference
from composer.errors import CheckpointError
from composer.matching.rename import Rename
from composer.reports import Progress
from tests.build import chain, layer
from tests.engine.checkpoints.stub import Stub
from tests.engine.fingerprint import fingerprint


def test_rows_by_what_they_are_and_by_their_relative_difference() -> None:
    left = {
        "same": torch.ones(3),
        "near": torch.ones(3),
        "far": torch.ones(3),
        "here": torch.ones(1),
        "size": torch.ones(2),
    }
    right = {
        "there": torch.ones(1), "size": torch.ones(3), "far": torch.full((3,), 2.0), "near": torch.full((3,), 1.25),
        "same": torch.ones(3, dtype=torch.float64),
    }  # fmt: skip
    report = compare(left, right)
    assert [(row.name, row.state) for row in report.rows] == [
        ("size", "shape differs"), ("here", "only left"), ("there", "only right"), ("far", "differs"),
        ("near", "differs"), ("same", "equal"),
    ]  # fmt: skip
    assert report.counts() == {"shape differs": 1, "only left": 1, "only right": 1, "differs": 2, "equal": 1}
    size, here, there, far, near, same = report.rows
    assert (size.left_shape, size.right_shape, here.right_shape, there.left_shape) == ((2,), (3,), None, None)
    assert (same.left_dtype, same.right_dtype, same.difference) == ("float32", "float64", None)
    assert far.difference and near.difference
    assert (far.difference.relative, near.difference.relative) == pytest.approx((0.5, 0.2), rel=1e-12)


def test_where_the_largest_difference_is_and_how_many_values_differ() -> None:
    left = torch.zeros(3, 4, 5)
    right = left.clone()
    right[2, 1, 3], right[0, 0, 0] = -8, 2
    found = difference(left, right)
    assert found and (found.values, found.largest, found.where, found.relative) == (2, 8.0, (2, 1, 3), 1.0)
    assert found.largest_relative == 1.0 and found.left and found.right
    assert (found.left.low, found.left.high) == (found.right.low, found.right.high) == (-8.0, 2.0)
    assert sum(found.left.counts) == sum(found.right.counts) == 60 and len(found.left.counts) == 64
    assert found.right.counts[0] == 1 and found.right.counts[-1] == 1


@settings(max_examples=150)
@given(st.data())
def test_the_figures_are_those_of_whole_tensors_in_float64(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 5), max_size=3)))
    number = st.sampled_from([0.0, 1.0, -1.5, 3e38, 1e-30, math.inf, -math.inf, math.nan])
    dtype = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.float16])
    a, b = (
        torch.tensor([data.draw(number) for _ in range(math.prod(shape))]).view(shape).to(data.draw(dtype))
        for _ in range(2)
    )
    found = difference(a, b)
    a, b = a.double(), b.double()
    nan, both = a.isnan() ^ b.isnan(), a.isnan() & b.isnan()
    apart = torch.where(nan | both | (a == b), 0.0, (a - b).abs())
    assert (found is not None) == bool((apart != 0).any() or nan.any())
    if found:
        assert found.values == int((apart != 0).sum() + nan.sum())
        assert (found.nan, found.both_nan) == (int(nan.sum()), int(both.sum()))
        assert found.largest == apart.max() and apart[found.where] == found.largest
        size = torch.where(nan | both | b.isinf(), 0.0, b.abs())
        norm, of = apart.norm(), size.norm()
        expected = 0.0 if not norm else math.inf if not of or norm.isinf() else float(norm / of)
        assert found.relative == pytest.approx(expected, rel=1e-12)


def test_tensors_of_any_strides_and_of_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 7)
    draw = torch.Generator().manual_seed(0)
    a, b = torch.randn(9, 4, 11, generator=draw), torch.randn(11, 9, 4, generator=draw).permute(1, 2, 0)
    found = difference(a, b)
    apart = (a.double() - b.double()).abs()
    assert found and found.values == a.numel() and found.largest == apart.max() and apart[found.where] == apart.max()
    assert found.relative == pytest.approx(float(apart.norm() / b.double().norm()), rel=1e-12)
    assert found.largest_relative == pytest.approx(float((apart / b.double().abs()).max()), rel=1e-12)
    assert difference(b, b.contiguous()) is None


@pytest.mark.parametrize(
    ("left", "right", "largest"),
    [
        (torch.tensor([2**53 + 1, 5]), torch.tensor([2**53, 5]), 1),
        (torch.tensor([2**62 - 1]), torch.tensor([0]), 2**62 - 1),
        (torch.tensor([-(2**63)]), torch.tensor([2**63 - 1]), 2.0**64),
        (torch.tensor([True, False]), torch.tensor([True, True]), 1),
        (torch.tensor([3], dtype=torch.uint8), torch.tensor([200], dtype=torch.uint8), 197),
        (torch.tensor([3], dtype=torch.uint16), torch.tensor([60_000], dtype=torch.uint16), 59_997),
        (torch.tensor([3], dtype=torch.uint64), torch.tensor([4], dtype=torch.uint64), 1.0),
        (torch.tensor([3j]), torch.tensor([4.0 + 0j]), 5.0),
        (torch.tensor([1e308], dtype=torch.float64), torch.tensor([-1e308], dtype=torch.float64), math.inf),
    ],
)
def test_whole_numbers_are_exact_and_complex_ones_have_magnitudes(left: Tensor, right: Tensor, largest: float) -> None:
    found = difference(left, right)
    assert found and found.largest == largest and type(found.largest) is type(largest)


def test_nothing_overflows_or_vanishes_in_squares() -> None:
    for size in (1e200, 1e-200):
        found = difference(torch.full((3,), 2 * size, dtype=torch.float64), torch.full((3,), size, dtype=torch.float64))
        assert found and found.relative == pytest.approx(1.0, rel=1e-12)


def test_empty_and_constant_tensors_need_no_bins() -> None:
    assert difference(torch.empty(0, 3), torch.empty(0, 3)) is None
    found = difference(torch.tensor(1.0), torch.tensor(2.0))
    assert found and (found.left, found.right, found.where) == (None, None, ())
    found = difference(torch.full((3,), math.nan), torch.ones(3))
    assert found and (found.values, found.nan) == (3, 3)
    assert found.left and found.right and (sum(found.left.counts), sum(found.right.counts)) == (0, 3)


def test_a_model_and_a_file_of_other_names() -> None:
    model = live(templates.load("tied_mlp"))
    file = {f"net.{name}": each.detach().clone() for name, each in model.state_dict().items()}
    first = next(iter(file))
    file[first][0] += 1
    before = fingerprint(model)
    events: list[Progress] = []
    right = stored_tensors(Stub(file), "", [Rename("prefix", "net.", "")])
    report = compare(saved_tensors(model), right, events.append)
    assert fingerprint(model) == before
    assert report.counts() == {"differs": 1, "equal": len(file) - 1} and f"net.{report.rows[0].name}" == first
    assert [each.done for each in events] == list(range(1, len(file) + 1))


def test_a_transposed_weight_is_compared_as_it_would_be_loaded() -> None:
    weight = torch.randn(3, 4)
    right = stored_tensors(Stub({"c": weight.t().contiguous()}), "", [Rename("pair", "c", "w", transpose=True)])
    assert compare({"w": weight}, right).counts() == {"equal": 1}


def test_a_lazy_layer_has_nothing_to_compare() -> None:
    model = live(chain(layer("fc", "LazyLinear", out_features=2)))
    report = compare(saved_tensors(model), {"fc.weight": torch.ones(2, 3)})
    assert [(row.name, row.state, row.left_shape) for row in report.rows] == [
        ("fc.weight", "shape differs", None),
        ("fc.bias", "only left", None),
    ]
    assert compare(saved_tensors(model), saved_tensors(model)).counts() == {"equal": 2}


def test_what_cannot_be_a_side_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"^The file has no tensors at 'model': choose one of its parts\.$"):
        stored_tensors(Stub({}), "model")
    file = Stub({"a.w": torch.ones(1), "w": torch.ones(1)})
    with pytest.raises(CheckpointError, match=r"^Two keys of the file are renamed to w: change the rules\.$"):
        stored_tensors(file, "", [Rename("prefix", "a.", "")])
