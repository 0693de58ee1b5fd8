"""Shapes by the real run on the meta device: symbols where sure, failures at their path, nothing touched."""

from __future__ import annotations

import pytest
import torch

from composer import templates
from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Node, Parallel, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.engine.build import live
from composer.engine.shapes import examine, shapes
from composer.reports import TensorType, count_parameters, describe
from tests.build import chain, layer, linear, of, op

IMAGES = (Input(shape=("N", 3, 8, 8)),)


def outputs(design: Design) -> dict[str, str]:
    return {path: describe(step.output) for path, step in shapes(design).steps.items()}


def test_symbols_are_named_where_sure() -> None:
    tokens = (Input(shape=("N", "T", 4)),)
    design = chain(
        op("twice", "Concat", "x", "x", dim=0),
        op("flat", "Reshape", "x", sizes=["=d0*d1", 4]),
        op("square", "MatMul", "x", "x_t"),
        inputs=tokens,
    )
    design = chain(
        op("twice", "Concat", "x", "x", dim=0),
        op("flat", "Reshape", "x", sizes=["=d0*d1", 4]),
        op("t", "Transpose", "x", dim0=1, dim1=2),
        op("square", "MatMul", "x", "t"),
        op("padded", "Pad", "x", pad=[0, 0, 1, 0]),
        op("half", "Slice", "x", index=[[None, None, 2]]),
        inputs=tokens,
    )
    found = outputs(design)
    assert found["twice"] == "2N×T×4"
    assert found["flat"] == "N·T×4"
    assert found["square"] == "N×T×T"
    assert found["padded"] == "N×T+1×4"
    assert found["half"] == "?×T×4", "a rounded half has no name"


@pytest.mark.parametrize("size", [1, 2, 5, 16, 33])
def test_named_sizes_hold_at_other_sizes(size: int) -> None:
    design = templates.load("gpt2_small")
    named = shapes(design)
    definite = shapes(design, {"N": size, "T": size + 3})
    for path, step in named.steps.items():
        if isinstance(step.output, TensorType):
            other = definite.steps[path].output
            assert isinstance(other, TensorType)
            values = [{"N": size, "T": size + 3}.get(dim, dim) for dim in step.output.dims]
            assert tuple(values) == other.dims, path


def test_live_shapes_are_those_of_the_preview() -> None:
    design = templates.load("googlenet")
    model = live(design).eval()
    report = shapes(design, {"N": 2})
    seen: dict[str, tuple[int, ...]] = {}
    for name, module in model.named_modules():
        module.register_forward_hook(lambda _, __, out, name=name: seen.__setitem__(name, tuple(out.shape)))
    with torch.no_grad():
        model(torch.randn(2, 1, 96, 96))
    for name, shape in seen.items():
        output = report.steps[name].output
        assert isinstance(output, TensorType) and output.dims == shape, name


def test_a_failure_is_located_and_the_rest_goes_on() -> None:
    design = chain(
        linear("a", 4, 8),
        linear("wrong", 5, 6),
        linear("after", 6, 2),
        linear("other", 8, 3, "a"),
    )
    report = shapes(design)
    (problem,) = report.problems
    assert str(problem) == "wrong: expects 5 input features, received 8 (from a, shape N×8)"
    known = {"": "N×3", "a": "N×8", "wrong": "N×6", "after": "N×2", "other": "N×3"}
    assert outputs(design) == known, "a Linear's output is certain whatever comes in"
    assert count_parameters(report.tensors) == (4 * 8 + 8) + (5 * 6 + 6) + (6 * 2 + 2) + (8 * 3 + 3)


def test_what_is_wrong_by_itself_is_not_run_and_the_rest_is() -> None:
    design = chain(linear("a", 4, 8), layer("b", "Linear", in_features="8"), linear("c", 8, 2, "a"))
    report = examine(design)
    assert [(problem.code, problem.path) for problem in report.problems] == [
        ("bad-option", "b"),
        ("missing-option", "b"),
    ]
    assert {path: describe(step.output) for path, step in report.steps.items()} == {
        "": "N×2",
        "a": "N×8",
        "b": "?",
        "c": "N×2",
    }


def test_several_problems_at_once() -> None:
    design = of(Parallel(nodes=(linear("a", 3, 4), linear("b", 2, 4), linear("c", 4, 4))))
    assert [problem.path for problem in shapes(design).problems] == ["a", "b"]


def test_a_merge_that_fails_is_the_block_s() -> None:
    design = chain(Residual(id="r", nodes=(linear("a", 4, 5),)))
    (problem,) = shapes(design).problems
    assert problem.path == "r"
    assert "N×5" in problem.received and "N×4" in problem.received


def test_a_layer_that_gives_nothing_beside_its_output() -> None:
    options = {"embed_dim": 4, "num_heads": 2, "need_weights": False}
    design = chain(
        layer("m", "MultiheadAttention", "x", "x", "x", **options),
        linear("fc", 4, 2, "m.0"),
        inputs=(Input(shape=("T", "N", 4)),),
    )
    assert outputs(design) == {"": "T×N×2", "m": "(T×N×4, nothing)", "fc": "T×N×2"}


def test_item_that_is_not_there() -> None:
    design = chain(layer("lstm", "LSTM", input_size=4, hidden_size=3), linear("b", 3, 1, "lstm.2"))
    (problem,) = shapes(design).problems
    assert (problem.path, problem.code) == ("b", "no-such-item")


