"""Inserting, removing, moving and renaming: ids that stay, and references that follow."""

from __future__ import annotations

import pytest

from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, Design, Rule
from composer.design.nodes import Initializer, Node, Parallel, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.design.paths import find, scopes, walk
from composer.errors import EditError
from tests.build import chain, layer, linear, of, op

ONES = Initializer(scheme="ones")


def fc(id: str, *inputs: str) -> Node:
    return linear(id, 4, 4, *inputs)


def paths(design: Design) -> list[str]:
    return [path for start, root, _ in scopes(design) for path, _ in walk(root, start)]


def refused(message: str) -> pytest.RaisesExc[EditError]:
    return pytest.raises(EditError, match=message)


class TestInsert:
    def test_at_a_position(self) -> None:
        design = chain(fc("a"), fc("c"))
        assert paths(edits.insert(design, "", 1, fc("b"))) == ["", "a", "b", "c"]
        assert paths(edits.insert(design, "", 0, fc("b"))) == ["", "b", "a", "c"]
        assert paths(edits.insert(design, "", 2, fc("b"))) == ["", "a", "c", "b"]

    @pytest.mark.parametrize(
        ("ids", "node", "id"),
        [
            ((), layer("", "Conv2d"), "0"),
            (("0", "1"), layer("", "Conv2d"), "2"),
            (("1", "5"), layer("", "Conv2d"), "6"),
            (("conv1",), layer("", "LazyConv2d"), "conv2"),
            (("conv1", "conv3"), layer("", "Conv2d"), "conv2"),
            (("fc",), layer("", "Linear"), "linear1"),
            (("fc",), op("", "Add"), "add1"),
            (("fc",), Use(of="ResBlock"), "resblock1"),
            (("fc",), Tensor(kind="Parameter"), "parameter1"),
            (("fc",), Sequential(), "sequential1"),
        ],
    )
    def test_an_id_of_its_own(self, ids: tuple[str, ...], node: Node, id: str) -> None:
        design = edits.insert(chain(*map(fc, ids)), "", len(ids), node)
        assert design.root.children[-1].id == id

    def test_never_the_name_of_an_input(self) -> None:
        block = Sequential(id="b", input_names=("0", "1"))
        assert paths(edits.insert(chain(block), "b", 0, op("", "Add")))[-1] == "b.2"

    def test_into_the_body_of_a_residual(self) -> None:
        block = Residual(id="r", nodes=(fc("0"), fc("1")), shortcut=fc("shortcut"))
        design = edits.insert(chain(block), "r", 2, layer("", "ReLU"))
        assert paths(design) == ["", "r", "r.0", "r.1", "r.2", "r.shortcut"]

    def test_through_an_instance_of_a_repeat(self) -> None:
        design = edits.insert(chain(Repeat(id="r", body=Sequential(id="0"), times=4)), "r.3", 0, fc("a"))
        assert paths(design) == ["", "r", "r.0", "r.0.a"]

    def test_into_a_definition(self) -> None:
        design = of(Sequential(), definitions=(Definition(name="D", body=Sequential()),))
        assert paths(edits.insert(design, ".D", 0, fc("a"))) == [".D", ".D.a", ""]

    def test_refusals(self) -> None:
        design = chain(fc("a"), Repeat(id="r", body=fc("0")))
        with refused("position from 0 to 2, received 3"):
            edits.insert(design, "", 3, fc("b"))
        with refused("position from 0 to 2, received -1"):
            edits.insert(design, "", -1, fc("b"))
        with refused("not taken .a, r, x., received 'a'"):
            edits.insert(design, "", 0, fc("a"))
        with refused("no dot"):
            edits.insert(design, "", 0, fc("b.c"))
        with refused("a: expects a block, received a Linear"):
            edits.insert(design, "a", 0, fc("b"))
        with refused("one body"):
            edits.insert(design, "r", 0, fc("b"))
        with refused("nowhere: expects the path of a node"):
            edits.insert(design, "nowhere", 0, fc("b"))
        with refused("no definition named 'D'"):
            edits.insert(design, ".D", 0, fc("b"))


class TestRemove:
    def test_what_refers_to_it_stays_for_check_to_name(self) -> None:
        design = chain(
            fc("a"),
            fc("b"),
            fc("c", "a"),
            Shared(id="s", of="a"),
            ties=(("a.weight", "b.weight"),),
            frozen=("a.weight",),
            initializers=(Rule(where="a", init=ONES),),
        )
        after = edits.remove(design, "a")
        assert paths(after) == ["", "b", "c", "s"]
        assert find(after, "c").inputs == ("a",)
        assert (after.ties, after.frozen, after.initializers) == (design.ties, design.frozen, design.initializers)
        assert {each.code for each in check(after)} == {
            "broken-wire",
            "broken-share",
            "broken-tie",
            "broken-freeze",
            "broken-rule",
        }
        assert edits.insert(after, "", 0, fc("a")) == design, "what comes back is found again"

    def test_a_shortcut(self) -> None:
        design = chain(Residual(id="r", nodes=(fc("0"),), shortcut=fc("1")))
        assert paths(edits.remove(design, "r.1")) == ["", "r", "r.0"]

    def test_refusals(self) -> None:
        design = chain(Repeat(id="r", body=fc("0")))
        with refused("one body"):
            edits.remove(design, "r.0")
        with refused("received a root"):
            edits.remove(design, "")


