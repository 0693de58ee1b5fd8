"""A graph as an SVG that says what it shows: fit for a page, and for a file of its own."""

from __future__ import annotations

import html
import re

from composer.views.dot import dot
from composer.views.elements import Box, Graph
from composer.views.layout import picture
from composer.views.theme import ThemeName
from composer.views.wording import clean

_PART = re.compile(r'<g id="(\w+)" class="[^"]*"[^>]*>\n<title>[^<]*</title>\n')
_TITLE = re.compile(r"<title>[^<]*</title>\n")


def svg(graph: Graph, theme: ThemeName = "light") -> str:
    """The SVG element of `graph`. Every part has its id of `graph.index`, and what it is as its title.

    Raises:
        LayoutError: where Graphviz cannot draw it.
    """
    text = picture(dot(graph, theme), "svg").decode()
    titles = _titles(graph)

    def titled(match: re.Match[str]) -> str:
        title = titles.get(match[1], "")
        return _TITLE.sub("", match[0]) + (f"<title>{html.escape(title)}</title>\n" if title else "")

    return _PART.sub(titled, text[text.index("<svg") :])


def _titles(graph: Graph) -> dict[str, str]:
    """What a pointer on each part, or a screen reader, is told."""
    titles = {"picture": clean(graph.name)}
    for each in graph.parts:
        place = each.name if each.role == "run" else each.spot.instance or each.name
        lines = each.lines if isinstance(each, Box) else ()
        words = [f"{place}: {each.kind}" if place else each.kind, *lines, *each.badges, *each.problems]
        titles[each.id] = clean(" · ".join(words))[:800]
    for line in graph.lines:
        if line.label:
            titles[line.id] = line.label
    return titles
