"""What `check` says of wrong designs: the problem's code and path, by table; and that right ones have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from composer.codegen.source import source
from composer.design import edits
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Input, Rule
from composer.design.nodes import Initializer, Parallel, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.errors import DesignError
from tests.build import X, chain, layer, linear, of, op

FOUR = {"in_features": 4, "out_features": 4}
TWICE = Definition(
    name="Twice",
    options=(DefinitionOption(name="width"), DefinitionOption(name="extra", default=1)),
    body=Sequential(nodes=(linear("fc", "=width", "=width*extra"),)),
)
HALF = Definition(name="A", body=Sequential(nodes=(layer("b", "Linear", in_features=4),)))


def expressed(text: str) -> Initializer:
    return Initializer(scheme="expression", options={"expression": text})


FAR = {"a": 10.0, "b": 1e7}

WRONG: dict[str, tuple[Design, str, str]] = {
    "missing option": (chain(layer("a", "Linear", in_features=4)), "missing-option", "a"),
    "unknown option": (chain(layer("a", "Linear", **FOUR, size=3)), "unknown-option", "a"),
    "text for a number": (chain(layer("a", "Linear", in_features="4", out_features=4)), "bad-option", "a"),
    "negative size": (chain(linear("a", 4, -1)), "bad-option", "a"),
    "bool for a number": (chain(layer("a", "Linear", in_features=True, out_features=4)), "bad-option", "a"),
    "bad choice": (chain(layer("a", "GELU", approximate="often")), "bad-option", "a"),
    "no such name": (chain(linear("a", 4, "=2*width")), "unknown-name", "a"),
    "index outside its Repeat": (
        chain(Repeat(id="r", body=linear("0", 4, 4)), linear("a", 4, "=i")),
        "unknown-name",
        "a",
    ),
    "input sizes in a layer": (chain(linear("a", 4, "=d0")), "unknown-name", "a"),
    "wire to nowhere": (chain(linear("a", 4, 4, "y")), "broken-wire", "a"),
    "wire to a later sibling": (chain(linear("a", 4, 4, "b"), linear("b", 4, 4)), "broken-wire", "a"),
    "wire to itself": (chain(linear("a", 4, 4, "a")), "broken-wire", "a"),
    "wire that is no reference": (chain(linear("a", 4, 4, "x.y")), "broken-wire", "a"),
    "wire into another block": (
        chain(Sequential(id="s", nodes=(linear("a", 4, 4),)), linear("b", 4, 4, "a")),
        "broken-wire",
        "b",
    ),
    "too few inputs": (chain(op("a", "Add")), "number-of-inputs", "a"),
    "too many inputs": (chain(linear("a", 4, 4, "x", "x")), "number-of-inputs", "a"),
    "input left out": (chain(layer("a", "Bilinear", "x", "", in1_features=4, in2_features=4, out_features=2)),
        "missing-input",
        "a",
    ),
    "block with too few inputs": (
        chain(linear("a", 4, 4), Sequential(id="s", input_names=("u", "v"), nodes=(op("add", "Add", "u", "v"),))),
        "number-of-inputs",
        "s",
    ),
    "reserved id": (chain(linear("forward", 4, 4)), "reserved-id", "forward"),
    "empty parallel": (chain(Parallel(id="p")), "empty-parallel", "p"),
    "output that is not there": (of(Sequential(nodes=(linear("a", 4, 4),), outputs=("a", "b"))), "broken-output", ""),
    "op as a body": (chain(Repeat(id="r", body=op("0", "relu"))), "bad-body", "r"),
    "wired body": (chain(Repeat(id="r", body=linear("0", 4, 4, "x"))), "wired-body", "r.0"),
    "negative times": (chain(Repeat(id="r", times=-1, body=linear("0", 4, 4))), "bad-size", "r"),
    "index of a bad name": (chain(Repeat(id="r", index="a b", body=linear("0", 4, 4))), "bad-name", "r"),
    "index within index": (
        chain(Repeat(id="r", body=Repeat(id="0", body=linear("0", 4, 4)))),
        "name-taken",
        "r.0",
    ),
    "no such definition": (chain(Use(id="u", of="Twise")), "unknown-definition", "u"),
    "use without its option": (chain(Use(id="u", of="Twice"), definitions=(TWICE,)), "missing-option", "u"),
    "use with another option": (
        chain(Use(id="u", of="Twice", options={"width": 4, "depth": 3}), definitions=(TWICE,)),
        "unknown-option",
        "u",
    ),
    "definition in itself": (
        chain(linear("a", 4, 4), definitions=(Definition(name="A", body=Sequential(nodes=(Use(id="a", of="A"),))),)),
        "recursion",
        ".A",
    ),
    "definition named like a builtin": (
        chain(linear("a", 4, 4), definitions=(Definition(name="print", body=Sequential()),)),
        "bad-name",
        ".print",
    ),
    "problem inside a definition": (
        chain(linear("a", 4, 4), definitions=(HALF,)),
        "missing-option",
        ".A.b",
    ),
    "share of nothing": (chain(linear("a", 4, 4), Shared(id="s", of="b")), "broken-share", "s"),
    "share of an op": (chain(op("a", "relu"), Shared(id="s", of="a")), "broken-share", "s"),
    "share of a parameter": (
        chain(Tensor(id="p", kind="Parameter", shape=(4,)), Shared(id="s", of="p", inputs=("x",))),
        "broken-share",
        "s",
    ),
    "share of a later one": (chain(Shared(id="s", of="a"), linear("a", 4, 4)), "share-later", "s"),
    "share of its own block": (
        chain(Sequential(id="b", nodes=(linear("a", 4, 4), Shared(id="s", of="b")))),
        "share-inside",
        "b.s",
    ),
    "share of a sibling instance": (
        chain(Repeat(id="r", body=Sequential(id="0", nodes=(linear("a", 4, 4), Shared(id="s", of="r.1.a"))))),
        "share-instance",
        "r.0.s",
    ),
    "share copied away": (
        chain(
            linear("a", 4, 4),
            Repeat(id="r", mode="copy", body=Sequential(id="0", nodes=(Shared(id="s", of="a"),))),
        ),
        "share-copied",
        "r.0.s",
    ),
    "index named like a definition": (
        chain(Repeat(id="r", index="Twice", body=linear("0", 4, 4)), definitions=(TWICE,)),
        "name-taken",
        "r",
    ),
    "copies of a lazy layer": (
        chain(Repeat(id="r", mode="copy", body=layer("0", "LazyLinear", out_features=4))),
        "lazy-copy",
        "r",
    ),
    "option named like a definition": (
        chain(
            linear("a", 4, 4),
            definitions=(TWICE, Definition(name="B", options=(DefinitionOption(name="Twice"),), body=Sequential())),
        ),
        "name-taken",
        ".B",
    ),
    "parameter of integers": (
        chain(Tensor(id="p", kind="Parameter", shape=(4,), dtype="int64"), op("a", "Add", "x", "p")),
        "bad-dtype",
        "p",
    ),
    "parameter with a wire": (
        chain(Tensor(id="p", kind="Buffer", shape=(4,), inputs=("x",)), op("a", "Add", "x", "p")),
        "inputs-of-tensor",
        "p",
    ),
    "ragged values": (chain(Tensor(id="p", kind="Buffer", shape=(2, 2), value=((1, 2), (3,)))), "bad-value", "p"),
    "values of another shape": (chain(Tensor(id="p", kind="Buffer", shape=(3,), value=(1, 2))), "bad-value", "p"),
    "unknown initializer": (
        chain(Tensor(id="p", kind="Buffer", shape=(3,), init=Initializer(scheme="xavier"))),
        "unknown-initializer",
        "p",
    ),
    "expression that is none": (
        chain(linear("a", 4, 4), initializers=(Rule(init=expressed("w.data")),)),
        "bad-option",
        "",
    ),
    "interval the wrong way round": (
        chain(Tensor(id="p", kind="Buffer", shape=(3,), init=Initializer(scheme="uniform", options={"a": 2.0}))),
        "bad-interval",
        "p",
    ),
    "interval in which next to nothing is": (
        chain(linear("a", 4, 4), initializers=(Rule(init=Initializer(scheme="trunc_normal", options=FAR)),)),
        "bad-interval",
        "",
    ),
    "rule for no layer": (
        chain(linear("a", 4, 4), initializers=(Rule(kind="Linar", init=Initializer(scheme="zeros")),)),
        "unknown-kind",
        "",
    ),
    "rule for no place": (
        chain(linear("a", 4, 4), initializers=(Rule(where="b", init=Initializer(scheme="zeros")),)),
        "broken-rule",
        "b",
    ),
    "tie of one": (chain(linear("a", 4, 4), ties=(("a.weight",),)), "bad-tie", "a.weight"),
    "tie to nowhere": (chain(linear("a", 4, 4), ties=(("a.weight", "b.weight"),)), "broken-tie", "b.weight"),
    "freeze of nothing": (chain(linear("a", 4, 4), frozen=("b.c",)), "broken-freeze", "b.c"),
    "size that is no name": (of(Sequential(), inputs=(Input(shape=("N×2",)),)), "bad-input", "x"),
    "unknown dtype": (of(Sequential(), inputs=(Input(shape=("N",), dtype="float31"),)), "bad-dtype", "x"),
    "too many layers": (
        chain(Repeat(id="r", times=20_000, body=linear("0", 4, 4))),
        "too-large",
        "r",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_designs(name: str) -> None:
    design, code, path = WRONG[name]
    problems = check(design)
    assert [(problem.code, problem.path) for problem in problems] == [(code, path)], list(map(str, problems))
    with pytest.raises(DesignError) as raised:
        source(design)
    assert raised.value.problems == problems
    assert len(str(problems[0])) <= 300


@pytest.mark.parametrize("name", WRONG)
def test_certain_fixes_leave_no_problem(name: str) -> None:
    from composer.design.edits.operations import apply

    design, _, _ = WRONG[name]
    (problem,) = check(design)
    for fix in problem.fixes:
        mended = design
        for edit in fix.edits:
            mended = apply(mended, edit)
        assert problem not in check(mended), fix.label


def test_message_names_path_expected_and_received() -> None:
    (problem,) = check(chain(layer("a", "Linear", in_features=0, out_features=4, bias="yes")))[:1]
    assert str(problem) == "a: expects in_features to be an integer ≥ 1, received 0"


@pytest.mark.parametrize(
    "design",
    [
        chain(linear("a", 4, 4), Shared(id="s", of="a")),
        chain(Repeat(id="r", body=Sequential(id="0", nodes=(linear("a", 4, 4), Shared(id="s", of="r.0.a"))))),
        chain(Repeat(id="r", body=linear("0", 4, 4)), Shared(id="s", of="r.1")),
        chain(Use(id="u", of="Twice", options={"width": 4}), Shared(id="s", of="u.fc"), definitions=(TWICE,)),
        chain(Residual(id="r", nodes=(linear("a", 4, 4),), shortcut=linear("shortcut", 4, 4))),
        chain(layer("a", "LSTM", input_size=4, hidden_size=3), linear("b", 3, 1, "a.0")),
        chain(
            layer("m", "MultiheadAttention", "x", "x", "x", "", "x", embed_dim=4, num_heads=2),
            inputs=(Input(shape=("T", "N", 4)),),
        ),
    ],
)  # fmt: skip
def test_right_designs(design: Design) -> None:
    assert check(design) == ()
    compile(source(design), "design", "exec")


def test_every_problem_is_at_its_own_path() -> None:
    wrong: Mapping[str, Any] = {"in_features": 4}
    design = chain(layer("a", "Linear", **wrong), Sequential(id="s", nodes=(layer("b", "Linear", **wrong),)))
    assert [problem.path for problem in check(design)] == ["a", "s.b"]
    assert X[0].name == "x"


def test_a_shared_layer_s_calls_have_no_expressions() -> None:
    pool = layer("pool", "MaxPool2d", kernel_size=2, return_indices=True)
    unpool = layer("un", "MaxUnpool2d", "pool.0", "pool.1", kernel_size=2, output_size=("=n", "=n"))
    body = Sequential(nodes=(pool, unpool, Shared(id="s", of="un", inputs=("pool.0", "pool.1"))))
    definition = Definition(name="Un", options=(DefinitionOption(name="n", default=4),), body=body)
    assert [each.code for each in check(chain(Use(id="u", of="Un"), definitions=(definition,)))] == ["share-expression"]


def test_a_rule_is_for_modules() -> None:
    zeros = Rule(where="p", init=Initializer(scheme="zeros"))
    (found,) = check(chain(Tensor(id="p", kind="Parameter"), initializers=(zeros,)))
    assert found.code == "broken-rule"


@pytest.mark.parametrize(
    ("wires", "guesses"),
    [
        (["conv", "x"], [["conv2", "x"], ["act", "x"], ["x", "x"]]),
        (["x", "lstn.1.0"], [["x", "lstm.1.0"], ["x", "act"], ["x", "x"]]),
        (["x", "nowhere"], [["x", "act"], ["x", "x"]]),
        (["x", "later"], [["x", "act"], ["x", "x"]]),
    ],
)
def test_a_wire_that_leads_nowhere_may_be_led_elsewhere(wires: list[str], guesses: list[list[str]]) -> None:
    nodes = (linear("conv2", 4, 4), layer("lstm", "LSTM", input_size=4, hidden_size=4), layer("act", "ReLU", "conv2"))
    design = chain(*nodes, op("sum", "Add", *wires), linear("later", 4, 4))
    (problem,) = check(design)
    assert problem.code == "broken-wire"
    assert [list(fix.edits[0]["inputs"]) for fix in problem.fixes] == [*guesses, []]
    assert not any(fix.certain for fix in problem.fixes)
    for fix in problem.fixes[:-1]:
        assert "broken-wire" not in {each.code for each in check(edits.apply(design, fix.edits[0]))}


def test_an_expression_that_is_none_is_pointed_at() -> None:
    (found,) = check(chain(linear("a", 4, 4), initializers=(Rule(init=expressed("v = uniform(-10, 10); v * [v]")),)))
    assert str(found) == (
        "the design: expects expression to have numbers, names, + - * / **, comparisons and parentheses (no index) "
        "at character 27, received '[' in initializer rule 1"
    )
    (found,) = check(chain(linear("a", 4, 4), initializers=(Rule(init=Initializer(scheme="expression")),)))
    assert found.code == "missing-option"
