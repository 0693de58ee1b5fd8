"""Feeding a node from any place before it."""

from __future__ import annotations

import pytest

from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, Design, Input
from composer.design.nodes import BlockBase, Parallel, Repeat, Residual, Sequential, Tensor, Use
from composer.design.paths import find
from composer.errors import EditError
from tests.build import chain, layer, linear, op

PAIR = (Input(name="u", shape=("N", 4)), Input(name="v", shape=("N", 4)))


def inputs(design: Design, path: str) -> tuple[str, ...]:
    return find(design, path).inputs


def names(design: Design, path: str) -> tuple[str, ...]:
    block = find(design, path)
    assert isinstance(block, BlockBase)
    return block.input_names


def nested() -> Design:
    """`c` is two blocks deep, and `a` stands before them."""
    inner = Sequential(id="in", nodes=(linear("b", 4, 4), op("c", "Add")))
    return chain(linear("a", 4, 4), layer("act", "ReLU"), Sequential(id="out", nodes=(linear("d", 4, 4), inner)))


def test_one_input_is_replaced_and_taken_away() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4), linear("c", 4, 4))
    design = edits.connect(design, "c", "a")
    assert inputs(design, "c") == ("a",)
    design = edits.connect(design, "c", input="x")
    assert inputs(design, "c") == ("x",)
    assert inputs(edits.connect(design, "c", input="x"), "c") == ()


def test_of_several_inputs_the_one_by_position_is_kept_first() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4), op("sum", "Add"))
    design = edits.connect(design, "sum", "a")
    assert inputs(design, "sum") == ("b", "a")
    design = edits.connect(design, "sum", input="x")
    assert inputs(design, "sum") == ("b", "a", "x")
    assert inputs(edits.connect(design, "sum", "a"), "sum") == ("b", "x")
    assert check(design) == ()


def test_inputs_by_position_keep_their_places() -> None:
    design = chain(*(linear(id, 4, 4) for id in "abcd"), op("where", "Where", "a", "b", "c"))
    design = edits.connect(design, "where", "b")
    assert inputs(design, "where") == ("a", "", "c")
    assert inputs(edits.connect(design, "where", "d"), "where") == ("a", "d", "c")
    assert inputs(edits.connect(design, "where", "c"), "where") == ("a",)
    full = edits.connect(design, "where", "d")
    with pytest.raises(EditError, match="where: expects at most 3 inputs: take one away first, received b as one more"):
        edits.connect(full, "where", "b")


def test_an_optional_input_is_added_to_a_wire_only() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4), layer("rnn", "RNN", input_size=4, hidden_size=4))
    design = edits.connect(design, "rnn", "a")
    assert inputs(design, "rnn") == ("a",)
    assert inputs(edits.connect(design, "rnn", "b"), "rnn") == ("a", "b")


def test_an_item_of_a_tuple_is_the_nodes_wire() -> None:
    design = chain(layer("rnn", "RNN", input_size=4, hidden_size=4), linear("a", 4, 4, "rnn.0"))
    assert inputs(edits.connect(design, "a", "rnn"), "a") == ()


def test_a_source_inside_of_a_sibling_stands_for_it() -> None:
    design = chain(Sequential(id="s", nodes=(linear("a", 4, 4),)), linear("b", 4, 4), linear("c", 4, 4))
    assert inputs(edits.connect(design, "c", "s.a"), "c") == ("s",)
    use = Definition(name="D", body=Sequential(nodes=(linear("a", 4, 4),)))
    design = chain(Use(id="u", of="D"), linear("b", 4, 4), linear("c", 4, 4), definitions=(use,))
    assert inputs(edits.connect(design, "c", "u.a"), "c") == ("u",)


def test_a_source_outside_is_led_in_through_every_block() -> None:
    design = edits.connect(nested(), "out.in.c", "a")
    assert (inputs(design, "out"), names(design, "out")) == (("act", "a"), ("x", "a"))
    assert (inputs(design, "out.in"), names(design, "out.in")) == (("d", "a"), ("x", "a"))
    assert inputs(design, "out.in.c") == ("b", "a")
    assert check(design) == ()
    again = edits.connect(design, "out.d", "a")
    assert (names(again, "out"), inputs(again, "out.d")) == (("x", "a"), ("a",)), "the input that is there already"
    gone = edits.connect(design, "out.in.c", "a")
    assert inputs(gone, "out.in.c") == ("b",)


def test_what_feeds_a_block_already_is_its_own_input() -> None:
    design = edits.connect(nested(), "out.in.c", "act")
    assert names(design, "out") == ("x",)
    assert (names(design, "out.in"), inputs(design, "out.in")) == (("x", "x_2"), ("d", "x"))
    assert inputs(design, "out.in.c") == ("b", "x_2")
    assert check(design) == ()


