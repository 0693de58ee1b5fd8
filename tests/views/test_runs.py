"""Blocks of very many nodes, drawn as runs of them."""

from __future__ import annotations

import dataclasses

import pytest

from composer.design.document import Design
from composer.design.lower import lower
from composer.design.nodes import Op, Parallel, Sequential, Shared, Use
from composer.design.plan import BlockPlan, Step
from composer.engine.shapes import examine, shapes
from composer.errors import Problem
from composer.views.dot import dot
from composer.views.elements import Box, Graph
from composer.views.graph import Opened, graph
from composer.views.places import nearest
from composer.views.runs import CROWDED, divided
from composer.views.svg import svg
from tests.benchmarks.designs import thousand_layers
from tests.views.designs import design, layer, linear, repeated

RUNS = Opened(runs=True)


def names(drawn: Graph) -> list[str]:
    return [f"{box.kind} {box.name}".strip() for box in drawn.boxes]


def lines(drawn: Graph) -> list[tuple[str, str, str]]:
    known = {box.id: box.name or box.role for box in drawn.boxes}
    return [(known[line.tail], known[line.head], line.label) for line in drawn.lines if line.role == "data"]


def box(drawn: Graph, name: str) -> Box:
    return next(each for each in drawn.boxes if each.name == name)


def test_a_thousand_layers_are_ten_boxes() -> None:
    net = thousand_layers()
    drawn = graph(net, shapes(net), opened=RUNS)
    assert names(drawn)[1:-1] == [f"100 nodes {k} … {k + 99}" for k in range(0, 1000, 100)]
    assert box(drawn, "0 … 99").lines == ("50 Linear · 50 ReLU",)
    assert lines(drawn)[:3] == [
        ("x", "0 … 99", "N×8"),
        ("0 … 99", "100 … 199", "N×58"),
        ("100 … 199", "200 … 299", "N×8"),
    ]
    assert lines(drawn)[-1] == ("900 … 999", "output", "N×8"), "the shape that leaves the last node"
    assert len(svg(drawn)) < 100_000
    assert len(graph(net).boxes) == 1002, "a file shows all"


def test_a_run_opens_and_closes_around_its_nodes() -> None:
    net = thousand_layers()
    opened = dataclasses.replace(RUNS, expanded=frozenset({"..3"}))
    drawn = graph(net, shapes(net), opened=opened)
    (group,) = drawn.groups
    assert (group.role, group.name, group.spot.instance) == ("run", "300 … 399", "..3")
    inside = [each.name for each in drawn.boxes if each.group == group.id]
    assert inside == [str(k) for k in range(300, 400)]
    assert ("200 … 299", "300", "N×58") in lines(drawn) and ("399", "400 … 499", "N×8") in lines(drawn)
    assert 'style="rounded,filled,dashed"' in dot(drawn)
    closed = graph(net, opened=dataclasses.replace(opened, collapsed=frozenset({"..3"})))
    assert not closed.groups


def test_what_is_expanded_inside_of_a_run_opens_it() -> None:
    nodes = [linear(f"a{k}") for k in range(130)]
    net = design(*nodes[:60], Sequential(id="s", nodes=(linear("b"),)), *nodes[60:])
    drawn = graph(net, opened=dataclasses.replace(RUNS, expanded=frozenset({"s"})))
    assert [group.name for group in drawn.groups] == ["a0 … a98", "s"]
    assert names(drawn)[-2] == "31 nodes a99 … a129"


@pytest.mark.parametrize("count", [121, 200, 1001, 1021, 2999, 5000])
def test_every_node_is_in_one_run_and_runs_are_few(count: int) -> None:
    net = design(*(layer(f"n{k}", "ReLU") for k in range(count)))
    steps = _steps(net)
    runs = divided(steps, "")
    assert [step for run in runs for step in run.steps] == steps
    assert 1 < len(runs) <= 30
    assert all(len(run.steps) > CROWDED - 100 for run in runs)
    assert len({run.key for run in runs}) == len(runs)
    for run in runs:
        for inner in divided(run.steps, run.key):
            assert len(inner.steps) <= CROWDED, "the next time it is opened"


def _steps(net: Design) -> list[Step]:
    root = lower(net).root
    assert isinstance(root, BlockPlan)
    return list(root.steps)


