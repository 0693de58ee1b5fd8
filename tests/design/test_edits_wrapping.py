"""Wrapping and unwrapping: what is computed stays the same, and what cannot stay is refused."""

from __future__ import annotations

from typing import Any

import pytest

from composer.codegen.source import source
from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, Design, Input, Rule
from composer.design.nodes import Initializer, Node, Parallel, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.design.paths import find
from composer.errors import EditError
from tests.build import X, chain, layer, linear, of, op

ONES = Initializer(scheme="ones")
TWO = (Input(name="x", shape=("N", 4)), Input(name="y", shape=("N", 4)))


def fc(id: str, *inputs: str) -> Node:
    return linear(id, 4, 4, *inputs)


def refused(message: str) -> pytest.RaisesExc[EditError]:
    return pytest.raises(EditError, match=message)


def both_ways(design: Design, paths: tuple[str, ...], id: str = "b") -> Design:
    """`design` with nodes wrapped in a chain, which unwrapped means the same again."""
    wrapped = edits.wrap(design, paths, "Sequential", id)
    assert check(wrapped) == check(design) == ()
    at = f"{paths[0].rpartition('.')[0]}.{id}".lstrip(".") if not paths[0].startswith(".") else f".D.{id}"
    again = edits.unwrap(wrapped, at)
    assert source(again) == source(design)
    assert (again.ties, again.frozen, again.initializers) == (design.ties, design.frozen, design.initializers)
    return wrapped


