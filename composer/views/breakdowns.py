"""Where the time of a pass goes: bars that add up to the whole, the rest labeled overhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from composer.recordings.recording import Breakdown
from composer.views.numbers import duration
from composer.views.timing_axes import QUIET
from composer.views.timing_figures import Figure
from composer.views.wording import shorten

OVERHEAD = "overhead"
_MOST = 24  # bars; the rest are one
_NAME = 34
_COLOR = "#6366f1"
_TEXT = 120  # pixels for what is written beside the longest bar


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
        "marker": {"color": [_COLOR if row.kind else QUIET for row in shown]},
        "text": [_share(row) for row in shown],
        "textposition": "outside",
        "textfont": {"size": 12},
        "cliponaxis": False,
        "hovertext": [f"{row.path} {row.kind}<br>{row.part:.2%} of {whole}" for row in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    places = list(range(len(shown)))
    layout = {
        "height": 110 + 22 * len(shown),
        "margin": {"l": 10, "r": _TEXT, "t": 32, "b": 40},
        "xaxis": {"title": {"text": f"seconds of {whole}"}, "exponentformat": "SI", "range": _range(shown)},
        "yaxis": {"tickvals": places, "ticktext": names, "autorange": "reversed", "automargin": True},
    }
    return {"data": [bars], "layout": layout}


def explained(found: Breakdown) -> str:
    """Which pass it is, and what its overhead is."""
    which = {
        "forward": "A forward pass in eval mode, without gradients.",
        "backward": "A backward pass in train mode, from the mean of the squared outputs; a row is what computes the "
        "gradients of that layer or op.",
    }[found.what]
    part = found.share(found.overhead)
    if part < 0:
        return (
            f"{which} The parts, which were timed apart, sum to more than the whole: to {1 - part:.0%} of it. So the "
            f"overhead is {_signed(f'{part:.0%}')}: too small to be told."
        )
    between = {"forward": "the Python between layers", "backward": "what autograd does between its nodes"}[found.what]
    return f"{which} Overhead is {between}."


def part_rows(found: Breakdown) -> dict[str, list[str] | list[float]]:
    """Columns for a page: every layer and op, and the overhead; seconds as µs, parts as percent."""
    rows = shares(found)
    return {
        "path": [row.path for row in rows],
        "kind": [row.kind for row in rows],
        "time": [row.seconds * 1e6 for row in rows],
        "part": [row.part * 100 for row in rows],
    }


def _range(shown: Sequence[Share]) -> list[float]:
    """From the shortest to the longest bar, with room for the text of one below 0."""
    low, high = min(0.0, *(row.seconds for row in shown)), max(row.seconds for row in shown)
    return [low - 0.2 * (high - low) if low < 0 else 0.0, high]


def _share(row: Share) -> str:
    """Its time and part of the whole; the overhead is below 0 where watching made the parts seem longer."""
    return f"{duration(row.seconds)} · {_signed(f'{row.part:.1%}')}"


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _name(row: Share) -> str:
    return shorten(f"{row.path} {row.kind}".strip(), _NAME)


def longest(rows: Sequence[Share], count: int = 3) -> tuple[Share, ...]:
    """The parts that take most, overhead left out."""
    return tuple(sorted((row for row in rows if row.kind), key=lambda row: -row.seconds)[:count])
