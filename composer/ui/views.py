"""The picture of a design that can be clicked, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import streamlit as st

from composer.design.text import loads
from composer.ui import consent, models, state
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.outbox import fresh
from composer.views.dot import dot
from composer.views.elements import Box, Graph, Group
from composer.views.graph import Opened, graph
from composer.views.layout import Format, LayoutError, picture
from composer.views.places import feeding, nearest
from composer.views.svg import svg
from composer.views.theme import THEMES, stylesheet

_drawing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="drawing")
_MANY = 2_000  # boxes, beyond which no more are asked for


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and for the id of each part in it what the component knows of that."""

    svg: str
    graph: Graph
    parts: Mapping[str, Mapping[str, object]]


@cache
def component(name: str, style: str = "") -> Any:
    """A component of ours, by the name of its files. `style`: it has the style sheet of another one."""
    return st.components.v2.component(f"composer.{name}", js=f"{name}.js", css=f"{style or name}.css")


def begin_graph(document: state.Document) -> Future[Drawn]:
    """Begin to draw the graph, in a process of its own, while the rest of the page is drawn."""
    failure = models.preview(document.text).failure
    return _drawing.submit(_drawn, document.text, failure, state.opened(), consent.allowed(document.design))


def show_graph(document: state.Document, drawing: Future[Drawn]) -> None:
    """The graph, laid out once per design; a place that is selected changes nothing in it."""
    try:
        drawn = drawing.result()
    except LayoutError as error:
        st.error(escape(str(error)), icon=":material/schema:")
        return
    path = state.selected()
    data = {
        "id": document.id,
        "svg": drawn.svg,
        "parts": drawn.parts,
        "selected": path,
        "marked": nearest(drawn.graph.places, path),
        "feeds": feeding(drawn.graph, path),
        "acks": dict(document.acks),
        "levels": _levels(document, drawn.graph),
        "styles": _styles(),
        "words": _words(document.design.name, path, drawn.graph.depth),
    }
    component("graph")(
        key=state.GRAPH,
        data=data,
        height="stretch",
        on_select_change=lambda: state.select_from(state.GRAPH),
        on_toggle_change=state.toggle_from_graph,
        on_depth_change=state.deepen_from_graph,
        on_wire_change=lambda: _connect(document),
    )


def _connect(document: state.Document) -> None:
    """Apply the wires that were clicked, in the component's callback."""
    message = state.said(state.GRAPH, "wire")
    if isinstance(message, dict):
        for entry in fresh(document, message):
            state.change(document, entry["operations"])


def drawing(text: str, format: Format) -> bytes:
    """The picture of the design that `text` says, as a file."""
    return picture(dot_text(text), format)


def dot_text(text: str) -> str:
    """The DOT text of the design that `text` says."""
    return dot(graph(loads(text), models.preview(text).report))


@lru_cache(maxsize=16)
def _drawn(text: str, failure: str, opened: Opened, run_code: bool) -> Drawn:
    """The picture of a design. One without shapes, because of a `failure` or of code that may not run, is another."""
    drawn = graph(loads(text), models.preview(text).report, opened=opened)
    return Drawn(svg(drawn), drawn, {each.id: _part(each) for each in drawn.parts if each.role != "broken"})


def _part(part: Box | Group) -> Mapping[str, object]:
    """The path to select, what it is called, a key that stays, and the group around it.

    And where it can be opened or closed, what by, and whether it is open.
    """
    spot, is_open = part.spot, isinstance(part, Group)
    around = part.parent if isinstance(part, Group) else part.group
    known = {"path": spot.path, "role": part.role, "name": part.name, "group": around}
    known["key"] = spot.instance or part.name
    folds = spot.instance and (is_open or (isinstance(part, Box) and part.closed))
    return {**known, "fold": spot.instance, "open": is_open} if folds else known


def _levels(document: state.Document, drawn: Graph) -> dict[str, object]:
    """How deep blocks are opened, whether a person chose that, and whether there is more to open."""
    opened = state.opened()
    return {
        "depth": drawn.depth,
        "chosen": opened.depth is not None,
        "deeper": drawn.deeper and len(drawn.boxes) < _MANY,
        "uses": opened.uses,
        "used": bool(document.design.definitions),
    }


@cache
def _styles() -> str:
    """The colors of both themes, below the attribute that the component sets."""
    return "".join(stylesheet(name, f'.frame[data-theme="{name}"]') for name in THEMES)


def _words(name: str, path: str, depth: int) -> dict[str, str]:
    return {
        "graph": _("Graph of {name}").format(name=name),
        "tools": _("Blocks and zoom"),
        "zoomIn": _("Zoom in (+)"),
        "zoomOut": _("Zoom out (−)"),
        "toggle": _("Open or close the selected block, or the one around (e, or double-click)"),
        "wire": _("Choose by clicks what feeds the selected node (i)"),
        "hint": _("Click what feeds {id}, again what no longer does. Esc ends.").format(id=path.rpartition(".")[2]),
        "shallower": _("Open one level of blocks less (<)"),
        "fitting": _("Levels of blocks that are open: {depth}. As many as fit").format(depth=depth),
        "deeper": _("Open one level of blocks more (>)"),
        "uses": _("Open what uses of definitions stand for (u)"),
        "fit": _("Show all of it (0)"),
    }