class TestWrapInAChain:
    def test_plain(self) -> None:
        after = both_ways(chain(fc("a"), fc("c"), fc("d"), fc("e")), ("c", "d"))
        assert after.root.children[1] == Sequential(id="b", nodes=(fc("c"), fc("d")))

    @pytest.mark.parametrize("paths", [("a",), ("a", "c"), ("c", "d"), ("a", "c", "d")])
    def test_at_the_ends(self, paths: tuple[str, ...]) -> None:
        after = both_ways(chain(fc("a"), fc("c"), fc("d")), paths)
        assert all(each.inputs == () for each in after.root.children)

    def test_order_of_paths_does_not_matter(self) -> None:
        design = chain(fc("a"), fc("c"), fc("d"))
        one, other = (edits.wrap(design, paths, "Sequential", "b") for paths in (("a", "c"), ("c", "a")))
        assert one == other

    def test_what_is_read_from_outside_becomes_inputs_of_the_same_name(self) -> None:
        design = chain(fc("a"), fc("c"), op("d", "Add", "a", "c", "x"), fc("e"))
        after = both_ways(design, ("c", "d"))
        block = find(after, "b")
        assert block == Sequential(
            id="b",
            inputs=("a", "x"),
            input_names=("a", "x"),
            nodes=(fc("c"), op("d", "Add", "a", "c", "x")),
        )

    def test_items_of_what_is_read(self) -> None:
        lstm = layer("lstm", "LSTM", input_size=4, hidden_size=4)
        design = chain(lstm, op("c", "Select", "lstm.1.0", dim=0, index=-1), op("d", "Sum", "lstm.0"))
        after = both_ways(design, ("c", "d"))
        assert find(after, "b").model_dump()["input_names"] == ("lstm",)
        assert find(after, "b.c").inputs == ("lstm.1.0",)

    def test_what_is_read_outside_becomes_outputs(self) -> None:
        design = chain(fc("a"), fc("c"), fc("d"), op("e", "Add", "a", "c", "d"))
        after = both_ways(design, ("a", "c", "d"))
        assert find(after, "b") == Sequential(id="b", nodes=(fc("a"), fc("c"), fc("d")), outputs=("a", "c", "d"))
        assert find(after, "e").inputs == ("b.0", "b.1", "b.2")

    def test_where_position_said_it_before(self) -> None:
        design = chain(fc("a"), fc("c"), fc("d"), op("e", "Sub", "a", "d"))
        after = edits.wrap(design, ("a", "c"), "Sequential", "b")
        assert find(after, "b") == Sequential(id="b", nodes=(fc("a"), fc("c")), outputs=("a", "c"))
        assert find(after, "d").inputs == ("b.1",)
        assert find(after, "e").inputs == ("b.0", "d")

    def test_outputs_of_the_parent(self) -> None:
        design = edits.set_outputs(chain(fc("a"), fc("c"), fc("d")), "", ("c", "a", "d"))
        after = both_ways(design, ("a", "c"))
        assert after.root == Sequential(
            nodes=(Sequential(id="b", nodes=(fc("a"), fc("c")), outputs=("a", "c")), fc("d", "b.1")),
            outputs=("b.1", "b.0", "d"),
        )

    def test_the_output_of_a_parent_that_said_nothing(self) -> None:
        design = chain(fc("e"), Parallel(id="p", nodes=(fc("a"),), merge="tuple"), op("c", "Neg", "p"))
        assert both_ways(design, ("p", "c")).root.children[-1].id == "b"
        design = chain(fc("a"), fc("c"), op("d", "Add", "a", "c"))
        assert both_ways(design, ("a", "c", "d")).root == Sequential(
            nodes=(Sequential(id="b", nodes=design.root.children),)
        )

    def test_several_inputs_by_position(self) -> None:
        bilinear = layer("a", "Bilinear", in1_features=4, in2_features=4, out_features=4)
        after = both_ways(chain(bilinear, fc("c"), inputs=TWO), ("a", "c"))
        assert find(after, "b") == Sequential(id="b", input_names=("x", "y"), nodes=(bilinear, fc("c")))

    def test_several_inputs_not_at_the_beginning(self) -> None:
        nodes = (fc("a"), op("c", "Add", "a", "y"), fc("d"))
        after = both_ways(chain(*nodes, inputs=TWO), ("c", "d"))
        assert find(after, "b").inputs == ("a", "y")

    def test_tensors_go_along(self) -> None:
        tensor = Tensor(id="p", kind="Parameter", shape=(4,))
        design = chain(fc("a"), tensor, op("c", "Mul", "a", "p"), ties=(("p", "a.bias"),), frozen=("p",))
        after = edits.wrap(design, ("p", "c"), "Sequential", "b")
        assert check(after) == ()
        assert after.ties == (("b.p", "a.bias"),)
        assert after.frozen == ("b.p",)
        assert find(after, "b").model_dump()["input_names"] == ("a",)

    def test_paths_follow(self) -> None:
        design = chain(
            fc("a"),
            fc("c"),
            Shared(id="s", of="a"),
            ties=(("a.weight", "c.weight"),),
            frozen=("a", "s"),
            initializers=(Rule(where="a", init=ONES),),
        )
        after = both_ways(design, ("a", "c"))
        assert find(after, "s") == Shared(id="s", of="b.a")
        assert after.ties == (("b.a.weight", "b.c.weight"),)
        assert after.frozen == ("b.a", "s")
        assert after.initializers[0].where == "b.a"

    def test_in_a_definition(self) -> None:
        definition = Definition(name="D", body=Sequential(nodes=(fc("a"), fc("c"))))
        design = of(Sequential(nodes=(Use(id="u", of="D"),)), definitions=(definition,), frozen=("u.a",))
        assert both_ways(design, (".D.a", ".D.c")).frozen == ("u.b.a",)

    def test_the_id_of_one_of_them(self) -> None:
        after = edits.wrap(chain(fc("a"), fc("c")), ("a",), "Sequential", "a")
        assert find(after, "a.a") == fc("a")

    @pytest.mark.parametrize(("ids", "id"), [(("0", "1"), "2"), (("a", "1"), "sequential1")])
    def test_a_fresh_id(self, ids: tuple[str, ...], id: str) -> None:
        after = edits.wrap(chain(*map(fc, ids)), ids[:1], "Sequential")
        assert after.root.children[0].id == id

    def test_the_name_of_an_input_that_is_an_id(self) -> None:
        block = Sequential(id="s", input_names=("y",), nodes=(fc("x"), fc("z")))
        after = edits.wrap(chain(block), ("s.x", "s.z"), "Sequential", "b")
        assert check(after) == ()
        assert find(after, "s.b") == Sequential(id="b", input_names=("y",), nodes=(fc("x"), fc("z")))

    def test_one_branch(self) -> None:
        design = chain(Parallel(id="p", nodes=(fc("a"), fc("c"))))
        after = edits.wrap(design, ("p.a",), "Sequential", "b")
        assert find(after, "p.b.a") == fc("a")
        assert edits.unwrap(after, "p.b") == design

    def test_branches_become_a_chain(self) -> None:
        design = chain(Parallel(id="p", nodes=(fc("a"), fc("c"), fc("d"))))
        after = edits.wrap(design, ("p.a", "p.c"), "Sequential", "b")
        assert find(after, "p.b") == Sequential(id="b", nodes=(fc("a"), fc("c")))

    def test_a_shortcut(self) -> None:
        design = chain(Residual(id="r", nodes=(fc("a"),), shortcut=fc("s")))
        after = edits.wrap(design, ("r.s",), "Sequential", "b")
        assert find(after, "r") == Residual(id="r", nodes=(fc("a"),), shortcut=Sequential(id="b", nodes=(fc("s"),)))
        assert edits.unwrap(after, "r.b") == design

    def test_the_body_of_a_repeat(self) -> None:
        design = chain(Repeat(id="r", body=fc("0"), times=5), frozen=("r.3.weight",))
        after = edits.wrap(design, ("r.2",), "Sequential")
        assert find(after, "r.0") == Sequential(id="0", nodes=(fc("0"),))
        assert after.frozen == ("r.3.0.weight",)
        assert edits.unwrap(after, "r.0") == design

    def test_refusals(self) -> None:
        design = chain(fc("a"), fc("c"), fc("d"), Residual(id="r", nodes=(fc("e"),), shortcut=fc("s")))
        with refused("adjacent siblings, received 'a', 'd'"):
            edits.wrap(design, ("a", "d"), "Sequential")
        with refused("adjacent siblings"):
            edits.wrap(design, ("a", "a"), "Sequential")
        with refused("adjacent siblings"):
            edits.wrap(design, ("r.e", "r.s"), "Sequential")
        with refused("nodes of one block, received 2 blocks"):
            edits.wrap(design, ("a", "r.e"), "Sequential")
        with refused("nodes of one block, received 0 blocks"):
            edits.wrap(design, (), "Sequential")
        with refused("received 'd'"):
            edits.wrap(design, ("a", "c"), "Sequential", "d")
        with refused("a valid id"):
            edits.wrap(design, ("a", "c"), "Sequential", "a.b")


