"""Text of a document reaches source as a checked identifier or a literal: it never runs."""

from __future__ import annotations

import ast
import builtins
import sys
from pathlib import Path

import pytest
import torch

from composer.codegen.source import class_name_of, source
from composer.design import text
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design, Input, Rule
from composer.design.nodes import Initializer, Layer, Op, Repeat, Sequential, Shared, Tensor, Use, rebuild
from composer.engine.build import live, source_of
from composer.engine.shapes import shapes
from composer.errors import DesignError
from tests.build import chain, linear

MARKER = "composer_hostile_marker"
HOSTILE = [
    "class",
    "None",
    "self",
    "__init__",
    "__class__x",
    "_private",
    "x",
    "torch",
    "nn",
    "print",
    "block 1",
    "0",
    "-1",
    "'",
    '"',
    '"""',
    "'''",
    "\\",
    "\\'",
    "a\nb",
    "a\r\nb",
    "\u2028",
    "\x00",
    "{x}",
    "%s",
    "#",
    "# noqa\n",
    f'");import sys;setattr(sys,"{MARKER}",1);("',
    f"');import sys;setattr(sys,'{MARKER}',1);('",
    f'"""\nimport sys; setattr(sys, "{MARKER}", 1)\n"""',
    f"\nimport sys\nsetattr(sys, '{MARKER}', 1)\n",
    f"setattr(__import__('sys'), '{MARKER}', 1)",
    "ﬁ",
    "ﬁx",
    "层",
    "é",
    "é",
    "𝐱",
    "‮abc",
    "💥",
    " ",
    "a" * 90,
]
RESERVED = ("__init__",)  # torch.nn.Module's own: refused by check, whose fix renames
IDS = [id for id in HOSTILE if id not in RESERVED]


@pytest.fixture(autouse=True)
def no_effect() -> object:
    before = set(vars(builtins))
    yield
    assert not hasattr(sys, MARKER), "text of a document was run"
    assert set(vars(builtins)) == before


def around(id: str) -> Design:
    """A design in which `id` names a layer, an op, a parameter, a block and an input, all wired by name."""
    inner = Sequential(
        id=id + "+",
        input_names=(id,),
        nodes=(
            Layer(id="l" + id, kind="Linear", options={"in_features": 4, "out_features": 4}),
            Tensor(id=id + "p", kind="Parameter", shape=(4,), init=Initializer(scheme="ones")),
            Tensor(id=id + "b", kind="Buffer", shape=(4,)),
            Op(id=id + "s", kind="Add", inputs=("l" + id, id + "p", id + "b", id)),
        ),
    )
    return Design(
        name=id,
        description=id,
        inputs=(Input(name="in" + id, shape=("N", 4)),),
        root=Sequential(
            input_names=("in" + id,),
            nodes=(
                inner,
                Layer(id=id, kind="Linear", options={"in_features": 4, "out_features": 4}),
                Shared(id=id + "again", of=id),
                Op(id=id + "out", kind="Add", inputs=(id, id + "+", "in" + id)),
            ),
        ),
        ties=((f"{id}+.l{id}.weight", f"{id}.weight"),),
        frozen=(f"{id}+.{id}p",),
        initializers=(Rule(where=id + "+", parameter=id, init=Initializer(scheme="zeros")),),
    )


@pytest.mark.parametrize("id", IDS, ids=ascii)
def test_hostile_ids_keep_structure_and_run_nothing(id: str) -> None:
    design = around(id)
    assert text.loads(text.dumps(design)) == design
    assert check(design) == ()
    assert shapes(design).problems == ()
    code = source_of(design)
    tree = ast.parse(code)
    assert {type(node) for node in tree.body} <= {ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.ClassDef}
    model = live(design)
    assert list(model._modules) == [id + "+", id, id + "again"]
    assert list(model.state_dict())[:2] == [f"{id}+.{id}p", f"{id}+.{id}b"]
    assert model.get_submodule(id) is model.get_submodule(id + "again")
    assert model.get_parameter(f"{id}.weight") is model.get_parameter(f"{id}+.l{id}.weight")
    assert not model.get_parameter(f"{id}+.{id}p").requires_grad
    x = torch.randn(2, 4)
    first, again = model.get_submodule(id + "+.l" + id), model.get_submodule(id)
    inner = first(x) + 1 + 0 + x
    assert torch.equal(model(x), again(again(inner)) * 0 + again(inner) + inner + x)


