"""Colors of the picture, light and dark: for standalone files in DOT, for the app as CSS.

The app lays a picture out once, in light, and colors it with a stylesheet by the classes that the SVG carries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from composer.views.tints import COLORS

ThemeName = Literal["light", "dark"]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "indigo": ("Convolution",),
    "blue": ("Linear", "Product", "Given weights", "Distance"),
    "violet": ("Transformer",),
    "pink": ("Embedding",),
    "orange": ("Recurrent",),
    "amber": ("Activation", "Function"),
    "green": ("Normalization",),
    "teal": ("Pooling", "Reduction"),
    "cyan": ("Shape", "Reshape", "Padding", "Index", "Join and split"),
    "lime": ("Arithmetic", "Comparison", "Spectral"),
    "stone": ("Parameter", "Tensor", "Loss"),
    "gray": ("Dropout", "Block", "Broken"),
    "slate": ("Use",),
    "ink": ("Input", "Output"),
}
"""Colors, and the categories that have them."""


@dataclass(frozen=True, slots=True)
class Theme:
    """`fills` and `strokes` are by family; groups in groups are filled with the two `washes` by turns.

    `tints` are for what is the same in several places (`composer.views.tints`).
    """

    background: str
    text: str
    muted: str
    edge: str
    washes: tuple[str, str]
    rim: str
    accent: str
    tints: tuple[str, ...]
    problem: str
    problem_fill: str
    fills: Mapping[str, str]
    strokes: Mapping[str, str]


_PALETTE = {  # fill and stroke in light, and in dark
    "indigo": ("#e8ebff", "#8b93f0", "#282c5c", "#7d86f0"),
    "blue": ("#e3f0fe", "#6aaef0", "#16365c", "#4b9be6"),
    "violet": ("#f0eafe", "#a98bf2", "#352663", "#9a7bf0"),
    "pink": ("#fde8f3", "#ec88bd", "#4a1f3d", "#db6ba8"),
    "orange": ("#ffedd9", "#f2a35a", "#4a2c12", "#e08a3c"),
    "amber": ("#fdf3cf", "#dfb32e", "#423409", "#c79a1c"),
    "green": ("#e1f7e7", "#6cc98a", "#15402a", "#46b06c"),
    "teal": ("#d8f5f0", "#48bfae", "#0f3f3b", "#2fa595"),
    "cyan": ("#dcf5fa", "#4bbcd6", "#0e3c49", "#2fa3bf"),
    "lime": ("#eef8d4", "#a3c944", "#303d0d", "#8fb52e"),
    "stone": ("#f3f1ee", "#b5aca3", "#35312d", "#94897d"),
    "gray": ("#f1f3f5", "#adb5bd", "#2a303a", "#78838f"),
    "slate": ("#e9eef5", "#8ea3bd", "#27344a", "#7389a6"),
    "ink": ("#ffffff", "#64748b", "#161d2b", "#8494ab"),
}


def _palette(column: int) -> dict[str, str]:
    return {name: colors[column] for name, colors in _PALETTE.items()}


THEMES: Mapping[ThemeName, Theme] = {
    "light": Theme(
        background="#ffffff",
        text="#0f172a",
        muted="#55627a",
        edge="#94a3b8",
        washes=("#f4f6f9", "#ffffff"),
        rim="#cbd5e1",
        accent="#7c3aed",
        tints=COLORS["light"],
        problem="#dc2626",
        problem_fill="#fef2f2",
        fills=_palette(0),
        strokes=_palette(1),
    ),
    "dark": Theme(
        background="#0f1420",
        text="#e8edf5",
        muted="#9aa8bd",
        edge="#64748b",
        washes=("#171e2c", "#0f1420"),
        rim="#3b485e",
        accent="#b69cff",
        tints=COLORS["dark"],
        problem="#f87171",
        problem_fill="#451a1e",
        fills=_palette(2),
        strokes=_palette(3),
    ),
}


@cache
def family(category: str) -> str:
    """The color of a category; gray for one that has none yet."""
    return next((name for name, categories in FAMILIES.items() if category in categories), "gray")


def css_class(category: str) -> str:
    """`kind-join-and-split` for `Join and split`."""
    return f"kind-{re.sub(r'[^a-z0-9]+', '-', category.lower()).strip('-')}"


def stylesheet(name: ThemeName, scope: str = ".graph-picture") -> str:
    """CSS below the selector `scope` that gives an SVG drawn in light the colors of a theme."""
    theme, light = THEMES[name], THEMES["light"]
    texts = zip(_inks(light), _inks(theme), strict=True)
    rules = [
        f"{scope} .graph > polygon {{ fill: none; stroke: none; }}",
        *(f'{scope} text[fill="{drawn}"] {{ fill: {wanted}; }}' for drawn, wanted in texts),
        f"{scope} .edge path {{ stroke: {theme.edge}; }}",
        f"{scope} .edge polygon {{ fill: {theme.edge}; stroke: {theme.edge}; }}",
        *(f"{scope} .edge.tint-{k} path {{ stroke: {color}; }}" for k, color in enumerate(theme.tints)),
    ]
    for number, fill in enumerate(theme.washes):
        rules.append(f"{scope} .cluster.wash-{number} > path {{ fill: {fill}; stroke: {theme.rim}; }}")
    for each, categories in FAMILIES.items():
        nodes = [f"{scope} .node.{css_class(category)}" for category in categories]
        rules.append(_shapes(nodes, f"fill: {theme.fills[each]};", first=True))
        rules.append(_shapes(nodes, f"stroke: {theme.strokes[each]};"))
    rules.append(_shapes([f"{scope} .node.problem"], f"fill: {theme.problem_fill};", first=True))
    rules.append(_shapes([f"{scope} .node.problem", f"{scope} .cluster.problem"], f"stroke: {theme.problem};"))
    return "\n".join(rules) + "\n"


def _inks(theme: Theme) -> tuple[str, ...]:
    return theme.text, theme.muted, theme.accent, theme.problem


def _shapes(selectors: list[str], style: str, first: bool = False) -> str:
    """A rule for the outlines of nodes; a closed box has two, of which the first is filled."""
    which = ":first-of-type" if first else ""
    shapes = [f"{selector} > {shape}{which}" for selector in selectors for shape in ("path", "ellipse")]
    return f"{', '.join(shapes)} {{ {style} }}"