def test_lazy_shared_and_reused() -> None:
    lazy = layer("a", "LazyLinear", out_features=4)
    report = shapes(chain(lazy, Shared(id="again", of="a")))
    assert report.problems == ()
    assert {row.name: (row.shape, row.owner) for row in report.tensors} == {
        "a.weight": ((4, 4), ""),
        "a.bias": ((4,), ""),
        "again.weight": ((4, 4), "a.weight"),
        "again.bias": ((4,), "a.bias"),
    }
    wrong = shapes(chain(layer("a", "LazyLinear", out_features=7), Shared(id="again", of="a")))
    (problem,) = wrong.problems
    assert problem.path == "again"


def test_lazy_that_is_never_reached_is_unknown() -> None:
    odd = op("wrong", "Reshape", sizes=[3, 5])
    report = shapes(chain(odd, layer("lazy", "LazyLinear", out_features=2)))
    assert [row.shape for row in report.tensors if row.name.startswith("lazy")] == [None, None]
    assert count_parameters(report.tensors) is None


def test_definition_used_at_two_sizes() -> None:
    body = Sequential(nodes=(linear("fc", "=n", "=2*n"),))
    double = Definition(name="Double", options=(DefinitionOption(name="n"),), body=body)
    report = shapes(
        chain(
            Use(id="a", of="Double", options={"n": 4}),
            Use(id="b", of="Double", options={"n": 8}),
            definitions=(double,),
        )
    )
    assert {path: describe(step.output) for path, step in report.steps.items()}["b.fc"] == "N×16"
    assert ".Double.fc" not in report.outputs, "its instances differ"
    assert report.steps["a.fc"].node == ".Double.fc"


@pytest.mark.parametrize(("mode", "count"), [("new", 60), ("copy", 60), ("same", 20)])
def test_repeat_counts(mode: str, count: int) -> None:
    design = chain(Repeat(id="r", times=3, mode=mode, body=linear("0", 4, 4)))  # type: ignore[arg-type]
    report = shapes(design)
    assert count_parameters(report.tensors) == count
    assert sum(p.numel() for p in live(design).parameters()) == count


def test_an_option_that_evaluates_out_of_range_is_named() -> None:
    (problem,) = shapes(chain(Repeat(id="r", times=2, body=linear("0", 4, "=4*i")))).problems
    assert str(problem) == "r.0: expects out_features to be an integer ≥ 1, received 0 (from =4*i)"


def test_parameters_and_buffers_come_in_the_order_of_the_state_dict() -> None:
    design = chain(
        linear("fc", 4, 4),
        Tensor(id="b", kind="Buffer", shape=(4,)),
        Tensor(id="p", kind="Parameter", shape=(4,)),
        Tensor(id="c", kind="Constant", shape=(4,)),
        op("sum", "Add", "fc", "b", "p", "c"),
    )
    report = shapes(design)
    assert [row.name for row in report.tensors if row.saved] == list(live(design).state_dict())
    assert [row.name for row in report.tensors if not row.saved] == ["c"]


def test_tie_of_different_shapes_is_a_problem() -> None:
    design = chain(linear("a", 4, 8), linear("b", 8, 4), ties=(("a.weight", "b.weight"),))
    (problem,) = shapes(design).problems
    assert str(problem) == "b.weight: expects the shape of a.weight, 8×4 float32, received 4×8 float32"


def test_tie_and_freeze_of_no_parameter() -> None:
    design = chain(linear("a", 4, 4), ties=(("a.weight", "a.wait"),), frozen=("a.wait",))
    assert [problem.code for problem in shapes(design).problems] == ["broken-tie", "broken-freeze"]


def test_looking_changes_nothing() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    shapes(templates.load("vit"))
    assert torch.equal(before, torch.get_rng_state())


def test_several_inputs_and_outputs() -> None:
    root = Sequential(
        input_names=("u", "v"), nodes=(op("sum", "Add"), op("product", "Mul", "u", "v")), outputs=("product", "sum")
    )
    design = of(root, inputs=(Input(name="u", shape=("N", 4)), Input(name="v", shape=("N", 1))))
    report = shapes(design)
    assert describe(report.output) == "(N×4, N×4)"
    u, v = torch.randn(2, 4), torch.randn(2, 1)
    first, second = live(design)(u, v)
    assert torch.equal(first, u * v) and torch.equal(second, u + v)


def test_flops_count_a_multiplication_and_addition_as_two() -> None:
    report = shapes(chain(linear("a", 4, 8)), {"N": 3})
    assert report.steps["a"].flops == 2 * 3 * 4 * 8
    assert shapes(of(Sequential(), inputs=IMAGES), {"N": 3}).output == TensorType((3, 3, 8, 8))


def test_a_residual_whose_body_makes_its_input_larger_leaves_a_choice() -> None:
    image = (Input(shape=("N", 1, 4, 4)),)
    design = of(Residual(nodes=(layer("up", "Upsample", scale_factor=2),)), inputs=image)
    (problem,) = shapes(design).problems
    labels = ["insert Upsample(8×8) on x", "insert Conv2d(1, 1, 1, 2) on up"]
    assert [(each.label, each.certain) for each in problem.fixes] == [(each, False) for each in labels]


@pytest.mark.parametrize("wrong", [Use(id="a", of="Nothing"), layer("a", "Linear", wrong=1)])
def test_a_wrong_node_is_not_run_where_it_is_shared_either(wrong: Node) -> None:
    report = examine(chain(wrong, Shared(id="s", of="a")))
    assert {each.path for each in report.problems} == {"a"}
    assert report.steps["s"].output is None
