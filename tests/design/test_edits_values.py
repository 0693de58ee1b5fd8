"""Options, fields, kinds, wires, and what holds for parameters and for the whole design."""

from __future__ import annotations

from typing import Any

import pytest

from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Input, Rule
from composer.design.nodes import Initializer, Node, Parallel, Repeat, Sequential, Shared, Tensor, Use
from composer.design.paths import find
from composer.errors import EditError
from tests.build import chain, layer, linear, of, op

ONES = Initializer(scheme="ones")


def fc(id: str, *inputs: str) -> Node:
    return linear(id, 4, 4, *inputs)


def refused(message: str) -> pytest.RaisesExc[EditError]:
    return pytest.raises(EditError, match=message)


def options(design: Design, path: str) -> Any:
    return find(design, path).model_dump()["options"]


class TestOptions:
    def test_of_layers_ops_and_uses(self) -> None:
        definition = Definition(name="D", options=(DefinitionOption(name="n"),), body=Sequential())
        nodes = (fc("a"), op("b", "softmax"), Use(id="u", of="D"), Repeat(id="r", body=fc("0")))
        design = of(Sequential(nodes=nodes), definitions=(definition,))
        assert options(edits.set_option(design, "a", "bias", False), "a")["bias"] is False
        assert options(edits.set_option(design, "a", "out_features", "=2*n"), "a")["out_features"] == "=2*n"
        assert options(edits.set_option(design, "b", "dim", 1), "b") == {"dim": 1}
        assert options(edits.set_option(design, "u", "n", 3), "u") == {"n": 3}
        assert options(edits.set_option(design, "r.7", "out_features", 2), "r.0")["out_features"] == 2

    def test_values_are_normal(self) -> None:
        design = edits.set_option(chain(layer("a", "Dropout")), "a", "p", 1)
        assert repr(options(design, "a")) == "{'p': 1.0}"
        design = edits.set_option(chain(op("a", "Permute")), "a", "dims", [0, 2, 1])
        assert options(design, "a") == {"dims": (0, 2, 1)}

    def test_whether_a_value_fits_is_for_check_to_say(self) -> None:
        design = edits.set_option(chain(fc("a")), "a", "out_features", "many")
        assert [each.code for each in check(design)] == ["bad-option"]

    def test_unset(self) -> None:
        design = edits.set_option(chain(fc("a")), "a", "bias", False)
        assert edits.unset_option(design, "a", "bias") == chain(fc("a"))
        with refused("an option that is set .in_features, out_features., received 'bias'"):
            edits.unset_option(chain(fc("a")), "a", "bias")

    def test_refusals(self) -> None:
        design = chain(fc("a"), Use(id="u", of="Nothing"), Shared(id="s", of="a"))
        with refused("an option of Linear .in_features, out_features, bias., received 'width'"):
            edits.set_option(design, "a", "width", 1)
        for path in ("u", "s", ""):
            with refused("it has none"):
                edits.set_option(design, path, "n", 1)
        definition = Definition(name="D", options=(DefinitionOption(name="n"),), body=Sequential())
        with refused("a valid options"):
            edits.set_option(of(Sequential(nodes=(Use(id="u", of="D"),)), definitions=(definition,)), "u", "n", 1.5)


class TestFields:
    @pytest.mark.parametrize(
        ("path", "name", "value"),
        [
            ("p", "merge", "stack"),
            ("p", "dim", -1),
            ("r", "times", 7),
            ("r", "times", "=2*n"),
            ("r", "mode", "same"),
            ("t", "shape", (2, "=n")),
            ("t", "dtype", "float64"),
            ("t", "value", ((1.0, 2.0),)),
            ("t", "init", ONES),
            ("s", "of", "r"),
            ("u", "of", "E"),
        ],
    )
    def test_each(self, path: str, name: str, value: Any) -> None:
        nodes = (
            Parallel(id="p", nodes=(fc("a"),)),
            Repeat(id="r", body=fc("0")),
            Tensor(id="t", kind="Parameter"),
            Shared(id="s", of="p"),
            Use(id="u", of="D"),
        )
        after = edits.set_field(chain(*nodes), path, name, value)
        assert getattr(find(after, path), name) == value

    def test_of_a_root(self) -> None:
        design = of(Parallel(nodes=(fc("a"),)))
        assert edits.set_field(design, "", "merge", "add").root == Parallel(nodes=(fc("a"),), merge="add")

    def test_an_index_is_read_by_its_new_name(self) -> None:
        inner = Repeat(id="s", body=op("0", "AddScalar", value="=i"))
        body = Sequential(id="0", nodes=(op("a", "AddScalar", value="=i+1"), inner))
        after = edits.set_field(chain(Repeat(id="r", body=body)), "r", "index", "k")
        assert options(after, "r.0.a") == {"value": "=k + 1"}
        assert options(after, "r.0.s.0") == {"value": "=i"}, "that is the inner one's own"
        reads = Sequential(id="0", nodes=(op("a", "AddScalar", value="=i+k"),))
        with refused("does not read as something else, received 'k'"):
            edits.set_field(chain(Repeat(id="r", body=reads)), "r", "index", "k")

    @pytest.mark.parametrize(
        ("path", "name", "value", "message"),
        [
            ("p", "merge", "sum", "a valid merge"),
            ("p", "dim", 1.5, "a valid dim"),
            ("p", "times", 2, r"a field of Parallel \(merge, dim\)"),
            ("p.a", "options", {}, "it has none"),
            ("", "outputs", (), "it has none"),
        ],
    )
    def test_refusals(self, path: str, name: str, value: Any, message: str) -> None:
        with refused(message):
            edits.set_field(chain(Parallel(id="p", nodes=(fc("a"),))), path, name, value)


