"""DOT text and SVG: safe whatever a document says, and with ids that lead back to it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from composer import templates
from composer.catalog import CATEGORIES
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Layer, Sequential, Shared, Use
from composer.engine.shapes import shapes
from composer.errors import Problem
from composer.views.dot import dot
from composer.views.elements import Graph
from composer.views.graph import Opened, graph
from composer.views.layout import picture
from composer.views.svg import svg
from composer.views.theme import FAMILIES, THEMES, css_class, family, stylesheet
from tests.build import chain
from tests.strategies import designs
from tests.views.designs import design, linear, repeated, shared

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    *(chr(code) for code in range(32, 127) if chr(code) not in ".x"),
    *("\\N", "\\\\N", "\\G\\E\\T\\H\\L", "\\n\\l\\r", "a\\", "&lt;", "&#65;", "<b>x</b>", "<<TABLE>>", "]]>", "<!--"),
    *("</svg><script>", '"];evil[label="', "n0", "cluster_g0", "node", "日本語", "é" * 20),
]
UNSEEN = {
    "a\nb": "a⏎b",
    "\x1b[31m": "\\u{1b}[31m",
    "\u202edex": "\\u{202e}dex",
    "\x00": "\\u{0}",
    "\ufffe": "\\u{fffe}",
}


def parsed(drawn: Graph) -> dict[str, ElementTree.Element]:
    """Every part of the SVG that has an id."""
    tree = ElementTree.fromstring(svg(drawn))
    return {each.attrib["id"]: each for each in tree.iter(f"{SVG}g") if "id" in each.attrib}


def text_of(element: ElementTree.Element) -> str:
    return "".join(each.text or "" for each in element.findall(f"{SVG}text")).replace("\xa0", " ")


@pytest.mark.parametrize("ids", [HOSTILE, list(UNSEEN)], ids=["hostile", "unseen"])
def test_any_id_is_shown_and_means_nothing(ids: list[str]) -> None:
    net = Design(
        name='"><script>',
        inputs=(Input(name="an input", shape=("N", 4)),),
        root=Sequential(nodes=tuple(Layer(id=id, kind="ReLU") for id in ids)),
    )
    drawn = graph(net)
    parts = parsed(drawn)
    assert set(parts) == {*drawn.index, "picture"}
    for box in drawn.boxes[1:-1]:
        assert text_of(parts[box.id]).removeprefix("ReLU").strip() == UNSEEN.get(box.name, box.name).strip()
        assert parts[box.id].find(f"{SVG}title").text.startswith(UNSEEN.get(box.name, box.name))  # type: ignore[union-attr]


@settings(max_examples=25)
@given(designs())
def test_every_id_of_a_random_design_is_in_its_picture(random: Design) -> None:
    drawn = graph(random, shapes(random), opened=Opened(depth=32, uses=True))
    assert set(parsed(drawn)) == {*drawn.index, "picture"}


def test_classes_say_what_a_part_is() -> None:
    drawn = graph(shared(), None, [Problem("1", "test", "<this>", "that")])
    classes = {id: part.attrib["class"].split() for id, part in parsed(drawn).items()}
    one = next(box for box in drawn.boxes if box.name == "1")
    assert classes[one.id] == ["node", "kind-linear", "role-layer", "problem"]
    (dashed,) = {line.id for line in drawn.lines if line.role == "same"} - {drawn.lines[-1].id}
    assert classes[dashed] == ["edge", "same", "tint-0"]
    assert "⚠ expects <this>, received that" in text_of(parsed(drawn)[one.id])


def test_groups_are_clusters_with_titles() -> None:
    drawn = graph(repeated(), opened=Opened(depth=32, uses=True))
    parts = parsed(drawn)
    assert [text_of(parts[group.id]).split() for group in drawn.groups] == [
        ["first", "Block"],
        ["body"],
        ["grow", "×3"],
        ["0", "Block"],
        ["body"],
        ["both"],
        ["right"],
    ]
    assert all("cluster" in parts[group.id].attrib["class"] for group in drawn.groups)


def test_long_texts_are_cut() -> None:
    drawn = graph(design(linear("i" * 100)), None, [Problem("i" * 100, "test", "word " * 100, "that")])
    labels = re.findall(r"label=<(.*)>", dot(drawn))
    assert max(len(re.sub(r"<[^>]*>", "", label)) for label in labels) < 200


@pytest.mark.parametrize("name", templates.names())
def test_templates_are_drawn(name: str) -> None:
    net = templates.load(name)
    for theme in THEMES:
        assert len(svg(graph(net, shapes(net)), theme)) > 1000


def test_themes_differ_in_colors_alone() -> None:
    drawn = graph(repeated())
    light, dark = dot(drawn, "light"), dot(drawn, "dark")
    assert light != dark
    assert re.sub(r"#\w{6}", "", light) == re.sub(r"#\w{6}", "", dark)
    assert THEMES["dark"].background.encode() in picture(dark)


def test_the_same_design_gives_the_same_text() -> None:
    first, second = (dot(graph(repeated(), shapes(repeated()))) for _ in range(2))
    assert first == second


def test_every_category_has_a_color() -> None:
    known = {category for categories in FAMILIES.values() for category in categories}
    assert set(CATEGORIES) <= known
    assert family("a new one") == "gray"
    assert css_class("Join and split") == "kind-join-and-split"


def test_the_stylesheet_colors_what_is_drawn_in_light() -> None:
    css = stylesheet("dark", "#here")
    assert all(line.startswith("#here ") for line in css.splitlines())
    for drawn, wanted in ((THEMES["light"].text, THEMES["dark"].text), (THEMES["light"].muted, THEMES["dark"].muted)):
        assert f'text[fill="{drawn}"] {{ fill: {wanted}; }}' in css
    assert ".node.kind-convolution > path" in css


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_texts_can_be_read(theme: object) -> None:
    """The contrast of WCAG AA for what is written on every fill."""
    from composer.views.theme import Theme

    assert isinstance(theme, Theme)
    for fill in (*theme.fills.values(), *theme.washes, theme.background):
        for ink in (theme.text, theme.muted, theme.accent):
            assert _contrast(ink, fill) >= 4.5, (ink, fill)
    assert _contrast(theme.problem, theme.problem_fill) >= 4.4


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear_ones = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear_ones, strict=True))


def test_an_empty_definition_that_is_shared_can_be_opened() -> None:
    empty = Definition(name="Empty", body=Sequential())
    of_empty = chain(Use(id="u", of="Empty"), Shared(id="s", of="u"), definitions=(empty,))
    drawn = graph(of_empty, None, (), Opened(uses=True))
    assert "Empty" in dot(drawn, "light")