class TestMove:
    DESIGN = chain(
        fc("a"),
        Sequential(id="b", nodes=(fc("c"), fc("d", "c"), op("e", "Add", "c", "d"))),
        Shared(id="s", of="b.c"),
        ties=(("a.weight", "b.c.weight"),),
        frozen=("b.c", "b"),
        initializers=(Rule(where="b.c", init=ONES), Rule(init=ONES)),
    )

    def test_references_follow(self) -> None:
        after = edits.move(self.DESIGN, "b.c", "", 1)
        assert paths(after) == ["", "a", "c", "b", "b.d", "b.e", "s"]
        assert find(after, "s") == Shared(id="s", of="c")
        assert after.ties == (("a.weight", "c.weight"),)
        assert after.frozen == ("c", "b")
        assert after.initializers[0].where == "c"

    def test_wires_that_lead_out_of_a_block_stay_for_check_to_name(self) -> None:
        after = edits.move(self.DESIGN, "b.c", "", 1)
        assert find(after, "b.e").inputs == ("c", "d")
        broken = [each.path for each in check(after) if each.code == "broken-wire"]
        assert broken == ["b.d", "b.e"]

    def test_within_a_block(self) -> None:
        design = chain(fc("a"), fc("b"), fc("c"))
        assert paths(edits.move(design, "a", "", 2)) == ["", "b", "c", "a"]
        assert paths(edits.move(design, "c", "", 0)) == ["", "c", "a", "b"]
        assert edits.move(design, "b", "", 1) == design
        with refused("position from 0 to 2, received 3"):
            edits.move(design, "a", "", 3)

    def test_a_block_takes_what_is_inside_along(self) -> None:
        design = chain(Sequential(id="a"), Sequential(id="b", nodes=(fc("c"), Shared(id="s", of="b.c"))))
        after = edits.move(design, "b", "a", 0)
        assert paths(after) == ["", "a", "a.b", "a.b.c", "a.b.s"]
        assert find(after, "a.b.s") == Shared(id="s", of="a.b.c")

    def test_a_taken_id_gets_a_number(self) -> None:
        design = chain(fc("fc"), Sequential(id="b", nodes=(fc("fc"),)), frozen=("b.fc.bias", "fc"))
        after = edits.move(design, "b.fc", "", 0)
        assert paths(after) == ["", "fc1", "fc", "b"]
        assert after.frozen == ("fc1.bias", "fc")

    def test_into_and_out_of_a_repeat(self) -> None:
        body = Sequential(id="0", nodes=(fc("c"), fc("d")))
        design = chain(fc("a"), Repeat(id="r", body=body, times=4), frozen=("r.3.c", "r.0.d", "a"))
        into = edits.move(design, "a", "r.2", 0)
        assert into.frozen == ("r.3.c", "r.0.d", "r.0.a")
        out = edits.move(design, "r.0.d", "", 0)
        assert out.frozen == ("r.3.c", "d", "a")
        lost = edits.move(design, "r.0.c", "", 0)
        assert lost.frozen == ("r.3.c", "r.0.d", "a"), "there is no fourth instance outside"

    def test_a_repeat_keeps_its_instances(self) -> None:
        body = Sequential(id="0", nodes=(fc("c"),))
        repeat = Repeat(id="r", body=body, times=4)
        design = chain(Sequential(id="b"), repeat, frozen=("r.3.c.weight",), ties=(("r.1.c.bias", "r.2.c.bias"),))
        after = edits.move(design, "r", "b", 0)
        assert after.frozen == ("b.r.3.c.weight",)
        assert after.ties == (("b.r.1.c.bias", "b.r.2.c.bias"),)

    def test_into_a_definition(self) -> None:
        definition = Definition(name="D", body=Sequential())
        block = Sequential(id="b", nodes=(fc("c"), Shared(id="s", of="b.c")))
        design = of(Sequential(nodes=(block, Use(id="u", of="D"))), definitions=(definition,), frozen=("b.c",))
        after = edits.move(design, "b", ".D", 0)
        assert find(after, ".D.b.s") == Shared(id="s", of="b.c")
        assert after.frozen == ("b.c",), "no one path leads into all uses: check names it"

    def test_a_shortcut_out_and_in(self) -> None:
        design = chain(fc("a"), Residual(id="r", nodes=(fc("0"),), shortcut=fc("1")), frozen=("r.1", "a"))
        out = edits.move(design, "r.1", "", 0)
        assert paths(out) == ["", "1", "a", "r", "r.0"]
        assert out.frozen == ("1", "a")
        back = edits.move_to_shortcut(out, "a", "r")
        assert paths(back) == ["", "1", "r", "r.0", "r.a"]
        assert find(back, "r") == Residual(id="r", nodes=(fc("0"),), shortcut=fc("a"))
        assert back.frozen == ("1", "r.a")
        assert paths(edits.move(design, "r.1", "r", 1)) == ["", "a", "r", "r.0", "r.1"]

    def test_refusals(self) -> None:
        design = chain(Sequential(id="a", nodes=(Sequential(id="b"),)), Repeat(id="r", body=fc("0")))
        with refused("not inside the node itself"):
            edits.move(design, "a", "a.b", 0)
        with refused("not inside the node itself"):
            edits.move(design, "a", "a", 0)
        with refused("one body"):
            edits.move(design, "r.0", "a", 0)
        with refused("one body"):
            edits.move(design, "a", "r", 0)
        with refused("expects a Residual, received a Sequential"):
            edits.move_to_shortcut(design, "r", "a")


