"""What a run gave: each image beside what the model says of it, or the numbers where there is no such picture."""

from __future__ import annotations

import base64
import html
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import streamlit as st
from PIL import Image

from composer.reports import ArrayReport, RunReport
from composer.ui.language import _, plural
from composer.ui.messages import escape

_CLASSES = 16  # of which all bars are drawn; of more, none
_VALUES = 8  # of other outputs that are shown
_PIXELS = 64


def show(report: RunReport, initial: bool) -> None:
    """The result of a run, and the file of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{escape(report.data)}. {_duration(report)}", width="stretch")
        numbers = json.dumps(asdict(report), default=str)
        st.download_button(
            _("Numbers (.json)"), numbers, "run.json", key="download:run", type="tertiary", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
    output = report.outputs[0] if len(report.outputs) == 1 else None
    rows = distributions(output) if output else None
    if initial:
        untrained = _("**The weights are initial values: nothing is trained yet.**")
        st.markdown(untrained if rows is None else f"{untrained} {_('The bars show what the model says now.')}")
    if rows is None:
        for each in report.outputs:
            st.markdown(_numbers(each))
        return
    st.html(f'<div class="results">{"".join(_card(report, k, row) for k, row in enumerate(rows))}</div>')


def distributions(output: ArrayReport) -> list[list[float]] | None:
    """For each sample the probability of each class; None where the output is no such thing."""
    if len(output.shape) != 2 or not 2 <= output.shape[1] <= _CLASSES or output.truncated:
        return None
    if not all(isinstance(each, float) and math.isfinite(each) for each in output.values):
        return None
    count, classes = output.shape
    values = [float(each.real) for each in output.values]
    rows = [values[k * classes : (k + 1) * classes] for k in range(count)]
    return rows if all(map(_is_distribution, rows)) else [_softmax(row) for row in rows]


def image(array: ArrayReport, place: int) -> bytes | None:
    """One sample of an input as a PNG, where samples are gray images with values from 0 to 1."""
    size = math.prod(array.shape[1:])
    values = array.values[place * size : (place + 1) * size]
    sides = _sides(array.shape[1:])
    if sides is None or len(values) < size:
        return None
    height, width = sides
    pixels = bytes(round(255 * min(1.0, max(0.0, float(each.real)))) for each in values[: height * width])
    file = io.BytesIO()
    Image.frombytes("L", (width, height), pixels).save(file, "PNG")
    return file.getvalue()


def _sides(shape: Sequence[int]) -> tuple[int, int] | None:
    """Height and width of a sample that is an image, or a row of its pixels."""
    match shape:
        case [*_channels, height, width]:
            return height, width
        case [pixels] if math.isqrt(pixels) ** 2 == pixels:
            return math.isqrt(pixels), math.isqrt(pixels)
    return None


def _is_distribution(row: Sequence[float]) -> bool:
    return all(each >= 0 for each in row) and math.isclose(sum(row), 1.0, abs_tol=1e-4)


def _softmax(row: Sequence[float]) -> list[float]:
    powers = [math.exp(each - max(row)) for each in row]
    return [each / sum(powers) for each in powers]


def _duration(report: RunReport) -> str:
    samples = plural("{number} sample", "{number} samples", report.inputs[0].shape[0] if report.inputs[0].shape else 1)
    return _("{samples} took {time}").format(samples=samples, time=duration(report.seconds))


def duration(seconds: float) -> str:
    """A time to three digits, and never as a power of ten."""
    return f"{1000 * seconds:.3g} ms" if seconds < 0.9995 else f"{seconds:,.2f} s"


def _card(report: RunReport, place: int, row: Sequence[float]) -> str:
    """One sample: its image, what the data says it is, and a bar for each class."""
    label = report.labels[place] if place < len(report.labels) else ""
    picture = image(report.inputs[0], place) if label else None
    title = _("digit {label}").format(label=label) if label else _("sample {number}").format(number=place + 1)
    words = ", ".join(f"{k}: {each:.0%}" for k, each in enumerate(row))
    best = max(range(len(row)), key=row.__getitem__)
    said = _("says {best}, {share:.0%}").format(best=best, share=row[best])
    parts = [f"<figcaption>{html.escape(title)}<span>{html.escape(said)}</span></figcaption>", *_bars(row, best)]
    if picture:
        data = base64.b64encode(picture).decode()
        parts.insert(0, f'<img src="data:image/png;base64,{data}" alt="{html.escape(title)}" width="{_PIXELS}">')
    return f'<figure aria-label="{html.escape(f"{title}: {words}")}">{"".join(parts)}</figure>'


def _bars(row: Sequence[float], best: int) -> Iterator[str]:
    yield '<div class="bars" aria-hidden="true">'
    for k, each in enumerate(row):
        own = ' class="best"' if k == best else ""
        yield f'<span{own} title="{k}: {each:.1%}"><i style="height:{max(1, round(48 * each))}px"></i>{k}</span>'
    yield "</div>"


def _numbers(output: ArrayReport) -> str:
    """An output as a line: its shape, its range and its first values."""
    shape = "×".join(map(str, output.shape)) or _("scalar")
    line = f"**{escape(output.name)}** {escape(shape)} {escape(output.dtype)}"
    finite = [float(each) for each in output.values if not isinstance(each, complex) and math.isfinite(each)]
    if finite:
        mean = sum(finite) / len(finite)
        line += "  \n" + _("from {low:.4g} to {high:.4g}, mean {mean:.4g}").format(
            low=min(finite), high=max(finite), mean=mean
        )
    if len(finite) < len(output.values):
        line += f" · :orange[{_('some values are not finite')}]"
    if output.truncated:
        line += f" · {_('of the first {number:,} values').format(number=len(output.values))}"
    first = ", ".join(f"{each:.4g}" for each in output.values[:_VALUES])
    return f"{line}  \n:gray[{escape(first)}{', …' if len(output.values) > _VALUES else ''}]"
