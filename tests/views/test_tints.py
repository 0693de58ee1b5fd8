"""What is the same has one number, in the tree and in tables of parameters."""

from __future__ import annotations

from composer.design.document import Definition, Design
from composer.design.nodes import Sequential, Shared, Use
from composer.engine.shapes import shapes
from composer.views.theme import stylesheet
from composer.views.tints import COLORS, TINTS, parameter_tints, tints
from tests.build import chain, linear


def design() -> Design:
    inner = Definition(name="D", body=Sequential(nodes=(linear("in", 4, 4), Shared(id="same", of="in"))))
    nodes = (linear("a", 4, 4), Use(id="u", of="D"), Use(id="v", of="D"), Shared(id="again", of="a"))
    ends = (linear("b", 4, 4), linear("c", 4, 4))
    return chain(*nodes, *ends, definitions=(inner,), ties=(("b.weight", "c.weight"),))


def test_paths() -> None:
    found = tints(design())
    assert found["a"] == found["again"] != found["u"] == found["v"] == found[".D"]
    assert found["b"] == found["c"] == found["b.weight"] == found["c.weight"]
    assert len({found[path] for path in ("a", "u", "b", ".D.in")}) == 4


def test_parameters_have_the_numbers_of_what_they_share() -> None:
    rows = shapes(design()).tensors
    found = parameter_tints(design(), {row.name: row.owner or row.name for row in rows})
    known = tints(design())
    assert found["a.weight"] == found["again.weight"] == found["a.bias"] == known["a"]
    assert found["b.weight"] == found["c.weight"] == known["b"]
    assert "b.bias" not in found
    assert found["u.in.weight"] == found["u.same.weight"] != found["v.in.weight"] == found["v.same.weight"]
    assert found["u.in.weight"] not in known.values()


def test_every_number_has_a_color_in_every_theme() -> None:
    assert {len(colors) for colors in COLORS.values()} == {TINTS}
    for name, colors in COLORS.items():
        assert all(f"tint-{k} path {{ stroke: {color}; }}" in stylesheet(name) for k, color in enumerate(colors))  # type: ignore[arg-type]