def test_few_nodes_are_no_runs() -> None:
    net = design(*(layer(f"n{k}", "ReLU") for k in range(CROWDED)))
    assert len(graph(net, opened=RUNS).boxes) == CROWDED + 2


def test_each_value_that_crosses_a_border_is_one_line() -> None:
    nodes = [linear(f"a{k}") for k in range(100)]
    wide = linear("wide", 4, 7, "a0")
    reads = [Op(id=f"add{k}", kind="Add", inputs=("a0", "a99", "a1")) for k in range(99)]
    net = design(*nodes, wide, *reads)
    drawn = graph(net, shapes(net), opened=RUNS)
    assert lines(drawn) == [
        ("image", "a0 … a99", "N×4"),
        *[("a0 … a99", "wide … add98", "N×4")] * 3,
        ("wide … add98", "output", "N×4"),
    ], "of a0, a99 and a1: not one for each node that reads them"


def test_very_many_values_to_one_box_are_one_line() -> None:
    net = design(Parallel(id="p", merge="add", nodes=tuple(linear(f"a{k}") for k in range(130))))
    drawn = graph(net, shapes(net), opened=dataclasses.replace(RUNS, depth=1))
    assert lines(drawn) == [
        ("image", "a0 … a99", "N×4"),
        ("image", "a100 … a129", "N×4"),
        ("a0 … a99", "merge", "100 values"),
        ("a100 … a129", "merge", "30 values"),
        ("merge", "output", "N×4"),
    ]


def test_problems_of_a_run_are_counted() -> None:
    nodes = [linear(f"a{k}") for k in range(130)]
    net = design(*nodes)
    problems = [Problem(path, "test", "this", "that") for path in ("a3", "a98", "a120")]
    for report in (shapes(net), None):
        drawn = graph(net, report, problems, RUNS)
        assert [len(each.problems) for each in drawn.boxes] == [0, 2, 1, 0]
        assert "2 problems inside" in dot(drawn)
        assert not drawn.problems


def test_a_module_shared_by_another_run_is_joined_by_dashes() -> None:
    nodes = [linear(f"a{k}") for k in range(130)]
    net = design(*nodes, Shared(id="again", of="a0"), Shared(id="more", of="a1"))
    drawn = graph(net, shapes(net), opened=RUNS)
    same = [(line.tail, line.head) for line in drawn.lines if line.role == "same"]
    assert same == [(drawn.boxes[1].id, drawn.boxes[2].id)]
    assert drawn.boxes[1].badges == ("shared",)


def test_a_broken_wire_in_a_run_is_a_problem_of_it() -> None:
    net = design(*(linear(f"a{k}") for k in range(129)), linear("last", 4, 4, "nowhere"))
    drawn = graph(net, examine(net), opened=RUNS)
    assert [len(each.problems) for each in drawn.boxes] == [0, 0, 1, 0]


def test_a_place_that_is_not_drawn_is_seen_where_it_is_inside() -> None:
    net = thousand_layers()
    drawn = graph(net, opened=RUNS)
    assert nearest(drawn.places, "42") == (box(drawn, "0 … 99").id,)
    assert nearest(drawn.places, "") == () == nearest(drawn.places, "nowhere")
    opened = graph(net, opened=dataclasses.replace(RUNS, expanded=frozenset({"..0"})))
    assert nearest(opened.places, "42") == (box(opened, "42").id,)
    blocks = design(Sequential(id="s", nodes=(linear("a"),)), linear("b"))
    assert nearest(graph(blocks, opened=Opened(depth=0)).places, "s.a") == ("n1",)


def test_a_place_in_a_definition_is_seen_at_its_uses() -> None:
    net = repeated()
    closed = graph(net)
    assert {box.spot.instance for box in closed.boxes if box.id in nearest(closed.places, ".Block.body.fc")} == {
        "first",
        "grow.0",
    }
    one = graph(net, opened=Opened(expanded=frozenset({"first"})))
    (id,) = nearest(one.places, ".Block.body.fc")
    assert one.index[id].instance == "first.body.fc"
    hidden = design(Sequential(id="s", nodes=(Use(id="u", of="Block"),)), definitions=net.definitions)
    assert nearest(graph(hidden, opened=Opened(depth=0)).places, ".Block.out") == ("n1",)
