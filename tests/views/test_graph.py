"""The graph: what is drawn, how it is wired, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Op, Parallel, Repeat, Residual, Sequential, Use
from composer.engine.shapes import examine, shapes
from composer.errors import Problem
from composer.reports import ShapesReport, ValueType, describe, under
from composer.views.elements import Box, Graph
from composer.views.graph import COMFORTABLE, Opened, graph
from composer.views.places import feeding
from tests.strategies import designs
from tests.views.designs import design, layer, linear, repeated, shared

ALL = Opened(depth=32, uses=True)


def by_path(drawn: Graph) -> dict[str, Box]:
    return {box.spot.instance: box for box in drawn.boxes if box.role not in ("input", "output", "merge", "broken")}


def edges(drawn: Graph, role: str = "data") -> list[tuple[str, str, str]]:
    """(from, to, label), each end by its path, or by its role where it has none."""
    names = {each.id: each.spot.instance or each.role for each in drawn.parts}
    names |= {box.id: f"{box.spot.instance}:{box.kind}" for box in drawn.boxes if box.role == "merge"}
    return [(names[line.tail], names[line.head], line.label) for line in drawn.lines if line.role == role]


def test_a_chain() -> None:
    chain = design(linear("fc", 4, 8), layer("act", "ReLU"))
    drawn = graph(chain, shapes(chain))
    assert edges(drawn) == [("input", "fc", "N×4"), ("fc", "act", "N×8"), ("act", "output", "N×8")]
    first, fc, *_ = drawn.boxes
    assert (first.kind, first.name, first.lines) == ("Input", "image", ("N×4",))
    assert (fc.kind, fc.name, fc.lines, fc.category) == ("Linear", "fc", ("4 → 8",), "Linear")


def test_without_a_report_only_the_inputs_shapes_are_known() -> None:
    drawn = graph(design(linear("fc"), layer("act", "ReLU")))
    assert edges(drawn) == [("input", "fc", "N×4"), ("fc", "act", ""), ("act", "output", "")]


def test_blocks_are_groups_and_a_residual_ends_in_a_sum() -> None:
    drawn = graph(design(Residual(id="r", nodes=(linear("a"), linear("b")))))
    (group,) = drawn.groups
    assert (group.name, group.kind, group.spot.path) == ("r", "Residual", "r")
    assert {box.group for box in drawn.boxes if box.role in ("layer", "merge")} == {group.id}
    assert [edge[:2] for edge in edges(drawn)] == [
        ("input", "r.a"),
        ("r.a", "r.b"),
        ("r.b", "r:Add"),
        ("input", "r:Add"),
        ("r:Add", "output"),
    ]


def test_branches_join_in_the_merge() -> None:
    net = design(Parallel(id="p", nodes=(linear("a"), linear("b")), merge="stack", dim=2))
    drawn = graph(net, shapes(net))
    merge = next(box for box in drawn.boxes if box.role == "merge")
    assert (merge.kind, merge.lines, merge.spot.path) == ("Stack", ("dim 2",), "p")
    assert edges(drawn)[-1] == ("p:Stack", "output", "N×4×2")


def test_uses_are_closed_until_they_are_expanded() -> None:
    net = repeated()
    drawn = graph(net, shapes(net))
    first = by_path(drawn)["first"]
    assert (first.kind, first.role, first.closed, first.lines) == ("Block", "use", True, ("first 4",))
    opened = by_path(graph(net, shapes(net), opened=Opened(expanded={"first"})))
    assert "first" not in opened
    fc = opened["first.body.fc"]
    assert fc.spot.path == ".Block.body.fc"
    assert fc.lines == ("4 → 4",)
    assert opened["grow.0"].closed
    inner = by_path(graph(net, opened=Opened(depth=0, expanded={"grow.0.body"})))
    assert "grow.0.body.fc" in inner, "what is around it is opened, too"
    assert inner["first"].closed


def test_a_repeat_is_drawn_once() -> None:
    net = repeated()
    drawn = graph(net, shapes(net), opened=ALL)
    group = next(group for group in drawn.groups if group.spot.instance == "grow")
    assert (group.kind, group.times) == ("Repeat", "×3")
    assert not any(path.startswith(("grow.1", "grow.2")) for path in by_path(drawn))
    assert by_path(drawn)["grow.0.body.fc"].lines == ("first → second",), "which differs from one instance to the next"
    labels = {(tail, head): label for tail, head, label in edges(drawn)}
    assert labels["first.out", "grow.0.body.fc"] == "N×4"
    assert labels["grow.0.body.fc", "grow.0.body.act"] == "", "its shape is not the same at each instance"
    assert labels["grow.0.out", "both.left"] == "N×16", "what leaves is the last instance's"


@pytest.mark.parametrize(("mode", "badges"), [("new", ()), ("copy", ("equal at start",)), ("same", ("same weights",))])
def test_modes_of_a_repeat(mode: str, badges: tuple[str, ...]) -> None:
    net = design(Repeat(id="r", times=2, mode=mode, body=linear("0")))  # type: ignore[arg-type]
    assert graph(net).groups[0].badges == badges
    (closed,) = [box for box in graph(net, opened=Opened(depth=0)).boxes if box.role == "block"]
    assert (closed.lines, closed.badges) == (("×2 Linear",), badges)


def test_items_of_a_tuple_have_their_own_shapes() -> None:
    net = repeated()
    labels = {(tail, head): label for tail, head, label in edges(graph(net, shapes(net)))}
    assert labels["lstm", "h"] == "1×3"
    two = Design(
        inputs=(Input(shape=("N", 5, 4)),),
        root=Sequential(nodes=(layer("lstm", "LSTM", input_size=4, hidden_size=3),), outputs=("lstm.0", "lstm.1.1")),
    )
    drawn = graph(two, shapes(two))
    assert [(box.name, box.role) for box in drawn.boxes[-2:]] == [("0", "output"), ("1", "output")]
    assert [label for _, head, label in edges(drawn) if head == "output"] == ["N×5×3", "1×5×3"]


def test_shared_and_tied_ones_are_joined_by_dashes() -> None:
    net = shared()
    drawn = graph(net, shapes(net))
    assert edges(drawn, "same") == [("0", "2", ""), ("1", "3", "")]
    badges = {path: box.badges for path, box in by_path(drawn).items()}
    assert badges["0"] == ("frozen", "shared")
    assert badges["1"] == ("partly frozen", "tied")
    assert badges["2"] == ("shared", "frozen")
    assert badges["3"] == ("tied",)
    again = by_path(drawn)["2"]
    assert (again.kind, again.category, again.lines) == ("Linear", "Linear", ("same as 0",))


def test_a_tie_into_a_closed_or_open_block_is_drawn_at_its_edge() -> None:
    net = design(Sequential(id="s", nodes=(linear("a"),)), linear("b"), ties=(("s.a.weight", "b.weight"),))
    assert edges(graph(net), "same") == [("s.a", "b", "")]
    assert edges(graph(net, opened=Opened(depth=0)), "same") == [("s", "b", "")]
    block = design(Sequential(id="s", nodes=(linear("a"),)), *_shares_block())
    assert edges(graph(block), "same") == [("s", "t", "")]


def _shares_block() -> tuple[Layer, ...]:
    from composer.design.nodes import Shared

    return (Shared(id="t", of="s"),)  # type: ignore[return-value]


def test_lazy_layers_say_so() -> None:
    drawn = graph(design(layer("fc", "LazyLinear", out_features=3)))
    assert by_path(drawn)["fc"].badges == ("lazy",)
    assert by_path(drawn)["fc"].lines == ("→ 3",)


def test_steps_after_a_failure_are_drawn() -> None:
    net = design(linear("a", 4, 5), linear("b", 6, 7), layer("c", "ReLU"))
    drawn = graph(net, shapes(net))
    assert [head for _, head, _ in edges(drawn)] == ["a", "b", "c", "output"]
    boxes = by_path(drawn)
    assert boxes["b"].problems == ("expects 6 input features, received 5 (from a, shape N×5)",)
    assert not boxes["a"].problems and not boxes["c"].problems


def test_a_broken_wire_comes_from_a_question() -> None:
    net = design(linear("a"), Op(id="sum", kind="Add", inputs=("a", "nowhere")))
    drawn = graph(net, examine(net))
    assert [tail for tail, head, _ in edges(drawn) if head == "sum"] == ["a", "broken"]
    assert by_path(drawn)["sum"].problems


def test_a_problem_inside_a_closed_use_is_shown_at_the_use() -> None:
    net = repeated()
    problem = Problem(".Block.body.fc", "test", "this", "that")
    at = {box.spot.instance for box in graph(net, shapes(net), [problem]).boxes if box.problems}
    assert at == {"first", "grow.0"}
    assert {box.spot.instance for box in graph(net, None, [problem]).boxes if box.problems} == {"first", "grow.0"}
    opened = graph(net, shapes(net), [problem], Opened(uses=True))
    assert {box.spot.instance for box in opened.boxes if box.problems} == {"first.body.fc", "grow.0.body.fc"}


def test_problems_of_inputs_and_of_the_whole_design() -> None:
    problems = [Problem("image", "test", "this", "that"), Problem("", "test", "all", "nothing")]
    drawn = graph(design(linear("a")), None, problems)
    assert drawn.boxes[0].problems == ("expects this, received that",)
    assert drawn.problems == ("the design: expects all, received nothing",)


def test_a_definition_that_uses_itself_is_drawn() -> None:
    net = repeated()
    endless = net.definitions[0].model_copy(
        update={"body": Sequential(nodes=(Use(id="again", of="Block"), Use(id="more", of="Block")))}
    )
    drawn = graph(net.model_copy(update={"definitions": (endless,)}), opened=Opened(uses=True))
    assert len(drawn.boxes) <= COMFORTABLE


def test_large_designs_are_drawn_closed() -> None:
    blocks = tuple(Sequential(id=f"b{k}", nodes=tuple(linear(f"fc{i}") for i in range(10))) for k in range(100))
    drawn = graph(design(*blocks))
    assert {box.role for box in drawn.boxes} == {"input", "block", "output"}
    assert drawn.boxes[1].lines == ("10 nodes",)
    opened = graph(design(*blocks), opened=Opened(expanded={"b7"}, collapsed={"b8"}))
    assert [group.name for group in opened.groups] == ["b7"]
    assert len(graph(design(*blocks), opened=Opened(depth=1)).boxes) == 1002


def test_collapsed_ones_stay_closed() -> None:
    net = design(Sequential(id="s", nodes=(linear("a"),)))
    assert by_path(graph(net, opened=Opened(collapsed={"s"})))["s"].closed


def test_an_empty_block_is_a_box() -> None:
    box = by_path(graph(design(Sequential(id="s"))))["s"]
    assert (box.lines, box.closed) == (("empty",), False)


def test_a_repeat_as_root() -> None:
    net = Design(inputs=(Input(shape=("N", 4)),), root=Repeat(times=5, body=linear("0")))
    drawn = graph(net, shapes(net))
    assert drawn.groups[0].times == "×5"
    assert edges(drawn) == [("input", "0", "N×4"), ("0", "output", "N×4")]


def test_every_id_is_in_the_index() -> None:
    drawn = graph(repeated(), opened=ALL)
    ids = [each.id for each in (*drawn.parts, *drawn.lines)]
    assert list(drawn.index) == ids
    assert len(set(ids)) == len(ids)
    line = drawn.lines[0]
    assert drawn.index[line.id] == drawn.index[line.head]


@pytest.mark.parametrize("name", templates.names())
def test_wires_carry_what_the_shapes_say(name: str) -> None:
    _agrees(templates.load(name))


@settings(max_examples=60)
@given(designs())
def test_wires_of_random_designs_carry_what_the_shapes_say(random: Design) -> None:
    _agrees(random)


def _agrees(net: Design) -> None:
    """The lines into each box carry the types that it had as inputs when it was run."""
    report = shapes(net)
    drawn = graph(net, report, opened=ALL)
    repeats = [group.spot.instance for group in drawn.groups if group.times]
    into: dict[str, list[str]] = {box.id: [] for box in drawn.boxes}
    for line in drawn.lines:
        if line.role == "data":
            into[line.head].append(line.label)
    checked = 0
    for path, box in by_path(drawn).items():
        if not any(under(repeat, path) and path != repeat for repeat in repeats) and box.role != "tensor":
            assert into[box.id] == _labels(report, path), path
            checked += 1
    assert checked or repeats
    outputs = [label for box in drawn.boxes if box.role == "output" for label in into[box.id]]
    assert outputs == list(_flat(report.output)) or outputs == [describe(report.output)]


def _labels(report: ShapesReport, path: str) -> list[str]:
    return [text for value in report.steps[path].inputs for text in _flat(value)]


def _flat(value: ValueType | None) -> list[str]:
    if isinstance(value, tuple):
        return [text for each in value for text in _flat(each)]
    return [describe(value) if value is not None else ""]


def test_a_graph_says_how_deep_it_is() -> None:
    net = design(Sequential(id="s", nodes=(Sequential(id="t", nodes=(linear("a"),)),)))
    assert [(each.depth, each.deeper) for each in (graph(net, opened=Opened(depth=k)) for k in range(3))] == [
        (0, True),
        (1, True),
        (2, False),
    ]
    drawn = graph(net)
    assert (drawn.depth, drawn.deeper) == (2, False)


def test_what_feeds_a_node_or_a_block() -> None:
    body = Sequential(id="s", nodes=(linear("b"), Sequential(id="t", nodes=(Op(id="sum", kind="Add"),))))
    drawn = graph(design(linear("a"), body, Op(id="last", kind="Add", inputs=("a", "s"))))

    def sources(path: str) -> list[str]:
        ids = feeding(drawn, path)
        assert set(ids) & {line.id for line in drawn.lines}
        return [drawn.index[id].instance or drawn.index[id].role for id in ids if id.startswith("n")]

    assert [sources(path) for path in ("a", "s", "s.b", "s.t", "s.t.sum")] == [
        ["input"],
        ["a"],
        ["a"],
        ["s.b"],
        ["s.b"],
    ]
    assert sources("last") == ["a", "s.t.sum"]
    assert feeding(drawn, "nowhere") == ()