class TestKinds:
    def test_options_that_still_apply_are_kept(self) -> None:
        design = chain(layer("a", "Linear", "x", in_features=4, out_features=8, bias=False))
        after = edits.set_kind(design, "a", "LazyLinear")
        assert find(after, "a") == layer("a", "LazyLinear", "x", out_features=8, bias=False)
        conv = chain(layer("a", "Conv2d", in_channels=1, out_channels=2, kernel_size=(3, 3), padding="same"))
        after = edits.set_kind(conv, "a", "Conv3d")
        assert options(after, "a") == {"in_channels": 1, "out_channels": 2, "padding": "same"}

    def test_between_layers_and_ops(self) -> None:
        design = chain(layer("a", "LeakyReLU", negative_slope=0.2, inplace=True))
        after = edits.set_kind(design, "a", "leaky_relu")
        assert find(after, "a") == op("a", "leaky_relu", negative_slope=0.2)

    def test_of_tensors(self) -> None:
        design = chain(Tensor(id="t", kind="Parameter", shape=(4,)))
        assert find(edits.set_kind(design, "t", "Buffer"), "t") == Tensor(id="t", kind="Buffer", shape=(4,))

    @pytest.mark.parametrize(("path", "kind"), [("a", "Nothing"), ("a", "Buffer"), ("t", "Linear"), ("s", "Linear")])
    def test_refusals(self, path: str, kind: str) -> None:
        design = chain(fc("a"), Tensor(id="t", kind="Buffer"), Sequential(id="s"))
        with refused(f"received '{kind}'"):
            edits.set_kind(design, path, kind)


class TestWires:
    def test_inputs_and_outputs(self) -> None:
        design = chain(fc("a"), fc("b"))
        after = edits.set_inputs(design, "b", ("x",))
        assert find(after, "b").inputs == ("x",)
        assert edits.set_inputs(after, "b", ()) == design
        after = edits.set_outputs(design, "", ("a", "b"))
        assert after.root == Sequential(nodes=(fc("a"), fc("b")), outputs=("a", "b"))
        with refused("received a root"):
            edits.set_inputs(design, "", ("x",))
        with refused("a Sequential, which has outputs to choose, received a Parallel"):
            edits.set_outputs(chain(Parallel(id="p")), "p", ("a",))

    def test_of_a_shortcut_and_a_body(self) -> None:
        repeat = Repeat(id="r", body=fc("0", "x"))
        assert find(edits.set_inputs(chain(repeat), "r.0", ()), "r") == Repeat(id="r", body=fc("0"))

    def test_names_of_inputs(self) -> None:
        block = Sequential(id="b", nodes=(op("c", "Add", "x", "x.0"), fc("d", "c")), outputs=("x", "d"))
        after = edits.set_input_names(chain(block), "b", ("q",))
        nodes = (op("c", "Add", "q", "q.0"), fc("d", "c"))
        assert find(after, "b") == Sequential(id="b", input_names=("q",), nodes=nodes, outputs=("q", "d"))

    @pytest.mark.parametrize(
        ("new", "wires"),
        [(("u", "v"), ("u", "v")), (("v", "u"), ("u", "v")), (("u", "w"), ("u", "w")), (("w",), ("w", "v"))],
    )
    def test_a_name_that_stays_is_itself_wherever_it_stands(self, new: tuple[str, ...], wires: tuple[str, ...]) -> None:
        block = Sequential(id="b", input_names=("u", "v"), nodes=(op("c", "Add", "u", "v"),))
        assert find(edits.set_input_names(chain(block), "b", new), "b.c").inputs == wires

    def test_refusals(self) -> None:
        with refused("the design's: use set_design"):
            edits.set_input_names(chain(), "", ("a",))
        for names in (("c",), ("a", "a"), (), ("a.b",), ("",)):
            with refused("a valid input_names"):
                edits.set_input_names(chain(Sequential(id="b", nodes=(fc("c"),))), "b", names)


