"""Which parameters a rule fills: the preview says exactly what running the source does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from torch.nn.parameter import is_lazy

from composer.design.document import Design, Input, Rule
from composer.design.edits import apply
from composer.design.nodes import Initializer, Parallel, Sequential, Shared, Tensor
from composer.engine.build import live, shapes_checked
from composer.engine.live import tensors_of
from composer.engine.shapes import examine, shapes
from composer.errors import DesignError
from tests.build import X, chain, layer, linear, of
from tests.strategies import designs

MARK = 1234.5


def rule(scheme: str = "constant", /, val: float | None = None, **fields: Any) -> Rule:
    options: dict[str, Any] = {"val": val or 0.0} if scheme == "constant" else {}
    return Rule(init=Initializer(scheme=scheme, options=options), **fields)


def net(*rules: Rule, **fields: Any) -> Design:
    """Blocks in blocks, an attention layer with a Linear inside, and a free parameter."""
    attention = layer("attn", "MultiheadAttention", "fc", "fc", "fc", embed_dim=4, num_heads=2)
    nodes = (linear("fc", 4, 4), attention, linear("out", 4, 4, "attn.0"))
    encoder = Sequential(id="encoder", nodes=nodes)
    norm = layer("norm", "LayerNorm", "head", normalized_shape=(8,))
    free = Tensor(id="free", kind="Parameter", shape=(3, 3))
    return chain(encoder, linear("head", 4, 8), free, norm, initializers=rules, **fields)


def marked(design: Design) -> dict[str, int]:
    """By the names of the live model: the rule that gave the values, which are its mark."""
    found = {}
    for name, tensor in live(design).state_dict().items():
        if not is_lazy(tensor) and tensor.numel() and bool((tensor == tensor.flatten()[0]).all()):
            number = float(tensor.flatten()[0]) - MARK
            if number in range(len(design.initializers)):
                found[name] = int(number)
    return found


def marks(*fields: dict[str, str]) -> tuple[Rule, ...]:
    return tuple(rule(val=MARK + number, **each) for number, each in enumerate(fields))


def said(design: Design) -> dict[str, int]:
    return {row.name: row.rule for row in shapes_checked(design).tensors if row.rule is not None}


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"where": "encoder.fc"}, {"encoder.fc.weight", "encoder.fc.bias"}),
        ({"glob": "encoder.*.weight"}, {"encoder.fc.weight", "encoder.attn.out_proj.weight", "encoder.out.weight"}),
        ({"glob": "free"}, {"free"}),
        ({"glob": "*.in_proj_*"}, {"encoder.attn.in_proj_weight", "encoder.attn.in_proj_bias"}),
        ({"kind": "Linear", "parameter": "bias"}, {"encoder.fc.bias", "encoder.attn.out_proj.bias", "encoder.out.bias",
                                                   "head.bias"}),
        ({"kind": "LayerNorm"}, {"norm.weight", "norm.bias"}),
        ({"where": "encoder", "glob": "*out*", "kind": "Linear", "parameter": "weight"},
         {"encoder.attn.out_proj.weight", "encoder.out.weight"}),
        ({"where": "norm", "kind": "Linear"}, set()),
        ({"parameter": "free"}, {"free"}),
    ],
)  # fmt: skip
def test_where_glob_type_and_name(fields: dict[str, str], names: set[str]) -> None:
    design = net(*marks(fields))
    assert set(said(design)) == set(marked(design)) == names


def test_the_last_rule_has_the_last_word() -> None:
    design = net(*marks({"where": "encoder"}, {"kind": "Linear"}, {"parameter": "bias"}))
    assert said(design) == marked(design)
    assert (said(design)["encoder.attn.in_proj_weight"], said(design)["head.weight"]) == (0, 1)
    assert (said(design)["head.bias"], said(design)["encoder.attn.in_proj_bias"]) == (2, 0)


def test_a_glob_names_a_shared_module_by_any_of_its_names() -> None:
    nodes = (linear("a", 4, 4), Shared(id="again", of="a"))
    design = chain(*nodes, initializers=marks({"glob": "again.weight"}))
    assert said(design) == marked(design) == {"a.weight": 0, "again.weight": 0}


def test_of_tied_parameters_the_rule_of_the_owner_counts() -> None:
    nodes, ties = (linear("a", 4, 4), linear("b", 4, 4)), (("a.weight", "b.weight"),)
    assert said(chain(*nodes, ties=ties, initializers=marks({"where": "b"}))) == {"b.bias": 0}
    design = chain(*nodes, ties=ties, initializers=marks({"where": "a"}))
    assert said(design) == marked(design) == {"a.weight": 0, "a.bias": 0, "b.weight": 0}


@pytest.mark.parametrize(
    "fields", [{"kind": "Linear"}, {"kind": "LazyLinear"}, {"glob": "*.weight"}, {"where": "lazy"}]
)
def test_lazy_layers(fields: dict[str, str]) -> None:
    design = chain(linear("a", 4, 4), layer("lazy", "LazyLinear", out_features=4), initializers=marks(fields))
    model = live(design)
    with torch.no_grad():
        model(torch.ones(2, 4))
    values = {name: float(each.flatten()[0]) for name, each in model.state_dict().items() if (each == MARK).all()}
    assert set(said(design)) == set(values)


@given(designs())
def test_what_the_preview_says_is_what_the_source_does(design: Design) -> None:
    fields = [each.model_dump(include={"where", "glob", "kind", "parameter"}) for each in design.initializers]
    paths = set(shapes(design).steps)
    extra = [{"glob": f"{min(paths)[:2]}*"}] if paths else []
    design = design.model_copy(update={"initializers": marks(*fields, *extra)})
    found, rows = marked(design), {row.name: row for row in shapes_checked(design).tensors}
    lazy = {each.name for each in tensors_of(live(design)) if each.shape is None}
    there = {name for name, row in rows.items() if row.parameter and row.count and name not in lazy}
    floats = {name for name in there if rows[name].dtype.startswith("float")}
    assert {name: number for name, number in said(design).items() if name in floats} == {
        name: number for name, number in found.items() if name in floats
    }


class TestUnsuited:
    def test_a_bias_has_no_fan(self) -> None:
        design = net(rule("xavier_uniform", where="head"))
        (problem,) = examine(design).problems
        assert str(problem) == (
            "head: expects at least 2 dimensions for xavier_uniform (initializer rule 1), received bias of shape 8"
        )
        with pytest.raises(DesignError, match="at least 2 dimensions"):
            live(design)
        weight, gone = (_mended(design, fix.edits) for fix in problem.fixes)
        assert [each.parameter for each in weight.initializers] == ["weight"]
        assert gone.initializers == ()

    def test_a_norm_has_a_weight_of_one_dimension(self) -> None:
        design = chain(
            linear("a", 4, 4), layer("n", "LayerNorm", normalized_shape=(4,)),
            initializers=(rule("orthogonal", parameter="weight"),),
        )  # fmt: skip
        (problem,) = examine(design).problems
        assert (problem.path, problem.received) == ("n", "weight of shape 4")
        assert [fix.label for fix in problem.fixes] == ["let rule 1 fill only Linear", "remove rule 1"]
        assert not examine(_mended(design, problem.fixes[0].edits)).problems

    def test_dirac_wants_groups_that_divide(self) -> None:
        image = (Input(shape=("N", 2, 8, 8)),)
        dirac = Rule(parameter="weight", init=Initializer(scheme="dirac", options={"groups": 3}))
        conv = layer("c", "Conv2d", in_channels=2, out_channels=4, kernel_size=3)
        (problem,) = examine(chain(conv, inputs=image, initializers=(dirac,))).problems
        assert problem.expected == "a first size that groups=3 divides for dirac (initializer rule 1)"

    def test_many_are_one_problem(self) -> None:
        branches = Parallel(id="p", nodes=tuple(linear(str(k), 4, 2) for k in range(5)))
        (problem,) = examine(of(Sequential(nodes=(branches,)), X, initializers=(rule("eye"),))).problems
        assert problem.received == "bias of shape 2, and 4 more"
        assert problem.expected == "2 dimensions for eye (initializer rule 1)"

    def test_a_free_parameter(self) -> None:
        free = Tensor(id="w", kind="Parameter", shape=(3,), init=Initializer(scheme="kaiming_normal"))
        (problem,) = [each for each in examine(chain(linear("a", 4, 4), free)).problems if each.path == "w"]
        assert str(problem) == "w: expects at least 2 dimensions for kaiming_normal, received [3]"


def _mended(design: Design, edits: Any) -> Design:
    for edit in edits:
        design = apply(design, edit)
    return design
