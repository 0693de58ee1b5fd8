"""Copy, linked and shared; and definitions, which linked ones come from."""

from __future__ import annotations

import pytest

from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Rule
from composer.design.nodes import Initializer, Node, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.design.paths import find
from composer.errors import EditError
from tests.build import chain, layer, linear, of, op

ONES = Initializer(scheme="ones")


def fc(id: str, *inputs: str) -> Node:
    return linear(id, 4, 4, *inputs)


def refused(message: str) -> pytest.RaisesExc[EditError]:
    return pytest.raises(EditError, match=message)


def ids(design: Design) -> list[str]:
    return [each.id for each in design.root.children]


class TestCopy:
    def test_behind_the_original_under_a_fresh_id(self) -> None:
        assert ids(edits.duplicate(chain(fc("0"), fc("1")), "0", "copy")) == ["0", "2", "1"]
        assert ids(edits.duplicate(chain(fc("conv1"), fc("conv2")), "conv1", "copy")) == ["conv1", "conv3", "conv2"]
        assert ids(edits.duplicate(chain(fc("block 1")), "block 1", "copy")) == ["block 1", "block 2"]
        assert ids(edits.duplicate(chain(fc("a")), "a", "copy", "z")) == ["a", "z"]

    def test_references_inside_lead_inside(self) -> None:
        block = Sequential(id="b1", nodes=(fc("a"), Shared(id="s", of="b1.a"), Shared(id="t", of="z")))
        after = edits.duplicate(chain(fc("z"), block), "b1", "copy")
        assert find(after, "b2") == Sequential(
            id="b2", nodes=(fc("a"), Shared(id="s", of="b2.a"), Shared(id="t", of="z"))
        )
        assert find(after, "b1") == block

    def test_wires_are_those_of_the_original(self) -> None:
        after = edits.duplicate(chain(fc("a"), op("b1", "Add", "a", "x")), "b1", "copy")
        assert find(after, "b2").inputs == ("a", "x")

    def test_what_holds_inside_holds_inside_the_copy(self) -> None:
        block = Sequential(id="b1", nodes=(fc("a"), fc("c")))
        design = chain(
            fc("z"),
            block,
            ties=(("b1.a.weight", "b1.c.weight", "z.weight"), ("b1.a.bias", "z.bias")),
            frozen=("b1.a", "z"),
            initializers=(Rule(where="b1", init=ONES), Rule(init=ONES)),
        )
        after = edits.duplicate(design, "b1", "copy")
        assert after.ties == (*design.ties, ("b2.a.weight", "b2.c.weight")), "the copy is tied to nothing outside"
        assert after.frozen == ("b1.a", "z", "b2.a")
        assert [each.where for each in after.initializers] == ["b1", "", "b2"]

    def test_in_a_repeat(self) -> None:
        body = Sequential(id="0", nodes=(fc("a"),))
        design = chain(Repeat(id="r", body=body, times=3), frozen=("r.2.a",))
        after = edits.duplicate(design, "r.1.a", "copy", "z")
        assert after.frozen == ("r.2.a", "r.2.z")

    def test_refusals(self) -> None:
        design = chain(fc("a"), Repeat(id="r", body=fc("0")), Residual(id="s", shortcut=fc("c")))
        for path in ("r.0", "s.c"):
            with refused("of which there is one"):
                edits.duplicate(design, path, "copy")
        with refused("not taken"):
            edits.duplicate(design, "a", "copy", "r")


class TestLinked:
    def test_a_use_becomes_another(self) -> None:
        definition = Definition(name="D", options=(DefinitionOption(name="n"),), body=Sequential())
        use = Use(id="u1", of="D", options={"n": 3})
        design = of(Sequential(nodes=(use,)), definitions=(definition,))
        after = edits.duplicate(design, "u1", "linked")
        assert after.root.children == (use, Use(id="u2", of="D", options={"n": 3}))
        assert after.definitions == design.definitions

    def test_a_block_becomes_a_definition_first(self) -> None:
        block = Sequential(id="my block", nodes=(fc("a"), Shared(id="s", of="my block.a")))
        after = edits.duplicate(chain(block, frozen=("my block.a",)), "my block", "linked")
        body = Sequential(nodes=(fc("a"), Shared(id="s", of="a")))
        assert after.definitions == (Definition(name="MyBlock", body=body),)
        assert after.root.children == (Use(id="my block", of="MyBlock"), Use(id="my block1", of="MyBlock"))
        assert after.frozen == ("my block.a", "my block1.a")
        assert check(after) == ()

    def test_a_name_of_its_own(self) -> None:
        design = chain(Sequential(id="0"), Sequential(id="1"))
        design = edits.duplicate(edits.duplicate(design, "0", "linked"), "1", "linked")
        assert [each.name for each in design.definitions] == ["Block", "Block_2"]

    def test_layers_have_no_definition(self) -> None:
        with refused("received a Linear"):
            edits.duplicate(chain(fc("a")), "a", "linked")


