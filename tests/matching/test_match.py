"""A row for each name of a model and each key of a file: what would come of loading it."""

from __future__ import annotations

from typing import Any

import pytest

from composer.checkpoint_reports import Pair, Part, StoredTensor
from composer.matching.dtypes import conversion, refused
from composer.matching.match import MatchReport, MatchRow, match
from composer.matching.rename import Rename
from composer.reports import TensorReport
from tests.matching.rows import model, part


def states(report: MatchReport) -> list[tuple[Any, ...]]:
    return [(row.name, row.key, row.state, row.loads) for row in report.rows]


def only(report: MatchReport) -> MatchRow:
    (row,) = report.rows
    return row


def test_matched_missing_and_unexpected_in_the_order_of_the_model_then_of_the_file() -> None:
    report = match(model({"a": (2,), "b": (3,)}), part({"z": (1,), "b": (3,), "y": (1,)}))
    assert states(report) == [
        ("a", "", "missing", False),
        ("b", "b", "matched", True),
        ("", "z", "unexpected", False),
        ("", "y", "unexpected", False),
    ]
    assert [row.reason for row in report.rows] == [
        "the file does not have it", "", "the model has no z", "the model has no y",
    ]  # fmt: skip
    assert report.counts() == {"missing": 1, "matched": 1, "unexpected": 2} and not report.complete
    assert report.pairs() == (Pair("b", "b"),) and report.pairs({"a"}) == ()
    assert match(model({"a": (2,)}), part({"a": (2,)})).complete


def test_another_shape_is_refused_and_slices_only_where_asked_for() -> None:
    there = model({"w": (10, 8)})
    row = only(match(there, part({"w": (4, 9)})))
    assert (row.state, row.loads) == ("shape differs", False)
    assert row.reason == "expects 10×8, the file has 4×9: only slices of it would fit"
    row = only(match(there, part({"w": (4, 9)}), slices=True))
    assert (row.state, row.loads, row.reason) == ("shape differs", True, "")
    assert row.note == "fills the first 4 of 10 rows, cut to the first 8 columns"
    row = only(match(there, part({"w": (80,)}), slices=True))
    assert (row.loads, row.reason) == (False, "expects 10×8, the file has 80")
    assert only(match(there, part({"w": (8, 10)}))).reason == "expects 10×8, the file has 8×10: transposed it would fit"
    assert only(match(model({"s": ()}), part({"s": (1,)}))).reason == "expects scalar, the file has 1"
    images = only(match(model({"w": (10, 3, 5, 5)}), part({"w": (10, 1, 5, 5)}), slices=True))
    assert images.note == "fills the first 1 of 3 along dim 1"


def test_transposing_concerns_weights_of_two_dimensions() -> None:
    rule = Rename("prefix", "old.", "", transpose=True)
    report = match(model({"w": (2, 3), "b": (3,)}), part({"old.w": (3, 2), "old.b": (3,)}), [rule])
    assert states(report) == [("w", "old.w", "matched", True), ("b", "old.b", "matched", True)]
    assert [(row.transpose, row.note) for row in report.rows] == [(True, "transposed"), (False, "")]
    assert report.pairs() == (Pair("w", "old.w", True), Pair("b", "old.b"))
    assert report.rows[0].key_shape == (3, 2)


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ("float32", "float32", ""),
        ("float64", "float32", "float64 → float32, rounded"),
        ("float32", "float64", "float32 → float64, exact"),
        ("float16", "bfloat16", "float16 → bfloat16, rounded"),
        ("bfloat16", "float16", "bfloat16 → float16, rounded"),
        ("bfloat16", "float32", "bfloat16 → float32, exact"),
        ("float32", "float8_e4m3fn", "float32 → float8_e4m3fn, rounded"),
        ("float8_e5m2", "float16", "float8_e5m2 → float16, exact"),
        ("float32", "complex64", "float32 → complex64, exact"),
        ("complex128", "complex64", "complex128 → complex64, rounded"),
        ("int64", "float32", "int64 → float32, where it holds each value"),
        ("bool", "int64", "bool → int64, where it holds each value"),
        ("int64", "uint8", "int64 → uint8, where it holds each value"),
    ],
)
def test_another_dtype_is_converted(before: str, after: str, note: str) -> None:
    assert refused(before, after) == "" and conversion(before, after) == note
    row = only(match(model({"w": (2,)}, after), part({"w": (2,)}, before)))
    assert (row.state, row.loads, row.note) == ("dtype differs" if note else "matched", True, note)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("complex64", "float32", "imaginary parts"),
        ("complex64", "int64", "imaginary parts"),
        ("float32", "int64", "fractions"),
        ("bfloat16", "bool", "fractions"),
    ],
)
def test_nothing_loses_its_fraction_or_its_imaginary_part(before: str, after: str, lost: str) -> None:
    row = only(match(model({"w": (2,)}, after), part({"w": (2,)}, before)))
    assert (row.state, row.loads, row.note) == ("dtype differs", False, "")
    assert row.reason == f"{before} does not become {after}: {lost} would be lost"