class TestWrapInOthers:
    def test_residual(self) -> None:
        after = edits.wrap(chain(fc("a"), fc("c"), fc("d")), ("a", "c"), "Residual", "r")
        assert find(after, "r") == Residual(id="r", nodes=(fc("a"), fc("c")))
        assert check(after) == ()

    def test_parallel(self) -> None:
        after = edits.wrap(chain(fc("a"), fc("c"), fc("d")), ("c", "d"), "Parallel", "p")
        assert find(after, "p") == Parallel(id="p", nodes=(fc("c"), fc("d")))

    def test_repeat_of_one(self) -> None:
        design = chain(fc("a"), fc("c"), frozen=("c.bias",), initializers=(Rule(where="c", init=ONES),))
        after = edits.wrap(design, ("c",), "Repeat", "r")
        assert find(after, "r") == Repeat(id="r", body=fc("0"))
        assert after.frozen == ("r.0.bias",)
        once = edits.set_field(after, "r", "times", 1)
        assert edits.rename(edits.unwrap(once, "r"), "r", "c") == design

    def test_repeat_of_several_or_of_an_op(self) -> None:
        after = edits.wrap(chain(fc("a"), op("c", "relu")), ("a", "c"), "Repeat", "r")
        assert find(after, "r") == Repeat(id="r", body=Sequential(id="0", nodes=(fc("a"), op("c", "relu"))))
        after = edits.wrap(chain(fc("a"), op("c", "relu")), ("c",), "Repeat", "r")
        assert find(after, "r.0.c") == op("c", "relu")
        assert check(after) == ()

    def test_repeat_of_several_inputs(self) -> None:
        bilinear = layer("c", "Bilinear", "a", "y", in1_features=4, in2_features=4, out_features=4)
        after = edits.wrap(chain(fc("a"), bilinear, inputs=TWO), ("c",), "Repeat", "r")
        assert check(after) == ()
        body = layer("0", "Bilinear", in1_features=4, in2_features=4, out_features=4)
        assert find(after, "r") == Repeat(id="r", input_names=("a", "y"), inputs=("a", "y"), body=body)

    def test_an_index_of_its_own(self) -> None:
        inner = Sequential(id="0", nodes=(op("a", "AddScalar", value="=i"), fc("c")))
        design = chain(Repeat(id="r", body=inner))
        after = edits.wrap(design, ("r.0.a",), "Repeat", "s")
        assert find(after, "r.0.s").model_dump()["index"] == "j"
        assert check(after) == ()

    @pytest.mark.parametrize("kind", ["Residual", "Parallel", "Repeat"])
    def test_a_wire_to_what_is_hidden(self, kind: Any) -> None:
        design = chain(fc("a"), fc("c"), op("d", "Add", "a", "c"))
        with refused("^d: expects what is read outside of a .* to be its last node, 'c', received the wire 'a'"):
            edits.wrap(design, ("a", "c"), kind)


