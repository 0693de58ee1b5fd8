"""A graph as DOT text. Text of the document is always escaped, and names nothing."""

from __future__ import annotations

import html
import textwrap
from collections import defaultdict
from collections.abc import Sequence

import graphviz

from composer.views.elements import Box, Graph, Group, Line
from composer.views.theme import THEMES, Theme, ThemeName, css_class, family
from composer.views.wording import clean, shorten

FONT = "Helvetica,Arial,sans-serif"
_NAME, _LINE, _PROBLEM = 26, 40, 44  # characters that fit
_WIDTH = 118  # points: boxes one below the other look best when most are of one width
_SIGNS = {"Add": "+", "Mul": "×"}


def dot(graph: Graph, theme: ThemeName = "light") -> str:
    """DOT text of `graph`. Ids in the picture are those of `graph.index`."""
    return _Drawing(graph, THEMES[theme]).text()


def plain(text: str) -> str:
    """`text` as an attribute that Graphviz neither reads as HTML nor finds escapes in."""
    return str(graphviz.nohtml(graphviz.escape(clean(text))))


class _Drawing:
    def __init__(self, graph: Graph, theme: Theme) -> None:
        self._graph = graph
        self._theme = theme
        self._merges = {box.id for box in graph.boxes if box.role == "merge"}
        self._ids = {box.id for box in graph.boxes}
        self._boxes: defaultdict[str, list[Box]] = defaultdict(list)  # by the group around them
        self._groups: defaultdict[str, list[Group]] = defaultdict(list)
        for box in graph.boxes:
            self._boxes[box.group].append(box)
        for group in graph.groups:
            self._groups[group.parent].append(group)

    def text(self) -> str:
        theme = self._theme
        drawn = graphviz.Digraph("picture")
        drawn.attr(
            "graph",
            id="picture",
            bgcolor=theme.background,
            fontname=FONT,
            fontsize="11",
            rankdir="TB",
            nodesep="0.28",
            ranksep="0.3",
            pad="0.2",
            compound="true",
            newrank="true",  # branches begin side by side, whatever their length
        )
        drawn.attr(
            "node", fontname=FONT, fontsize="11", fontcolor=theme.text, shape="box", margin="0.12,0.06", height="0.3"
        )
        drawn.attr(
            "edge",
            fontname=FONT,
            fontsize="9",
            fontcolor=theme.muted,
            color=theme.edge,
            arrowsize="0.6",
            penwidth="1.1",
        )
        self._fill(drawn, "", 0)
        for line in self._graph.lines:
            self._line(drawn, line)
        return str(drawn.source)

    def _fill(self, drawn: graphviz.Digraph, group: str, level: int) -> None:
        for box in self._boxes[group]:
            drawn.node(box.id, **self._box(box))
        for each in self._groups[group]:
            with drawn.subgraph(name=f"cluster_{each.id}") as inner:
                inner.attr(**self._group(each, level % 2))
                self._fill(inner, each.id, level + 1)

    def _box(self, box: Box) -> dict[str, str]:
        theme, color = self._theme, family(box.category)
        bad = bool(box.problems) or box.role == "broken"
        attributes = {
            "id": box.id,
            "class": " ".join([css_class(box.category), f"role-{box.role}", *(["problem"] if bad else [])]),
            "style": "rounded,filled",
            "fillcolor": theme.problem_fill if bad else theme.fills[color],
            "color": theme.problem if bad else theme.strokes[color],
            "penwidth": "1.8" if bad else "1.1",
        }
        sign = _SIGNS.get(box.kind) if box.role == "merge" else None
        if sign or box.role == "broken":
            small = {"shape": "circle", "style": "filled", "width": "0.3", "fixedsize": "true", "margin": "0"}
            return (
                attributes
                | small
                | {"label": sign or "?", "fontsize": "14", "fontcolor": theme.problem if bad else theme.text}
            )
        if box.closed:
            attributes["peripheries"] = "2"
        return attributes | {"label": self._label(box)}

    def _label(self, box: Box) -> str:
        """An HTML label: the kind in bold and the id, then smaller lines, all from the left."""
        theme = self._theme
        name = f"  {_font(shorten(box.name, _NAME), theme.muted)}" if box.name else ""
        rows = [f"<B>{_text(shorten(box.kind, _NAME))}</B>{name}"]
        rows += [_font(shorten(line, _LINE), theme.muted, 9) for line in box.lines]
        if box.badges:
            rows.append(f"<I>{_font(' · '.join(box.badges), theme.accent, 9)}</I>")
        problems = box.problems
        if box.closed and len(problems) > 1:
            problems = (f"{len(problems)} problems inside",)
        return _table([*rows, *self._problems(problems)], _WIDTH)

    def _group(self, group: Group, wash: int) -> dict[str, str]:
        theme = self._theme
        classes = [
            css_class(group.category),
            f"role-{group.role}",
            f"wash-{wash}",
            *(["problem"] if group.problems else []),
        ]
        return {
            "id": group.id,
            "class": " ".join(classes),
            "label": self._title(group),
            "labeljust": "l",
            "style": "rounded,filled,dashed" if group.role == "run" else "rounded,filled",
            "fillcolor": theme.washes[wash],
            "color": theme.problem if group.problems else theme.rim,
            "fontcolor": theme.text,
            "margin": "10",
        }

    def _title(self, group: Group) -> str:
        """The title of a group: short, because lines that enter the group pass over what is in the middle.

        A built-in block is told by its merge, or by ×3; only what a use is a use of has to be said.
        """
        theme = self._theme
        words = [f"<B>{_text(shorten(group.name, _NAME))}</B>"]
        if group.role == "use":
            words.append(_font(shorten(group.kind, _NAME), theme.muted))
        if group.times:
            words.append(f"<B>{_text(shorten(group.times, _NAME))}</B>")
        if group.badges:
            words.append(f"<I>{_font(' · '.join(group.badges), theme.accent, 9)}</I>")
        return _table(["  ".join(words), *self._problems(group.problems)], 0)

    def _problems(self, problems: Sequence[str]) -> list[str]:
        """The first problem, over a few lines; the others can be read elsewhere."""
        lines = textwrap.wrap(f"⚠ {clean(problems[0])}", _PROBLEM, max_lines=3, placeholder=" …") if problems else []
        return [_font(line, self._theme.problem, 9) for line in lines]

    def _line(self, drawn: graphviz.Digraph, line: Line) -> None:
        attributes = {"id": line.id, "class": line.role}
        if line.label:
            attributes["label"] = plain(f" {line.label} ")
        if line.role == "same":
            tint = line.tint % len(self._theme.tints)
            attributes |= {"style": "dashed", "dir": "none", "constraint": "false"}
            attributes |= {"class": f"same tint-{tint}", "color": self._theme.tints[tint]}
        tail, head = self._end(line.tail), self._end(line.head)
        if line.role == "data" and line.head not in self._merges:
            attributes["weight"] = "3"  # so that the way through is straight, and the shortcuts go around
        if tail != line.tail:
            attributes["ltail"] = f"cluster_{line.tail}"
        if head != line.head:
            attributes["lhead"] = f"cluster_{line.head}"
        drawn.edge(tail, head, **attributes)

    def _end(self, id: str) -> str:
        """A box to draw a line to: of a group, the first one inside."""
        while id not in self._ids:
            id = self._boxes[id][0].id if self._boxes[id] else self._groups[id][0].id
        return id


def _text(text: str) -> str:
    """`text`, already cleaned, inside an HTML label, where Graphviz would replace `\\N` by the box's id."""
    return html.escape(text).replace("\\", "\\\\")


def _table(rows: Sequence[str], width: int) -> str:
    """HTML rows, from the left, at least `width` points wide."""
    wide = f' WIDTH="{width}"' if width else ""
    cells = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"{wide}>{cells}</TABLE>>'


def _font(text: str, color: str, size: int = 0) -> str:
    points = f' POINT-SIZE="{size}"' if size else ""
    return f'<FONT COLOR="{color}"{points}>{_text(text)}</FONT>'
