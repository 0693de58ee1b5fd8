"""Colors of the picture, light and dark: for standalone files in DOT, for the app as CSS.

The app lays a picture out once, in light, and colors it by the classes that the SVG carries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark"]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "indigo": ("Convolution",),
    "blue": ("Linear", "Product", "Distance"),
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
    """`fills` and `strokes` are by family; groups in groups are filled with the two `washes` by turns."""

    background: str
    text: str
    muted: str
    edge: str
    washes: tuple[str, str]
    rim: str
    accent: str
    problem: str
    problem_fill: str
    fills: Mapping[str, str]
    strokes: Mapping[str, str]


def _families(text: str) -> dict[str, str]:
    return dict(zip(FAMILIES, text.split(), strict=True))


THEMES: Mapping[ThemeName, Theme] = {
    "light": Theme(
        background="#ffffff",
        text="#0f172a",
        muted="#64748b",
        edge="#94a3b8",
        washes=("#f4f6f9", "#ffffff"),
        rim="#cbd5e1",
        accent="#7c3aed",
        problem="#dc2626",
        problem_fill="#fef2f2",
        fills=_families(
            "#e8ebff #e3f0fe #f0eafe #fde8f3 #ffedd9 #fdf3cf #e1f7e7 #d8f5f0 #dcf5fa #eef8d4 #f3f1ee #f1f3f5 #e9eef5 #ffffff"
        ),
        strokes=_families(
            "#8b93f0 #6aaef0 #a98bf2 #ec88bd #f2a35a #dfb32e #6cc98a #48bfae #4bbcd6 #a3c944 #b5aca3 #adb5bd #8ea3bd #64748b"
        ),
    ),
    "dark": Theme(
        background="#0f1420",
        text="#e8edf5",
        muted="#9aa8bd",
        edge="#64748b",
        washes=("#171e2c", "#0f1420"),
        rim="#3b485e",
        accent="#b69cff",
        problem="#f87171",
        problem_fill="#451a1e",
        fills=_families(
            "#282c5c #16365c #352663 #4a1f3d #4a2c12 #423409 #15402a #0f3f3b #0e3c49 #303d0d #35312d #2a303a #27344a #161d2b"
        ),
        strokes=_families(
            "#7d86f0 #4b9be6 #9a7bf0 #db6ba8 #e08a3c #c79a1c #46b06c #2fa595 #2fa3bf #8fb52e #94897d #78838f #7389a6 #8494ab"
        ),
    ),
}


def family(category: str) -> str:
    """The color of a category; gray for one that has none yet."""
    return next((name for name, categories in FAMILIES.items() if category in categories), "gray")


def css_class(category: str) -> str:
    """`kind-join-and-split` for `Join and split`."""
    return f"kind-{re.sub(r'[^a-z0-9]+', '-', category.lower()).strip('-')}"


def stylesheet(name: ThemeName, scope: str = ".graph-picture") -> str:
    """CSS that colors an SVG of `composer.views.dot`, whatever theme it was drawn in, below the selector `scope`."""
    theme = THEMES[name]
    rules = [
        f"{scope} .graph > polygon {{ fill: none; stroke: none; }}",
        f"{scope} text {{ fill: {theme.text}; }}",
        f"{scope} .node text ~ text, {scope} .edge text {{ fill: {theme.muted}; }}",
        f"{scope} .edge path {{ stroke: {theme.edge}; }}",
        f"{scope} .edge polygon {{ fill: {theme.edge}; stroke: {theme.edge}; }}",
        f"{scope} .edge.same path {{ stroke: {theme.accent}; }}",
        *(f"{scope} .cluster.wash-{k} > path {{ fill: {fill}; stroke: {theme.rim}; }}" for k, fill in enumerate(theme.washes)),
    ]
    for each, categories in FAMILIES.items():
        shapes = ", ".join(
            f"{scope} .node.{css_class(category)} > {shape}"
            for category in categories
            for shape in ("path", "polygon", "ellipse")
        )
        rules.append(f"{shapes} {{ fill: {theme.fills[each]}; stroke: {theme.strokes[each]}; }}")
    shapes = ", ".join(f"{scope} .problem > {shape}" for shape in ("path", "polygon", "ellipse"))
    rules.append(f"{shapes} {{ stroke: {theme.problem}; }}")
    rules.append(f"{scope} .node.problem > path {{ fill: {theme.problem_fill}; }}")
    return "\n".join(rules) + "\n"
