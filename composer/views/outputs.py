"""What came out of a run, as text for a terminal and as plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict

from composer.reports import ArrayReport, RunReport
from composer.views.numbers import plain
from composer.views.wording import clean

_ROWS, _VALUES = 16, 10  # that are printed of one tensor


def output_lines(report: RunReport) -> Iterator[str]:
    """The data, and the first values of each output, sample by sample."""
    yield clean(f"data: {report.data}")
    yield f"time: {1000 * report.seconds:.1f} ms"
    for array in report.outputs:
        yield clean(f"{array.name}: {'×'.join(map(str, array.shape)) or 'scalar'} {array.dtype}")
        yield from _samples(array, report.labels)


def _samples(array: ArrayReport, labels: tuple[str, ...]) -> Iterator[str]:
    """One line for each sample, with its label where there is one for each."""
    samples = array.shape[0] if array.shape else 1
    width = math.prod(array.shape[1:])
    if not samples or not width:
        return
    labelled = len(labels) == samples and bool(array.shape)
    for k in range(min(samples, _ROWS)):
        values = array.values[k * width : (k + 1) * width]
        shown = " ".join(f"{_text(value):>9}" for value in values[:_VALUES])
        rest = f" … ({width:,} values)" if width > _VALUES else ""
        yield f"  {clean(labels[k]) + ':' if labelled else ''}{shown}{rest}"
    if samples > _ROWS:
        yield f"  … ({samples:,} samples)"


def _text(value: float | complex) -> str:
    if isinstance(value, bool | int):
        return str(value)
    return f"{value:.4f}" if isinstance(value, float) and 1e-3 <= abs(value) < 1e4 else f"{value:.3g}"


def plain_run(report: RunReport) -> dict[str, object]:
    """The run for JSON: without the inputs, and with numbers that JSON has no word for as text."""
    outputs = [{**asdict(each), "values": [plain(value) for value in each.values]} for each in report.outputs]
    return {"data": report.data, "seconds": report.seconds, "labels": list(report.labels), "outputs": outputs}