def test_a_block_around_stands_for_its_input() -> None:
    assert inputs(edits.connect(nested(), "out.in.c", "out.in"), "out.in.c") == ("b", "x")
    assert inputs(edits.connect(nested(), "out", ""), "out") == ("x",)
    with pytest.raises(EditError, match=r"a: expects a block with one input, or one chosen by name \(u, v\)"):
        edits.connect(chain(linear("a", 4, 4), inputs=PAIR), "a", "")


def test_a_name_that_is_taken_inside_is_another() -> None:
    design = chain(linear("a", 4, 4), linear("0", 4, 4), Sequential(id="s", nodes=(linear("a", 4, 4), op("c", "Add"))))
    other = edits.connect(design, "s.c", "a")
    assert (names(other, "s"), inputs(other, "s"), inputs(other, "s.c")) == (("x", "a_2"), ("0", "a"), ("a", "a_2"))


def test_into_a_repeat_the_value_goes_to_every_instance() -> None:
    body = Sequential(id="0", nodes=(linear("a", 4, 4), op("c", "Add")))
    design = chain(linear("first", 4, 4), linear("b", 4, 4), Repeat(id="r", times=3, body=body))
    design = edits.connect(design, "r.0.c", "first")
    assert (names(design, "r"), inputs(design, "r")) == (("x", "first"), ("b", "first"))
    assert (names(design, "r.0"), inputs(design, "r.0")) == (("x", "first"), ())
    assert inputs(design, "r.0.c") == ("a", "first")
    chained = edits.connect(design, "r.2.c", "b")
    assert names(chained, "r") == ("x", "first", "b"), "only the first instance gets b by the chain"
    assert check(chained) == ()


def test_branches_and_shortcuts() -> None:
    branches = Parallel(id="p", merge="add", nodes=(linear("l", 4, 4), Sequential(id="m", nodes=(op("c", "Add"),))))
    design = edits.connect(chain(linear("a", 4, 4), layer("act", "ReLU"), branches), "p.m.c", "a")
    assert (inputs(design, "p"), inputs(design, "p.m"), inputs(design, "p.m.c")) == (
        ("act", "a"),
        ("x", "a"),
        ("x", "a"),
    )
    assert check(design) == ()
    residual = Residual(id="r", nodes=(linear("a", 4, 4),), shortcut=linear("s", 4, 4))
    assert check(edits.connect(chain(residual), "r.s", "r.a")) == ()


def test_the_designs_input_goes_through_blocks_too() -> None:
    block = Sequential(id="s", nodes=(linear("b", 4, 4), op("c", "Add")))
    design = edits.connect(chain(op("a", "Add", "u", "v"), block, inputs=PAIR), "s.c", input="v")
    assert (names(design, "s"), inputs(design, "s"), inputs(design, "s.c")) == (("x", "v"), ("a", "v"), ("b", "v"))


@pytest.mark.parametrize(
    ("path", "source", "input", "message"),
    [
        ("a", "out.d", "", "a: expects a source that stands before a, received out, which stands later"),
        ("out.d", "out.in.b", "", "out.d: expects a source that stands before d, received in, which stands later"),
        ("out", "out.d", "", "out: expects a source outside of it, received a part of it"),
        ("a", "a", "", "a: expects a source outside of it, received itself"),
        ("act", "a", "", "act: expects a source that does not feed it yet, received a, which does"),
        ("a", ".D.e", "", "a: expects a source in the design itself, received .D.e, which is elsewhere"),
        (".D.f", "a", "", ".D.f: expects a source in its own definition, received a, which is elsewhere"),
        (".D.f", "", "x", ".D.f: expects a source in its own definition, received x, an input of the design"),
        ("a", "", "y", "a: expects an input of the design (x), received 'y'"),
        ("act", "a.b", "", "a.b: expects the path of a node, received nothing there"),
        ("", "a", "", "a node in a block, received a root"),
        ("p", "a", "", "p: expects a node that takes inputs, received a Parameter"),
        ("r.0", "a", "", "r.0: expects a node that is not fed by a Repeat: wire that, received the body of a Repeat"),
    ],
)
def test_what_cannot_be_is_refused(path: str, source: str, input: str, message: str) -> None:
    body = Sequential(nodes=(linear("e", 4, 4), linear("f", 4, 4)))
    more = (Tensor(id="p", kind="Parameter"), Repeat(id="r", body=linear("0", 4, 4)))
    plain = nested()
    design = chain(*plain.root.children, *more, definitions=(Definition(name="D", body=body),))
    with pytest.raises(EditError) as error:
        edits.connect(design, path, source, input)
    assert message in str(error.value)
