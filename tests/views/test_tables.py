"""Rows and text of the summary, numbers, and outputs of a run."""

from __future__ import annotations

import json

import pytest

from composer import templates
from composer.design.document import Design
from composer.design.nodes import Op
from composer.engine.shapes import examine, shapes
from composer.reports import ArrayReport, RunReport, count_parameters, describe
from composer.views.numbers import humanize, parse_size, size
from composer.views.outputs import output_lines, plain_run
from composer.views.tables import Row, plain_type, summary_rows, summary_text, table
from composer.views.wording import clean, columns, shorten
from tests.views.designs import design, layer, linear, repeated, shared


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (4712, "4.71 k"),
        (9_999, "10.0 k"),
        (61_706, "61.7 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (124_439_808, "124 M"),
        (10**21, "1000 E"),
        (None, "?"),
    ],
)
def test_humanized_numbers(number: int | None, text: str) -> None:
    assert humanize(number) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (497_759_232, "475 MiB"), (None, "?")]
)
def test_sizes_in_bytes(count: int | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [("4096", 4096), ("20GB", 20 * 10**9), ("1.5 GiB", 3 * 2**29), (" 3 kb", 3000), ("7 B", 7), ("2TiB", 2 * 2**40)],
)
def test_sizes_that_people_write(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "much", "-1", "1 iB", "GB", "1e3", "1.GB", "٣x"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size, such as 20 GB or 16 GiB"):
        parse_size(text)


def rows_of(net: Design, **sizes: int) -> dict[str, Row]:
    return {row.path: row for row in summary_rows(net, examine(net), examine(net, sizes))}


def test_rows_of_a_chain() -> None:
    rows = rows_of(design(linear("fc", 4, 8), layer("act", "ReLU")), N=10)
    assert list(rows) == ["", "fc", "act"]
    assert (rows["fc"].parameters, rows["fc"].flops, describe(rows["fc"].output)) == (40, 2 * 10 * 4 * 8, "N×8")
    assert (rows["act"].parameters, rows["act"].flops) == (0, 0)
    assert (rows[""].parameters, rows[""].flops) == (40, 640)


def test_shared_and_tied_ones_count_once() -> None:
    rows = rows_of(shared(), N=1)
    assert rows["2"].shared and rows["2"].parameters == 20 and rows["2"].kind == "= 0"
    assert not rows["3"].shared, "its bias is its own"
    assert rows[""].parameters == 20 + 20 + 4
    assert rows[""].flops == 4 * 32, "but all of them work"


def test_blocks_have_the_sum_of_what_is_inside() -> None:
    rows = rows_of(repeated(), N=1)
    assert rows["grow.1"].kind == "Block"
    assert rows["grow"].parameters == sum(rows[f"grow.{k}"].parameters or 0 for k in range(3))
    assert rows["grow.0.body"].flops == 2 * 2 * 4 * 8
    assert rows[""].flops is not None


@pytest.mark.parametrize("name", templates.names())
def test_totals_of_templates(name: str) -> None:
    net = templates.load(name)
    report = shapes(net)
    total = summary_rows(net, report)[0]
    assert total.parameters == count_parameters(report.tensors)
    assert total.flops is None, "nobody counted them"


def test_unknown_stays_unknown() -> None:
    cut = Op(id="b", kind="Reshape", options={"sizes": (7,)})
    net = design(linear("a"), cut, layer("c", "LazyLinear", out_features=3))
    rows = rows_of(net, N=1)
    assert rows["a"].flops == 32
    assert rows["b"].flops is rows[""].flops is None
    assert rows["c"].parameters is rows[""].parameters is None
    assert "?" in summary_text("Net", list(rows.values()))
    wrong = rows_of(design(layer("fc", "Linear", in_features=4)), N=1)
    assert wrong["fc"].parameters is wrong[""].parameters is None, "a layer that cannot be made"


def test_text_of_the_tied_net() -> None:
    rows = summary_rows(shared(), shapes(shared()), shapes(shared(), {"N": 1}))
    assert summary_text("Net", rows).splitlines() == [
        "     kind        output  parameters  FLOPs",
        "──────────────────────────────────────────",
        "Net  Sequential  N×4             44    128",
        "  0  Linear      N×4             20     32",
        "  1  Linear      N×4             20     32",
        "  2  = 0         N×4           (20)     32",
        "  3  Linear      N×4             20     32",
        "(…) shared or tied with an earlier row: counted once in the totals",
    ]
    assert len(summary_text("Net", rows, depth=0).splitlines()) == 3


def test_columns_are_aligned_whatever_the_letters() -> None:
    lines = table(("name", "n"), [("日本語", "1"), ("e\u0301", "22"), ("\x1b[31m", "3")], right=(1,))
    assert {columns(line) for line in lines} == {14}
    assert lines[-1] == "\\u{1b}[31m   3"


def test_types_for_json() -> None:
    report = shapes(repeated())
    assert plain_type(report.steps["lstm"].output) == [
        {"shape": ["N", 3], "dtype": "float32"},
        [{"shape": [1, 3], "dtype": "float32"}, {"shape": [1, 3], "dtype": "float32"}],
    ]
    assert plain_type(None) is None


def test_wording() -> None:
    assert clean("plain") == "plain"
    assert clean("é\n\t\x7f") == "é⏎⇥\\u{7f}"
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten("\x00" * 50, 6) == "\\u{0}…"


def test_outputs_as_text_and_json() -> None:
    numbers = ArrayReport("output", (2, 3), "float32", (0.5, -12345.678, float("nan"), 0.0, 1e-9, 1.0))
    scalar = ArrayReport("h", (), "complex64", (1 + 2j,))
    report = RunReport(0.0123, "two\x1b", (), (numbers, scalar), ("a", "b"))
    assert list(output_lines(report)) == [
        "data: two\\u{1b}",
        "time: 12.3 ms",
        "output: 2×3 float32",
        "  a:   0.5000 -1.23e+04       nan",
        "  b:        0     1e-09    1.0000",
        "h: scalar complex64",
        "       1+2j",
    ]
    outputs = json.loads(json.dumps(plain_run(report), allow_nan=False))["outputs"]
    assert outputs[0]["values"] == [0.5, -12345.678, "nan", 0.0, 1e-9, 1.0]
    assert outputs[1]["values"] == [[1.0, 2.0]]


def test_large_outputs_are_cut() -> None:
    wide = ArrayReport("output", (30, 20), "int64", tuple(range(600)))
    lines = list(output_lines(RunReport(0.1, "data", (), (wide,))))
    assert lines[-1] == "  … (30 samples)"
    assert lines[3].endswith("9 … (20 values)")
    empty = ArrayReport("output", (0, 3), "int64", ())
    assert list(output_lines(RunReport(0.1, "data", (), (empty,))))[-1] == "output: 0×3 int64"
