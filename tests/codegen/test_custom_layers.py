"""Custom layers in the source: their code as it was written, what they declare around it, and nothing refused."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from composer.codegen.judging import code_problems
from composer.codegen.source import source
from composer.design.check import check
from composer.design.document import Definition, DefinitionOption, Design
from composer.design.edits import apply, rename, set_code, unwrap, wrap
from composer.design.nodes import Code, Initializer, Op, Sequential, Tensor, Use
from composer.design.text import dumps, loads
from composer.engine.build import live
from composer.errors import DesignError, EditError
from tests.build import chain, layer, linear

REDUCTION = """\
def init(self):
    # all of them alike
    self.weight.fill_(0.5)


def forward(self, x):
    return torch.einsum("kij,ni,nj->nk", self.weight, x, x) * self.units
"""


def reduction(code: str = REDUCTION) -> Definition:
    weight = Tensor(id="weight", kind="Parameter", shape=("=units", 4, 4), init=Initializer(scheme="normal"))
    body = Code(nodes=(weight, linear("head", 4, 4)), code=code)
    return Definition(name="Reduction", options=(DefinitionOption(name="units", default=2),), body=body)


def used(definition: Definition, **options: int) -> Design:
    return chain(Use(id="r", of=definition.name, options=options), definitions=(definition,), name="Net")


class HandWritten(nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units
        self.weight = nn.Parameter(torch.full((units, 4, 4), 0.5))
        self.head = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.einsum("kij,ni,nj->nk", self.weight, x, x) * self.units


def test_the_code_is_in_the_source_as_it_was_written() -> None:
    text = source(used(reduction(), units=3))
    indented = "\n".join(f"    {line}".rstrip() for line in REDUCTION.splitlines())
    assert indented in text
    assert "with torch.no_grad():\n            self.init()" in text
    assert "self.units = units" in text


def test_it_computes_what_a_hand_written_module_does() -> None:
    model, x = live(used(reduction(), units=3)), torch.randn(5, 4)
    oracle = HandWritten(3)
    assert list(model.state_dict()) == [f"r.{name}" for name in oracle.state_dict()]
    assert torch.equal(model(x), oracle(x))


def test_the_text_survives_the_file() -> None:
    design = used(reduction())
    assert loads(dumps(design)) == design
    assert used(reduction(REDUCTION.replace("\n", "\r\n"))) == design


REFUSED = "def forward(self, x):\n    return x.numpy()\n"


def test_what_the_gate_refuses_is_a_problem_and_never_source() -> None:
    design = used(reduction(REFUSED))
    (problem,) = code_problems(design)
    assert (problem.path, problem.code) == (".Reduction", "refused-code")
    assert problem.received.startswith("line 2: ")
    with pytest.raises(DesignError, match="Reduction: expects code that may run in a custom layer, received line 2"):
        source(design)


def test_inputs_are_those_of_forward() -> None:
    design = used(reduction("def forward(self, a, b):\n    return a + b\n"))
    (problem,) = code_problems(design)
    assert (problem.code, problem.expected, problem.received) == (
        "code-inputs",
        "the inputs of its forward (a, b)",
        "x",
    )
    mended = apply(design, problem.fixes[0].edits[0])
    assert not list(code_problems(mended))
    assert [each.code for each in check(mended)] == ["number-of-inputs"]


class TestDeclared:
    @pytest.mark.parametrize("id", ["block 1", "0", "init", "_own", "é"])
    def test_names_that_no_code_can_say(self, id: str) -> None:
        body = Code(nodes=(linear(id, 4, 4),), code="def forward(self, x):\n    return x\n")
        problems = check(used(Definition(name="D", body=body)))
        assert [(each.path, each.code) for each in problems] == [(f".D.{id}", "bad-name")]

    def test_ops_wires_and_names_of_options(self) -> None:
        nodes = (
            Op(id="act", kind="relu"), layer("fc", "Linear", "x", in_features=4, out_features=4), linear("n", 4, 4),
        )  # fmt: skip
        options = (DefinitionOption(name="n", default=1),)
        definition = Definition(
            name="D", options=options, body=Code(nodes=nodes, code="def forward(self, x):\n    return x\n")
        )
        assert [each.code for each in check(used(definition))] == ["op-in-code", "inputs-in-code", "name-taken"]

    def test_it_is_a_definition_of_its_own(self) -> None:
        with pytest.raises(ValueError, match="a custom layer is a definition of its own"):
            Sequential(nodes=(Code(id="c"),))
        with pytest.raises(ValueError, match="a block, not a custom layer"):
            chain().model_copy(deep=True).__class__(inputs=chain().inputs, root=Code())


class TestEdits:
    def test_a_new_name_is_said_in_the_code(self) -> None:
        code = "def forward(self, x):\n    return self.head(x) + self . head(x) - self.headless\n"
        design = rename(used(reduction(code)), ".Reduction.head", "out")
        body = design.definitions[0].body
        assert isinstance(body, Code)
        assert body.code == "def forward(self, x):\n    return self.out(x) + self . out(x) - self.headless\n"
        with pytest.raises(EditError, match="a name that code can say after self"):
            rename(design, ".Reduction.out", "block 1")

    def test_what_code_calls_by_name_keeps_its_place(self) -> None:
        design = used(reduction())
        with pytest.raises(EditError, match="what the code of a custom layer calls by name"):
            wrap(design, (".Reduction.head",), "Sequential")
        inner = Code(
            nodes=(Sequential(id="seq", nodes=(linear("0", 4, 4),)),),
            code="def forward(self, x):\n    return self.seq(x)\n",
        )
        with pytest.raises(EditError, match="one that the code of a custom layer calls by name"):
            unwrap(used(Definition(name="D", body=inner)), ".D.seq")

    def test_only_a_custom_layer_has_code(self) -> None:
        plain = Definition(name="D", body=Sequential(nodes=(linear("0", 4, 4),)))
        with pytest.raises(EditError, match=r"\.D: expects a custom layer, received a Sequential"):
            set_code(used(plain), "D", "def forward(self, x):\n    return x\n")

    def test_what_is_added_has_a_name_that_code_can_say(self) -> None:
        empty = used(Definition(name="D", body=Code(code="def forward(self, x):\n    return x\n")))
        design = apply(empty, {"edit": "insert", "path": ".D", "index": 0, "node": {"kind": "ReLU"}})
        assert [each.id for each in design.definitions[0].body.children] == ["relu1"]
        assert not check(design)
