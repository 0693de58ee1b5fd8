"""Where the time of a pass goes: bars that add up to the whole, the rest labeled overhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from composer.recordings.recording import Breakdown
from composer.views.numbers import duration
from composer.views.timing_figures import Figure
from composer.views.wording import shorten

OVERHEAD = "overhead"
_MOST = 24  # bars; the rest are one
_NAME = 34
_COLOR, _QUIET = "#6366f1", "#9aa3b2"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the whole, in seconds. `kind` is "" for what is no layer or op."""

    path: str
    kind: str
    seconds: float
    part: float


def shares(found: Breakdown) -> tuple[Share, ...]:
    """Every layer and op in the order of the pass, and the overhead: together they are the whole."""
    rows = [Share(row.path, row.kind, taken := found.seconds(row), found.share(taken)) for row in found.rows]
    return (*rows, Share(OVERHEAD, "", found.overhead, found.share(found.overhead)))


def breakdown(found: Breakdown) -> Figure:
    """The longest ones as bars, the others together, and the overhead."""
    *rows, rest = shares(found)
    longest = sorted(rows, key=lambda row: -row.seconds)[:_MOST]
    others = sum(row.seconds for row in rows) - sum(row.seconds for row in longest)
    shown = [*(row for row in rows if row in longest)]
    if len(rows) > len(longest):
        shown.append(Share(f"{len(rows) - len(longest):,} others", "", others, found.share(others)))
    shown.append(rest)
    names = [_name(row) for row in shown]
    whole = duration(found.total)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(shown))),
        "x": [row.seconds for row in shown],
        "marker": {"color": [_COLOR if row.kind else _QUIET for row in shown]},
        "text": [_share(row) for row in shown],
        "textposition": "auto",
        "hovertext": [f"{row.path} {row.kind}<br>{row.part:.2%} of {whole}" for row in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    places = list(range(len(shown)))
    layout = {
        "height": 80 + 22 * len(shown),
        "margin": {"l": 10, "r": 12, "t": 8, "b": 40},
        "xaxis": {"title": {"text": f"seconds of {whole}"}, "exponentformat": "SI"},
        "yaxis": {"tickvals": places, "ticktext": names, "autorange": "reversed", "automargin": True},
    }
    return {"data": [bars], "layout": layout}


def _share(row: Share) -> str:
    """Its time and part of the whole; the overhead is below 0 where watching made the parts seem longer."""
    return f"{duration(row.seconds)} · {row.part:.1%}" if row.seconds > 0 else f"{row.part:.1%}"


def _name(row: Share) -> str:
    return shorten(f"{row.path} {row.kind}".strip(), _NAME)


def longest(rows: Sequence[Share], count: int = 3) -> tuple[Share, ...]:
    """The parts that take most, overhead left out."""
    return tuple(sorted((row for row in rows if row.kind), key=lambda row: -row.seconds)[:count])