class TestUnwrap:
    def test_a_residual_becomes_a_sum(self) -> None:
        design = chain(fc("a"), Residual(id="r", nodes=(fc("c"), fc("d"))), fc("e"), frozen=("r.d",))
        after = edits.unwrap(design, "r")
        assert after.root == Sequential(
            nodes=(fc("a"), fc("c"), fc("d"), op("r", "Add", "d", "a"), fc("e")),
        )
        assert after.frozen == ("d",)

    def test_a_shortcut_is_wired_to_where_the_block_began(self) -> None:
        design = chain(fc("a"), Residual(id="r", nodes=(fc("c"),), shortcut=fc("s")))
        assert edits.unwrap(design, "r").root == Sequential(
            nodes=(fc("a"), fc("c"), fc("s", "a"), op("r", "Add", "c", "s"))
        )

    @pytest.mark.parametrize(
        ("merge", "kind", "options"),
        [("concat", "Concat", {"dim": 2}), ("stack", "Stack", {"dim": 2}), ("add", "Add", {}), ("multiply", "Mul", {})],
    )
    def test_a_parallel_becomes_its_merge(self, merge: str, kind: str, options: dict[str, int]) -> None:
        block = Parallel(id="p", nodes=(fc("c"), fc("d")), merge=merge, dim=2)  # type: ignore[arg-type]
        after = edits.unwrap(chain(fc("a"), block, op("e", "Neg", "p")), "p")
        merged = op("p", kind, "c", "d", **options)
        assert after.root == Sequential(nodes=(fc("a"), fc("c"), fc("d", "a"), merged, op("e", "Neg", "p")))

    def test_a_parallel_of_one_branch(self) -> None:
        design = chain(Parallel(id="p", nodes=(fc("c"),), merge="add"), op("e", "Neg", "p"))
        assert edits.unwrap(design, "p").root == Sequential(nodes=(fc("c"), op("e", "Neg", "c")))
        design = chain(Parallel(id="p", nodes=(fc("c"),), merge="stack"), op("e", "Neg", "p"))
        assert edits.unwrap(design, "p").root.children[1] == op("p", "Unsqueeze", "c", dim=1)

    def test_branches_that_stay_a_tuple(self) -> None:
        block = Parallel(id="p", nodes=(fc("c"), fc("d")), merge="tuple")
        after = edits.unwrap(chain(block, op("e", "Add", "p.1", "p.0")), "p")
        assert after.root == Sequential(nodes=(fc("c"), fc("d", "x"), op("e", "Add", "d", "c")))
        after = edits.unwrap(chain(block), "p")
        assert after.root == Sequential(nodes=(fc("c"), fc("d", "x")), outputs=("c", "d"))
        with refused("p: expects wires to single outputs of the block, received the wire 'p'"):
            edits.unwrap(chain(block, op("e", "Neg", "p")), "p")

    def test_inputs_become_what_fed_them(self) -> None:
        block = Sequential(
            id="b", inputs=("lstm.1", "x"), input_names=("state", "y"), nodes=(op("c", "Add", "state.0", "y"),)
        )
        design = chain(layer("lstm", "LSTM", input_size=4, hidden_size=4), block)
        assert edits.unwrap(design, "b").root.children[1] == op("c", "Add", "lstm.1.0", "x")

    def test_an_input_left_out_stays_out(self) -> None:
        bias = Tensor(id="bias", kind="Buffer", shape=(4,))
        norm = op("c", "layer_norm", "x", "", "bias", normalized_shape=(4,))
        design = chain(fc("a"), Residual(id="r", nodes=(bias, norm)))
        assert find(edits.unwrap(design, "r"), "c").inputs == ("a", "", "bias")

    def test_taken_ids_get_numbers(self) -> None:
        block = Sequential(id="b", nodes=(fc("a"), op("x1", "Neg", "a"), Shared(id="s", of="b.a")))
        design = chain(fc("a"), block, fc("x2", "b"), frozen=("b.a.bias", "a"))
        after = edits.unwrap(design, "b")
        assert [each.id for each in after.root.children] == ["a", "a1", "x1", "s", "x2"]
        assert find(after, "x1").inputs == ("a1",)
        assert find(after, "s") == Shared(id="s", of="a1")
        assert find(after, "x2").inputs == ("s",)
        assert after.frozen == ("a1.bias", "a")

    def test_what_held_for_the_block_holds_for_its_children(self) -> None:
        block = Sequential(
            id="b", nodes=(fc("c"), op("d", "relu"), Tensor(id="p", kind="Parameter", shape=(4,)), fc("e"))
        )
        rule = Rule(where="b", kind="Linear", init=ONES)
        after = edits.unwrap(chain(block, frozen=("b",), initializers=(rule,)), "b")
        assert after.frozen == ("c", "e", "p")
        assert [each.where for each in after.initializers] == ["c", "e"]

    def test_an_empty_block(self) -> None:
        assert edits.unwrap(chain(fc("a"), Sequential(id="b"), op("c", "Neg", "b")), "b").root == Sequential(
            nodes=(fc("a"), op("c", "Neg", "a"))
        )

    def test_outputs_that_are_not_the_last(self) -> None:
        block = Sequential(id="b", nodes=(fc("c"), fc("d")), outputs=("c",))
        assert edits.unwrap(chain(block), "b").root == Sequential(nodes=(fc("c"), fc("d")), outputs=("c",))
        inside = chain(Residual(id="r", nodes=(block,)))
        with refused("r: expects a block whose output stays what it is"):
            edits.unwrap(inside, "r.b")

    def test_a_repeat_of_one_instance(self) -> None:
        body = Sequential(id="0", nodes=(op("a", "AddScalar", value="=2*i+1"), linear("c", 4, "=4+i")))
        design = chain(Repeat(id="r", body=body, times=1), frozen=("r.0.c.bias", "r"))
        after = edits.unwrap(design, "r")
        nodes = (op("a", "AddScalar", value=1), linear("c", 4, 4))
        assert after.root == Sequential(nodes=(Sequential(id="r", nodes=nodes),))
        assert after.frozen == ("r.c.bias", "r")

    def test_a_repeat_of_more_offers_to_keep_one(self) -> None:
        with refused("a Repeat of one instance, received ×4") as caught:
            edits.unwrap(chain(Repeat(id="r", body=fc("0"), times=4)), "r")
        design = chain(Repeat(id="r", body=fc("0"), times=4))
        for edit in caught.value.problems[0].fixes[0].edits:
            design = edits.apply(design, edit)
        assert design == chain(fc("r"))

    def test_refusals(self) -> None:
        two = Sequential(id="b", nodes=(fc("c"), fc("d")))
        with refused("one node, where only one can stand, received 2"):
            edits.unwrap(chain(Parallel(id="p", nodes=(two,))), "p.b")
        with refused("one node, where only one can stand, received 2"):
            edits.unwrap(chain(Residual(id="r", shortcut=two)), "r.b")
        with refused("a block of one module"):
            edits.unwrap(chain(Repeat(id="r", body=Sequential(id="0", nodes=two.nodes))), "r.0")
        with refused("a block of one module"):
            edits.unwrap(chain(Repeat(id="r", body=Sequential(id="0", nodes=(op("a", "relu"),)))), "r.0")
        with refused("a: expects a block, received a Linear"):
            edits.unwrap(chain(fc("a")), "a")
        with refused("received a root"):
            edits.unwrap(of(Sequential(), X), "")