def test_a_parameter_of_two_names_takes_its_values_from_either() -> None:
    there = model({"wte.weight": (5, 3), "head.weight": (5, 3)}, head__weight="wte.weight")
    both = match(there, part({"wte.weight": (5, 3), "head.weight": (5, 3)}))
    assert states(both) == [
        ("wte.weight", "wte.weight", "matched", True),
        ("head.weight", "head.weight", "tied", True),
    ]
    assert both.rows[1].note == "the same parameter as wte.weight: the file has to agree" and both.complete
    first = match(there, part({"wte.weight": (5, 3)}))
    assert states(first)[1] == ("head.weight", "", "tied", False) and first.complete
    second = match(there, part({"head.weight": (5, 3)}))
    assert states(second) == [("wte.weight", "", "tied", False), ("head.weight", "head.weight", "tied", True)]
    assert second.rows[0].note == "comes with another name of the same parameter" and second.complete
    none = match(there, part({}))
    assert none.counts() == {"missing": 2} and not none.complete
    assert none.rows[1].reason == "the file does not have it: neither it nor wte.weight, which is the same parameter"


def test_a_tie_of_the_file_that_the_model_does_not_have_gives_its_values_twice() -> None:
    tied = Part("", "state dict", (StoredTensor("a", (2,), "float32", 8), StoredTensor("b", (2,), "float32", 8, "a")))
    report = match(model({"a": (2,), "b": (2,)}), tied)
    assert states(report) == [("a", "a", "matched", True), ("b", "b", "matched", True)]
    assert [row.note for row in report.rows] == ["", "the same values as a of the file"]


def test_what_is_not_saved_is_no_key() -> None:
    constant = TensorReport("mask", (4,), "bool", False, False, saved=False)
    row = only(match([constant], part({"mask": (4,)})))
    assert (row.name, row.state, row.reason) == ("", "unexpected", "mask is a constant, which the design says")
    assert match([constant], part({})).rows == ()


def test_a_missing_count_of_batches_is_harmless() -> None:
    count = TensorReport("bn.num_batches_tracked", (), "int64", False, False)
    report = match([count], part({}))
    row = only(report)
    assert (row.state, row.loads, row.reason) == ("missing", False, "")
    assert row.note == "harmless: the layer goes on counting its batches from where it is" and report.complete


def test_two_keys_of_one_name_are_both_refused() -> None:
    rules = [Rename("prefix", "module.", "")]
    report = match(model({"w": (2,)}), part({"module.w": (2,), "w": (2,), "module.x": (1,), "x": (1,)}), rules)
    assert states(report) == [
        ("w", "module.w", "ambiguous", False),
        ("w", "w", "ambiguous", False),
        ("", "module.x", "ambiguous", False),
        ("", "x", "ambiguous", False),
    ]
    assert {row.reason for row in report.rows[:2]} == {"another key of the file is renamed to w, too"}
    assert report.pairs() == () and not report.complete


def test_a_lazy_layer_takes_its_size_from_its_weight() -> None:
    there = model({"fc.weight": None, "fc.bias": None})
    full = match(there, part({"fc.weight": (3, 2), "fc.bias": (3,)}))
    assert [(row.state, row.loads, row.note) for row in full.rows] == [
        ("matched", True, "gives the lazy layer its size")
    ] * 2
    assert full.rows[0].shape is None
    bias = match(there, part({"fc.bias": (3,)}))
    assert states(bias)[1] == ("fc.bias", "fc.bias", "matched", False)
    assert bias.rows[1].reason == "its layer has no size without fc.weight, which is not loaded"
    norm = match(model({"bn.running_mean": None, "bn.running_var": None}), part({"bn.running_mean": (3,)}))
    assert [row.loads for row in norm.rows] == [True, False]


def test_a_wrong_rule_is_told_and_the_table_is_there_all_the_same() -> None:
    report = match(model({"w": (2,)}), part({"w": (2,)}), [Rename("regex", "(", "")])
    assert states(report) == [("w", "w", "matched", True)]
    assert list(report.problems) == [0] and not report.complete