class TestParameters:
    def test_ties_that_meet_become_one(self) -> None:
        design = edits.tie(chain(), "a.w", ("b.w",))
        assert design.ties == (("a.w", "b.w"),)
        design = edits.tie(edits.tie(design, "c.w", ("d.w",)), "e.w", ("f.w", "g.w"))
        assert edits.tie(design, "d.w", ("b.w",)).ties == (("e.w", "f.w", "g.w"), ("d.w", "b.w", "a.w", "c.w"))

    def test_untie(self) -> None:
        design = chain(ties=(("a", "b", "c"), ("d", "e")))
        assert edits.untie(design, "a").ties == (("b", "c"), ("d", "e"))
        assert edits.untie(design, "e").ties == (("a", "b", "c"),)
        with refused("f: expects a tied parameter"):
            edits.untie(design, "f")

    @pytest.mark.parametrize(("owner", "others"), [("a", ()), ("a", ("a",)), ("a", ("b", "b"))])
    def test_what_is_no_tie(self, owner: str, others: tuple[str, ...]) -> None:
        with refused("two or more different parameters"):
            edits.tie(chain(), owner, others)

    def test_freeze(self) -> None:
        design = edits.freeze(edits.freeze(chain(fc("a")), "a"), "a.bias")
        assert design.frozen == ("a", "a.bias")
        assert edits.freeze(design, "a") == design
        assert edits.unfreeze(design, "a").frozen == ("a.bias",)
        with refused("b: expects a path that is frozen itself, received one that is not"):
            edits.unfreeze(design, "b")
        with refused("received one that is because 'a' is"):
            edits.unfreeze(design, "a.weight")
        with refused("because 'the whole design' is"):
            edits.unfreeze(edits.freeze(chain(), ""), "a")

    def test_rules(self) -> None:
        one, other = Rule(init=ONES), Rule(where="a", init=ONES)
        design = edits.add_rule(edits.add_rule(chain(fc("a")), one), other)
        assert design.initializers == (one, other)
        assert edits.remove_rule(design, 0).initializers == (other,)
        assert edits.set_rules(design, (other, one)).initializers == (other, one)
        assert edits.set_rule(design, 1, one).initializers == (one, one)
        three = edits.add_rule(design, Rule(glob="*.bias", init=ONES))
        for index, to, order in ((0, 2, (1, 2, 0)), (2, 0, (2, 0, 1)), (1, 1, (0, 1, 2))):
            assert edits.move_rule(three, index, to).initializers == tuple(three.initializers[k] for k in order)
        for index in (2, -1):
            with refused("the position of a rule .there are 2."):
                edits.remove_rule(design, index)
            with refused("the position of a rule .there are 2."):
                edits.set_rule(design, index, one)
            with refused("the position of a rule .there are 2."):
                edits.move_rule(design, 0, index)
            with refused("the position of a rule .there are 2."):
                edits.move_rule(design, index, 0)


class TestWhole:
    def test_only_what_is_given(self) -> None:
        design = chain(fc("a"), name="Net", seed=3)
        after = edits.set_design(design, description="A net.")
        assert (after.name, after.seed, after.description) == ("Net", 3, "A net.")
        assert edits.set_design(after, name="", seed=0).name == ""
        assert edits.set_design(design) == design

    def test_wires_follow_renamed_inputs(self) -> None:
        inputs = (Input(name="image", shape=("N", 4)), Input(name="mask", shape=("N", 4)))
        design = edits.set_design(chain(op("a", "Add", "x", "x"), fc("b")), inputs=inputs)
        assert design.root.input_names == ("image", "mask")
        assert find(design, "a").inputs == ("image", "image")
        assert check(design) == ()

    def test_refusals(self) -> None:
        with refused("'a' is taken"):
            edits.set_design(chain(fc("a")), inputs=(Input(name="a", shape=(1,)),))
        with refused("a valid seed"):
            edits.set_design(chain(), seed=-1)
        with refused("at least 1"):
            edits.set_design(chain(), inputs=())
