"""Clips: what is copied, how it is read, and what becomes of it where it is pasted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composer import templates
from composer.design import edits, limits, text
from composer.design.check import check
from composer.design.clip import Clip, clip_text, read_clip
from composer.design.document import Definition, Design, Rule
from composer.design.history import History
from composer.design.nodes import Initializer, Layer, Repeat, Sequential, Shared, Tensor, Use
from composer.design.paths import find
from composer.errors import DesignError, EditError
from tests.build import chain, layer, linear, of, op


def block(name: str, *nodes: Any) -> Definition:
    return Definition(name=name, body=Sequential(nodes=nodes))


def pasted(design: Design, clip: Clip, path: str = "", index: int = 0) -> Design:
    return edits.apply(design, {"edit": "paste", "path": path, "index": index, "clip": json.loads(clip_text(clip))})


def ids(design: Design, path: str = "") -> list[str]:
    return [each.id for each in find(design, path).children]  # type: ignore[union-attr]


def wires(design: Design, path: str) -> tuple[str, ...]:
    return find(design, path).inputs


EMPTY = chain()


class TestCopying:
    def test_nodes_come_in_document_order_and_once(self) -> None:
        design = chain(linear("a", 4, 4), Sequential(id="s", nodes=(linear("b", 4, 4),)), linear("c", 4, 4))
        clip = edits.copied(design, ["c", "s.b", "a", "s"])
        assert [each.id for each in clip.nodes] == ["a", "s", "c"]

    def test_definitions_come_along_with_those_they_use(self) -> None:
        definitions = (block("Other"), block("Inner"), block("Outer", Use(id="i", of="Inner")))
        design = of(Sequential(nodes=(Use(id="u", of="Outer"),)), definitions=definitions)
        assert [each.name for each in edits.copied(design, ["u"]).definitions] == ["Inner", "Outer"]
        assert pasted(EMPTY, edits.copied(design, ["u"])).definitions == definitions[1:]

    def test_a_definition_is_copied_as_a_use(self) -> None:
        design = of(Sequential(), definitions=(block("Head", linear("fc", 4, 4)),))
        clip = edits.copied(design, [".Head", ".Head.fc"])
        assert clip.nodes == (Use(id="head", of="Head"),)

    def test_what_is_said_of_the_nodes_alone_comes_along(self) -> None:
        rule = Rule(where="b", init=Initializer(scheme="ones"))
        design = chain(
            linear("a", 4, 4),
            Sequential(id="b", nodes=(linear("c", 4, 4), linear("d", 4, 4))),
            ties=(("a.weight", "b.c.weight", "b.d.weight"), ("a.bias", "b.c.bias")),
            frozen=("", "a", "b.c.weight"),
            initializers=(Rule(init=Initializer(scheme="zeros")), rule),
        )
        clip = edits.copied(design, ["b"])
        assert (clip.ties, clip.frozen, clip.initializers) == (
            (("b.c.weight", "b.d.weight"),),
            ("b.c.weight",),
            (rule,),
        )

    def test_nodes_of_two_blocks_with_one_id_get_two(self) -> None:
        blocks = (Sequential(id=id, nodes=(linear("fc", 4, 4), layer("r", "ReLU", "fc"))) for id in "ab")
        design = chain(*blocks, frozen=("b.fc",))
        clip = edits.copied(design, ["a.fc", "a.r", "b.fc", "b.r"])
        assert [(each.id, each.inputs) for each in clip.nodes] == [
            ("fc", ()), ("r", ("fc",)), ("fc1", ()), ("r1", ("fc1",)),
        ]  # fmt: skip
        assert clip.frozen == ("fc1",)

    def test_a_wire_to_what_is_not_copied_is_never_taken_for_another(self) -> None:
        inner = Sequential(id="s", nodes=(linear("a", 4, 4), layer("b", "ReLU")))
        design = chain(linear("b", 4, 4), layer("t", "Tanh"), op("sum", "Add", "t", "b"), inner)
        clip = edits.copied(design, ["sum", "s.b"])
        assert [(each.id, each.inputs) for each in clip.nodes] == [("sum", ("t", "b")), ("b1", ())]

    def test_wires_that_say_what_position_says_are_left_out(self) -> None:
        design = chain(linear("a", 4, 4, "x"), layer("b", "ReLU", "a"), layer("c", "ReLU", "a"))
        assert [edits.copied(design, [path]).nodes[0].inputs for path in "abc"] == [(), (), ("a",)]
        assert edits.copied(design, ["a", "b"]).nodes[1].inputs == ("a",)

    def test_nothing_and_nowhere_are_refused(self) -> None:
        for paths in ([], ["gone"], [".Gone"]):
            with pytest.raises(EditError):
                edits.copied(EMPTY, paths)


class TestPasting:
    def test_ids_are_kept_where_they_are_free(self) -> None:
        design = chain(linear("conv1", 4, 4), linear("conv3", 4, 4))
        clip = Clip(nodes=(linear("conv1", 4, 4), linear("conv2", 4, 4), linear("conv3", 4, 4, "conv1")))
        after = pasted(design, clip, index=1)
        assert ids(after) == ["conv1", "conv4", "conv2", "conv5", "conv3"]
        assert wires(after, "conv5") == ("conv4",)

    def test_references_follow_to_the_new_places(self) -> None:
        nodes = (
            layer("a", "LSTM", input_size=4, hidden_size=4),
            layer("b", "ReLU", "a.1.0"),
            Sequential(id="s", nodes=(Shared(id="again", of="a"), Shared(id="twice", of="s.again"))),
        )
        clip = edits.copied(chain(*nodes), ["a", "b", "s"])
        design = chain(Sequential(id="in", nodes=(layer("a", "ReLU"),)))
        after = pasted(design, clip, "in", 1)
        assert ids(after, "in") == ["a", "a1", "b", "s"]
        assert wires(after, "in.b") == ("a1.1.0",)
        assert find(after, "in.s.again").of == "in.a1"  # type: ignore[union-attr]
        assert find(after, "in.s.twice").of == "in.s.again"  # type: ignore[union-attr]

    def test_a_wire_to_what_is_not_there_is_named(self) -> None:
        design = chain(linear("a", 4, 4), layer("b", "ReLU"), layer("c", "ReLU", "a"))
        after = pasted(EMPTY, edits.copied(design, ["c"]))
        assert [(each.code, each.path) for each in check(after)] == [("broken-wire", "c")]

    def test_ties_frozen_paths_and_rules_follow(self) -> None:
        clip = edits.clip_of(templates.load("tied_mlp"))
        design = chain(Sequential(id="in"), Sequential(id=clip.nodes[0].id))
        after = pasted(pasted(design, clip), clip, "in")
        first, second = ids(after)[0], ids(after, "in")[0]
        assert (first, second) == ("tiedmlp1", "tiedmlp")
        assert not [each for each in check(after) if each.code.startswith("broken")]

    def test_what_was_cut_is_said_once(self) -> None:
        rule = Rule(where="a", init=Initializer(scheme="ones"))
        ties = (("a.weight", "b.weight"), ("a.bias", "c.bias"))
        nodes = (linear("a", 4, 4), linear("b", 4, 4), linear("c", 4, 4))
        design = chain(*nodes, ties=ties, frozen=("a", "c"), initializers=(rule,))
        clip, rest = edits.copied(design, ["a", "b"]), design
        for operation in edits.cutting(design, ["b", "a"]):
            rest = edits.apply(rest, operation)
        assert (ids(rest), rest.ties, rest.frozen, rest.initializers) == (["c"], (ties[1],), ("c",), ())
        after = pasted(rest, clip)
        assert (set(after.ties), set(after.frozen), after.initializers) == (set(ties), {"a", "c"}, (rule,))
        left = chain(nodes[2], ties=ties, frozen=("a", "c"), initializers=(rule,))
        assert pasted(left, clip) == edits.apply(design, {"edit": "set_design"})

    def test_the_same_definition_is_used_and_another_gets_a_name(self) -> None:
        ours = (block("In", linear("fc", 4, 4)), block("Out", Use(id="i", of="In")))
        theirs = (block("In", linear("fc", 4, 8)), block("Out", Use(id="i", of="In")))
        design = of(Sequential(nodes=(Use(id="u", of="Out"),)), definitions=ours)
        clip = edits.copied(of(Sequential(nodes=(Use(id="u", of="Out"),)), definitions=theirs), ["u"])
        assert pasted(design, edits.copied(design, ["u"])).definitions == ours
        after = pasted(design, clip)
        assert [each.name for each in after.definitions] == ["In", "Out", "In_2", "Out_2"]
        assert find(after, "u1").of == "Out_2"  # type: ignore[union-attr]
        assert find(after, ".Out_2.i").of == "In_2"  # type: ignore[union-attr]
        assert pasted(after, clip).definitions == after.definitions, "brought once"

    def test_a_shared_module_shares_on_where_its_original_is(self) -> None:
        design = chain(linear("a", 4, 4), Sequential(id="s", nodes=(Shared(id="b", of="a"),)))
        clip = edits.copied(design, ["s"])
        assert find(pasted(design, clip, index=2), "s1.b").of == "a"  # type: ignore[union-attr]
        with pytest.raises(EditError, match=r"s1\.b: expects its original at 'a'.*a place before the original"):
            pasted(design, clip, index=0)
        for other in (EMPTY, chain(layer("a", "ReLU"))):
            with pytest.raises(EditError, match="received a shared module without it"):
                pasted(other, clip)

    def test_no_definition_can_say_what_is_said_of_parameters(self) -> None:
        design = of(Sequential(nodes=(linear("a", 4, 4),)), definitions=(block("D"),), frozen=("a",))
        with pytest.raises(EditError, match="name no part of a definition, received 'a'"):
            pasted(design, edits.copied(design, ["a"]), ".D")
        bare = edits.apply(design, {"edit": "unfreeze", "path": "a"})
        assert ids(pasted(bare, edits.copied(bare, ["a"]), ".D"), ".D") == ["a"]

    def test_positions_and_blocks_are_checked(self) -> None:
        design = chain(Repeat(id="r", body=linear("0", 4, 4)))
        clip = edits.copied(design, ["r.1"])
        assert ids(pasted(design, clip)) == ["0", "r"]
        for path, index in (("r", 0), ("r.0", 0), ("gone", 0), ("", 2), ("", -1)):
            with pytest.raises(EditError):
                pasted(design, clip, path, index)

    def test_caps(self) -> None:
        clip = Clip(nodes=tuple(layer(f"t{k}", "Tanh") for k in range(limits.MAX_NODES - 1)))
        after = pasted(EMPTY, clip)
        with pytest.raises(EditError, match="at most 5,000 nodes"):
            pasted(after, clip)
        ring = Clip(nodes=(Use(id="u", of="A"),), definitions=(block("A", Use(id="u", of="A")),))
        with pytest.raises(EditError, match="32 blocks in each other"):
            pasted(EMPTY, ring)


@pytest.mark.parametrize("name", templates.names())
def test_a_template_is_a_part(name: str) -> None:
    design = templates.load(name)
    clip = edits.clip_of(design, "part")
    assert read_clip(clip_text(clip)) == clip
    history = History.of(of(Sequential(), inputs=design.inputs))
    operation = {"edit": "paste", "path": "", "index": 0, "clip": json.loads(clip_text(clip))}
    after = history.apply(operation).design
    assert after.definitions == design.definitions
    assert [each.code for each in check(after)] == [each.code for each in check(design)]
    assert set(after.frozen) == {f"part.{path}".rstrip(".") for path in design.frozen}
    assert after.ties == tuple(tuple(f"part.{path}" for path in group) for group in design.ties)


GOOD = json.loads(clip_text(Clip(nodes=(linear("a", 4, 4),))))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "JSON text"),
        ("hello", "JSON text"),
        (b"\xff", "JSON text"),
        ("[" * 100_000, "nested too deep"),
        (" " * 8_000_001, "at most 8,000,000 are read"),
        ("[1]", "blocks that were copied here, received JSON list"),
        (text.dumps(EMPTY), "received a whole design"),
        (GOOD | {"version": 2}, "version 1"),
        (GOOD | {"nodes": []}, "at least 1 item"),
        (GOOD | {"more": 1}, "the unknown key 'more'"),
        (GOOD | {"nodes": [{**GOOD["nodes"][0], "more": 1}]}, "a: expects a valid more, received the unknown key"),
        (GOOD | {"nodes": [{"kind": "Evil", "id": "a"}]}, "unknown kind"),
        (GOOD | {"nodes": [{"kind": "ReLU"}]}, "an id without a dot"),
        (GOOD | {"nodes": [{"kind": "ReLU", "id": "a.b"}]}, "an id without a dot"),
        (GOOD | {"nodes": GOOD["nodes"] * 2}, "two nodes of a clip have one name: a"),
        (GOOD | {"definitions": [{"name": "D", "body": {"kind": "Sequential"}}] * 2}, "two definitions"),
        (GOOD | {"definitions": [{"name": "D", "body": {"kind": "Sequential", "id": "s"}}]}, "has no id"),
        (GOOD | {"frozen": [""]}, "does not begin with a node of the clip"),
        (GOOD | {"ties": [["a.weight", "b.weight"]]}, "'b.weight' does not begin"),
        (GOOD | {"initializers": [{"init": {"scheme": "ones"}}]}, "does not begin"),
        ('{"format": "block-composer-clip", "version": 1, "nodes": [], "nodes": []}', "the key 'nodes' twice"),
        ('{"format": "block-composer-clip", "version": NaN}', "the number NaN"),
        (GOOD | {"nodes": [{"kind": "ReLU", "id": str(k)} for k in range(5_001)]}, "at most 5,000 nodes"),
    ],
)
def test_what_is_no_clip_is_refused(content: Any, message: str) -> None:
    source = json.dumps(content) if isinstance(content, dict) else content
    with pytest.raises(DesignError) as caught:
        read_clip(source)
    assert message in str(caught.value)


def test_outside_of_a_stranger_must_be_shared_modules() -> None:
    outside = [{"node": "a", "of": "b", "kind": "Linear"}]
    with pytest.raises(EditError, match="a shared module of the clip, received a Linear"):
        pasted(chain(linear("b", 4, 4)), read_clip(json.dumps(GOOD | {"outside": outside})), index=1)
    with pytest.raises(EditError):
        pasted(EMPTY, read_clip(json.dumps(GOOD | {"outside": [{"node": "q", "of": "b", "kind": "x"}]})))


def test_equal_clips_have_equal_text() -> None:
    tensor = Tensor(id="p", kind="Parameter", shape=(4,))
    clip = Clip(nodes=(tensor, Layer(id="r", kind="ReLU")), frozen=("p",))
    assert clip_text(read_clip(clip_text(clip))) == clip_text(clip)
    assert "definitions" not in json.loads(clip_text(clip))
