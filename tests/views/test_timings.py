"""Recordings as text."""

from __future__ import annotations

import pytest

from composer.recordings.recording import Breakdown, Point, Row, Samples, Series
from composer.views.numbers import duration
from composer.views.timings import recording_lines
from tests.recordings.building import copies, recording, series


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.5, "2.50 s"),
        (120.0, "120 s"),
        (0.0312, "31.2 ms"),
        (1.559e-6, "1.56 µs"),
        (2e-9, "2.00 ns"),
        (-0.0312, "−31.2 ms"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_all_of_a_recording_is_said() -> None:
    failed = Series(what="product", device="cuda:0", points=(Point(x=8192, failure="out of memory\x1b[31m"),), note="n")
    rows = tuple(Row(path=f"layer{k}", kind="Linear", samples=(0.001,)) for k in range(30))
    broken = Breakdown(what="forward", device="cpu", batch=4, whole=Samples(samples=(0.04,)), rows=rows)
    missing = Breakdown(what="backward", device="cpu", batch=4, failure="out of memory on cpu at 4")
    found = recording(
        series("cpu", 1e-6), copies("cpu", 2**20, 1e-3), failed, breakdowns=(missing, broken), design="Net"
    )
    lines = list(recording_lines(found))
    assert lines[:5] == [
        "matmul Net 2026-01-31T23:59:59Z",
        "A processor, 4 processors, load 0.5",
        "torch 2.13.0, Python 3.12.1, CUDA 12.8",
        "1 thread; at most 2 s a point, until the median is sure",
        "cuda:0: A GPU, 64.0 GiB",
    ]
    assert "  n           8    1.00 µs  (1.00 µs to 1.00 µs, 1 sample of 1 call)  1.02 GFLOP/s" in lines
    assert any(line.endswith("2.10 GB/s") for line in lines)
    assert "\x1b" not in "".join(lines) and any("out of memory" in line for line in lines)
    assert "    2.5%    1.00 ms  layer0 Linear" in lines
    assert "cpu: a backward pass with batch size 4 by layer: out of memory on cpu at 4" in lines
    assert "cpu: a forward pass with batch size 4 by layer, 40.0 ms in all" in lines
    assert lines[-2:] == [
        "   25.0%    10.0 ms  (10 others)",
        "   25.0%    10.0 ms  overhead: what is between them",
    ]