@pytest.mark.parametrize("equation", ["bi,bj->bij", *HOSTILE], ids=ascii)
def test_hostile_string_options_are_literals(equation: str) -> None:
    node = Op(id="e", kind="Einsum", options={"equation": equation}, inputs=("x", "x"))
    design = Design(inputs=(Input(shape=("N", 4)),), root=Sequential(nodes=(node,)))
    code = source(design)
    literals = [each.value for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Constant)]
    assert equation in literals
    compile(code, "hostile", "exec")
    shapes(design)


@pytest.mark.parametrize("name", [each for each in HOSTILE if each not in ("_private", "a" * 90)], ids=ascii)
def test_hostile_names_of_definitions_options_and_indices_are_refused(name: str) -> None:
    linear = Layer(id="0", kind="Linear", options={"in_features": 4, "out_features": 4})
    x = (Input(shape=("N", 4)),)
    definition = Definition(name=name, body=Sequential(nodes=(linear,)))
    option = Definition(name="Good", options=(DefinitionOption(name=name, default=1),), body=definition.body)
    designs = [
        Design(inputs=x, definitions=(definition,), root=Sequential(nodes=(Use(id="0", of=name),))),
        Design(inputs=x, definitions=(option,), root=Sequential(nodes=(Use(id="0", of="Good"),))),
        Design(inputs=x, root=Sequential(nodes=(Repeat(id="0", index=name, body=linear),))),
        Design(
            inputs=x, root=Sequential(nodes=(rebuild(linear, options={"in_features": 4, "out_features": f"={name}"}),))
        ),
        Design(inputs=x, root=Sequential(nodes=(Tensor(id="t", kind="Buffer", dtype=name),))),
        Design(inputs=x, root=Sequential(nodes=(Tensor(id="t", kind="Buffer", init=Initializer(scheme=name)),))),
        Design(
            inputs=x,
            root=Sequential(nodes=(linear,)),
            initializers=(Rule(kind=name, init=Initializer(scheme="zeros")),),
        ),
        Design(inputs=(Input(shape=("N", 4), dtype=name),), root=Sequential(nodes=(linear,))),
    ]
    if name in ("0", "-1"):
        del designs[3]  # a number is an expression
    for design in [] if name == "x" else designs:
        assert check(design), text.dumps(design)
        with pytest.raises(DesignError):
            source(design)


def test_class_names_are_identifiers() -> None:
    for name in [*HOSTILE, "", "LeNet", "my net 2", "3 layers"]:
        design = Design(name=name, inputs=(Input(shape=("N",)),), root=Sequential())
        assert class_name_of(design).isidentifier()
        assert class_name_of(design) not in vars(builtins)
    assert class_name_of(Design(name="LeNet", inputs=(Input(shape=("N",)),), root=Sequential())) == "LeNet"


def test_exported_file_is_utf8(tmp_path: Path) -> None:
    for id in IDS:
        (tmp_path / "model.py").write_bytes(source_of(around(id)).encode("utf-8"))
        compile((tmp_path / "model.py").read_bytes(), "model.py", "exec")


BESIDE = Op(id="twice", kind="Add", inputs=("x", "x"))  # makes its block a class of its own


def test_an_index_named_like_the_parameter_of_a_shared_module() -> None:
    body = Sequential(id="0", nodes=(Shared(id="s", of="fc"), linear("l", 4, "=4+0*shared_fc")))
    block = Sequential(id="b", nodes=(BESIDE, Repeat(id="r", index="shared_fc", body=body)))
    model = live(chain(linear("fc", 4, 4), block))
    assert model.b.r[1].s is model.fc


def test_a_definition_named_like_the_parameter_of_a_shared_module() -> None:
    block = Sequential(id="b", nodes=(BESIDE, Shared(id="s", of="fc"), Use(id="u", of="shared_fc")))
    definition = Definition(name="shared_fc", body=Sequential(nodes=(linear("0", 4, 4),)))
    model = live(chain(linear("fc", 4, 4), block, definitions=(definition,)))
    assert model.b.u is not model.b.s is model.fc


@pytest.mark.parametrize("name", ["name", "parameter", "path", "initialize_0"])
def test_a_definition_named_like_a_variable_of_the_constructor(name: str) -> None:
    definition = Definition(name=name, body=Sequential(nodes=(linear("0", 4, 4),)))
    problems = check(chain(Use(id="u", of=name), definitions=(definition,), frozen=("u",)))
    assert [each.code for each in problems] == ["bad-name"]