class TestShared:
    def test_the_same_module(self) -> None:
        after = edits.duplicate(chain(fc("fc1"), fc("fc2", "x")), "fc2", "shared")
        assert after.root.children[2] == Shared(id="fc3", of="fc2", inputs=("x",))

    def test_of_a_shared_one_is_of_its_original(self) -> None:
        after = edits.duplicate(chain(fc("a"), Shared(id="s", of="a")), "s", "shared")
        assert find(after, "s1") == Shared(id="s1", of="a")

    def test_within_a_block_by_its_path(self) -> None:
        design = chain(Repeat(id="r", body=Sequential(id="0", nodes=(fc("a"),))))
        after = edits.duplicate(design, "r.1.a", "shared", "s")
        assert find(after, "r.0.s") == Shared(id="s", of="r.0.a")
        assert check(after) == ()

    @pytest.mark.parametrize("node", [op("a", "relu"), Tensor(id="a", kind="Parameter", shape=(4,))])
    def test_only_modules(self, node: Node) -> None:
        with refused("which is a module"):
            edits.duplicate(chain(node), "a", "shared")


class TestDefinitions:
    def test_make_one(self) -> None:
        block = Residual(id="b", inputs=("a", "x"), input_names=("u", "v"), nodes=(op("add", "Add", "u", "v"),))
        design = chain(fc("a"), block, frozen=("b.add",), ties=(("b.x", "a.weight"),))
        after = edits.make_definition(design, "b", "Block")
        assert after.definitions == (
            Definition(name="Block", body=Residual(input_names=("u", "v"), nodes=(op("add", "Add", "u", "v"),))),
        )
        assert find(after, "b") == Use(id="b", of="Block", inputs=("a", "x"))
        assert (after.frozen, after.ties) == (design.frozen, design.ties), "paths through the use are the same"

    def test_names_from_around_become_options(self) -> None:
        nodes = (
            linear("a", "=4+width", "=i*2"),
            op("r", "Reshape", sizes=("=d0", "=j", "=d1")),
            Repeat(id="s", body=op("0", "AddScalar", value="=k+outer"), index="k"),
            Use(id="u", of="Other", options={"n": "=i"}),
            Tensor(id="p", kind="Parameter", shape=("=width",)),
        )
        inner = Repeat(id="t", index="j", body=Sequential(id="0", nodes=(Sequential(id="b", nodes=nodes),)))
        outer = Sequential(nodes=(Repeat(id="q", body=Sequential(id="0", nodes=(inner,))),))
        options = (DefinitionOption(name="width"), DefinitionOption(name="unused"))
        design = of(Sequential(), definitions=(Definition(name="D", options=options, body=outer),))
        after = edits.make_definition(design, ".D.q.0.t.0.b", "Made")
        made = after.definition("Made")
        assert made is not None
        assert [each.name for each in made.options] == ["i", "j", "width"], "`outer` is nowhere, so check names it"
        use = find(after, ".D.q.0.t.0.b")
        assert use == Use(id="b", of="Made", options={"i": "=i", "j": "=j", "width": "=width"})

    def test_what_is_shared_from_outside_refuses(self) -> None:
        design = chain(fc("a"), Sequential(id="b", nodes=(Shared(id="s", of="a"),)))
        with refused("b: expects a block that shares no module from outside, received 's', the module 'a'"):
            edits.make_definition(design, "b", "B")

    def test_in_a_repeat(self) -> None:
        body = Sequential(id="0", nodes=(fc("a"), Shared(id="s", of="r.0.a")))
        after = edits.make_definition(chain(Repeat(id="r", body=body), frozen=("r.1.a",)), "r.0", "B")
        assert find(after, "r") == Repeat(id="r", body=Use(id="0", of="B"))
        assert find(after, ".B.s") == Shared(id="s", of="a")
        assert check(after) == ()

    def test_rename(self) -> None:
        inner = Definition(name="A", body=Sequential(nodes=(fc("a"),)))
        outer = Definition(name="B", body=Sequential(nodes=(Use(id="u", of="A"),)))
        nodes = (Use(id="v", of="A"), Shared(id="s", of="v.a"), Repeat(id="r", body=Use(id="0", of="A")))
        design = of(Sequential(nodes=nodes), definitions=(inner, outer), frozen=("v.a",))
        after = edits.rename_definition(design, "A", "C")
        assert [each.name for each in after.definitions] == ["C", "B"]
        assert [find(after, path).model_dump()["of"] for path in ("v", "r.0", ".B.u", "s")] == ["C", "C", "C", "v.a"]
        assert edits.rename_definition(after, "C", "A") == design
        assert edits.rename_definition(design, "A", "A") == design

    def test_rename_an_option(self) -> None:
        body = Sequential(nodes=(linear("a", 4, "=2*n"), Use(id="u", of="D", options={"n": "=n-1"})))
        definition = Definition(name="D", options=(DefinitionOption(name="n", default=2),), body=body)
        other = Repeat(id="r", body=Use(id="0", of="D", options={"n": "=n"}), index="n")
        design = of(Sequential(nodes=(other,)), definitions=(definition,))
        after = edits.rename_definition_option(design, "D", "n", "width")
        assert find(after, ".D.a").model_dump()["options"]["out_features"] == "=2 * width"
        assert find(after, ".D.u") == Use(id="u", of="D", options={"width": "=width - 1"})
        assert find(after, "r.0") == Use(id="0", of="D", options={"width": "=n"})
        for name in ("n.m", "class", "d0", ""):
            with refused("a plain name"):
                edits.rename_definition_option(design, "D", "n", name)
        with refused(r"an option of D \(n\), received 'k'"):
            edits.rename_definition_option(design, "D", "k", "m")

    def test_add_set_and_remove(self) -> None:
        definition = Definition(name="D", body=Sequential())
        design = edits.add_definition(chain(Use(id="u", of="D")), definition)
        assert check(design) == ()
        options = (DefinitionOption(name="n", default=1),)
        assert edits.set_definition_options(design, "D", options).definitions[0].options == options
        after = edits.remove_definition(design, "D")
        assert [each.code for each in check(after)] == ["unknown-definition"]

    @pytest.mark.parametrize("name", ["", "a b", "class", "nn", "D.E", "torch", "print"])
    def test_names_that_cannot_name_a_class(self, name: str) -> None:
        design = of(Sequential(nodes=(Sequential(id="b"),)), definitions=(Definition(name="D", body=Sequential()),))
        with refused("can name a class"):
            edits.make_definition(design, "b", name)
        with refused("can name a class"):
            edits.rename_definition(design, "D", name)

    def test_refusals(self) -> None:
        design = chain(Sequential(id="b"), fc("a"), definitions=(Definition(name="D", body=Sequential()),))
        with refused("not taken, received 'D'"):
            edits.make_definition(design, "b", "D")
        with refused("not taken, received 'D'"):
            edits.add_definition(design, Definition(name="D", body=Sequential()))
        with refused("a block, received a Linear"):
            edits.make_definition(design, "a", "E")
        with refused("a root"):
            edits.make_definition(design, "", "E")
        for edit in (edits.remove_definition, lambda d, n: edits.rename_definition(d, n, "F")):
            with refused("no definition named 'E'"):
                edit(design, "E")


def test_blocks_of_a_kind_that_has_no_wires() -> None:
    design = chain(layer("a", "Tanh"), Repeat(id="r", body=Sequential(id="0", nodes=(fc("c"),)), times=3))
    after = edits.duplicate(design, "r", "linked")
    assert check(after) == ()
    assert after.definitions[0].body == Repeat(body=Sequential(id="0", nodes=(fc("c"),)), times=3)