class TestRename:
    def test_every_reference_follows(self) -> None:
        design = chain(
            layer("lstm", "LSTM", input_size=4, hidden_size=4),
            fc("a", "lstm.0"),
            op("b", "Add", "a", "lstm.1.0", "x"),
            Shared(id="s", of="lstm"),
            Tensor(id="lstm1", kind="Parameter"),
            ties=(("lstm.weight_hh_l0", "lstm1"),),
            frozen=("lstm", "lstm1"),
            initializers=(Rule(where="lstm", init=ONES),),
        )
        design = edits.set_outputs(design, "", ("b", "lstm.1.1"))
        after = edits.rename(design, "lstm", "rnn")
        assert find(after, "a").inputs == ("rnn.0",)
        assert find(after, "b").inputs == ("a", "rnn.1.0", "x")
        assert find(after, "s") == Shared(id="s", of="rnn")
        assert after.root == edits.rename(after, "rnn", "rnn").root
        assert find(after, "").model_dump()["outputs"] == ("b", "rnn.1.1")
        assert after.ties == (("rnn.weight_hh_l0", "lstm1"),)
        assert after.frozen == ("rnn", "lstm1")
        assert after.initializers[0].where == "rnn"
        assert edits.rename(after, "rnn", "lstm") == design

    def test_only_in_its_own_block(self) -> None:
        inner = Sequential(id="b", nodes=(fc("a"), fc("c", "a")))
        after = edits.rename(chain(fc("a"), inner, fc("d", "a")), "a", "z")
        assert find(after, "d").inputs == ("z",)
        assert find(after, "b.c").inputs == ("a",)

    def test_through_uses_and_in_definitions(self) -> None:
        inner = Definition(name="Inner", body=Sequential(nodes=(fc("fc"), Shared(id="s", of="fc"))))
        outer = Definition(name="Outer", body=Sequential(nodes=(Use(id="in", of="Inner"), Shared(id="t", of="in.fc"))))
        design = of(
            Sequential(nodes=(Use(id="u", of="Outer"), Shared(id="v", of="u.in"))),
            definitions=(inner, outer),
            ties=(("u.in.fc.weight", "v.fc.weight"),),
            frozen=("u.in.fc", "u.t.bias"),
            initializers=(Rule(where="u.in.s", init=ONES),),
        )
        after = edits.rename(design, ".Inner.fc", "linear")
        assert find(after, ".Inner.s") == Shared(id="s", of="linear")
        assert find(after, ".Outer.t") == Shared(id="t", of="in.linear")
        assert after.ties == (("u.in.linear.weight", "v.linear.weight"),)
        assert after.frozen == ("u.in.linear", "u.t.bias")
        assert after.initializers[0].where == "u.in.s"
        after = edits.rename(after, ".Outer.in", "first")
        assert find(after, "v") == Shared(id="v", of="u.first")
        assert after.frozen == ("u.first.linear", "u.t.bias")
        after = edits.rename(after, "u", "net")
        assert find(after, "v") == Shared(id="v", of="net.first")
        assert after.ties == (("net.first.linear.weight", "v.linear.weight"),)

    def test_through_repeats(self) -> None:
        body = Sequential(id="0", nodes=(fc("fc"), Shared(id="s", of="blocks.0.fc")))
        design = chain(Repeat(id="blocks", body=body, times=12), frozen=("blocks.3.fc", "blocks.11.fc.bias"))
        after = edits.rename(design, "blocks.7.fc", "linear")
        assert after.frozen == ("blocks.3.linear", "blocks.11.linear.bias")
        assert find(after, "blocks.0.s") == Shared(id="s", of="blocks.0.linear")
        assert edits.rename(after, "blocks", "h").frozen == ("h.3.linear", "h.11.linear.bias")

    def test_through_shared_blocks(self) -> None:
        block = Sequential(id="b", nodes=(fc("fc"),))
        design = chain(block, Shared(id="s", of="b"), Shared(id="t", of="s"), frozen=("t.fc.weight", "s.fc"))
        assert edits.rename(design, "b.fc", "z").frozen == ("t.z.weight", "s.z")
        assert edits.rename(design, "s", "z").frozen == ("t.fc.weight", "z.fc")
        assert find(edits.rename(design, "s", "z"), "t") == Shared(id="t", of="z")

    def test_rings_of_shared_modules_end(self) -> None:
        design = chain(Shared(id="a", of="b"), Shared(id="b", of="a"), frozen=("a.fc", "b.a"))
        after = edits.rename(design, "a", "z")
        assert [find(after, path) for path in ("z", "b")] == [Shared(id="z", of="b"), Shared(id="b", of="z")]
        assert after.frozen == ("z.fc", "b.a")

    def test_shared_modules_cannot_make_following_them_endless(self) -> None:
        """Every path here is twice as long as the one before: 2⁶⁰ steps, were they not remembered."""
        inner = [Shared(id=f"t{k}", of=f"s{k - 1}" if k else "b") for k in range(60)]
        outer = [Shared(id=f"s{k}", of=f"s{k - 1}.t{k}" if k else "b") for k in range(60)]
        design = chain(Sequential(id="b", nodes=tuple(inner)), *outer)
        assert find(edits.rename(design, "b", "c"), "s0") == Shared(id="s0", of="c")

    def test_what_leads_nowhere_stays(self) -> None:
        design = chain(fc("a"), fc("b", "gone", "gone.1", ""), Shared(id="s", of="gone.a"), frozen=("gone", "a.", "."))
        after = edits.rename(design, "a", "z")
        assert find(after, "b").inputs == ("gone", "gone.1", "")
        assert find(after, "s") == Shared(id="s", of="gone.a")
        assert after.frozen == ("gone", "z.", ".")

    def test_a_shortcut(self) -> None:
        design = chain(Residual(id="r", nodes=(fc("0"),), shortcut=fc("1")))
        after = edits.rename(design, "r.1", "down")
        assert find(after, "r") == Residual(id="r", nodes=(fc("0"),), shortcut=fc("down"))

    @pytest.mark.parametrize("id", ["block 1", "class", 'a"b', "a\nb", "層", "10"])
    def test_any_legal_id(self, id: str) -> None:
        after = edits.rename(chain(fc("a"), fc("b", "a")), "a", id)
        assert paths(after) == ["", id, "b"]
        assert find(after, "b").inputs == (id,)

    def test_refusals(self) -> None:
        design = chain(fc("a"), fc("b"), Repeat(id="r", body=fc("0")))
        with refused("not taken .b, r, x., received 'b'"):
            edits.rename(design, "a", "b")
        with refused("received 'x'"):
            edits.rename(design, "a", "x")
        for id in ("", "a.b", "a" * 101, "\ud800"):
            with refused("a valid id"):
                edits.rename(design, "a", id)
        with refused("the body of a Repeat"):
            edits.rename(design, "r.0", "c")
        with refused("received a root"):
            edits.rename(design, "", "c")


def test_set_shortcut() -> None:
    design = chain(Residual(id="r", nodes=(fc("0"),)))
    design = edits.set_shortcut(design, "r", layer("", "Identity"))
    assert paths(design) == ["", "r", "r.0", "r.shortcut"]
    design = edits.set_shortcut(design, "r", fc("down"))
    assert paths(design) == ["", "r", "r.0", "r.down"]
    assert paths(edits.set_shortcut(design, "r", None)) == ["", "r", "r.0"]
    with refused("'0' is taken"):
        edits.set_shortcut(design, "r", fc("0"))
    with refused("expects a Residual"):
        edits.set_shortcut(design, "", fc("a"))


def test_replace_body() -> None:
    design = chain(Repeat(id="r", body=fc("0")))
    assert find(edits.replace_body(design, "r", fc("any")), "r.5") == fc("0")
    with refused("expects a block, received a Linear"):
        edits.replace_body(design, "r.0", fc("a"))


def test_branches_of_a_parallel_move_like_children() -> None:
    design = chain(Parallel(id="p", nodes=(fc("a"), fc("b"))), fc("c"))
    assert paths(edits.move(design, "c", "p", 1)) == ["", "p", "p.a", "p.c", "p.b"]
