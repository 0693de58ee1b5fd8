"""What runs at some sizes only, what leaves nothing, and what only the meta device takes: torch says which."""

from __future__ import annotations

import pytest
import torch

from composer.catalog import LAYERS, OPS
from composer.codegen import render
from composer.design.document import Design, Input
from composer.design.nodes import Node, Parallel
from composer.engine import preview
from composer.engine.build import live
from composer.engine.doubts import refused
from composer.engine.shapes import examine
from composer.reports import TensorType, ValueType
from tests.build import chain, layer, linear, of, op
from tests.catalog.samples import T, layer_sample, op_sample
from tests.catalog.torch_version import installed
from tests.engine.wrong_designs import conv, inputs, two

SOME: dict[str, tuple[Design, str]] = {
    "an image too small": (
        chain(conv("a", 3, 2, 11), inputs=inputs("N", 3, "H", "W")),
        "a: expects sizes that fit whatever they are (it runs at N=16, H=24, W=34), "
        "received 5×3×7×11 at N=5, H=7, W=11, which fails",
    ),
    "a batch that is another size, too": (
        chain(op("s", "Add", "u", "v"), inputs=two((5, 4), ("N", 4))),
        "s: expects sizes that fit whatever they are (it runs at N=5), received 5×4 and 16×4 at N=16, which fails",
    ),
    "a merge": (
        of(Parallel(merge="add", nodes=(op("a", "Slice", index=[[0, 5, None]]), linear("b", 4, 4)))),
        "the design: expects sizes that fit whatever they are (it runs at N=5), "
        "received 5×4 and 16×4 at N=16, which fails",
    ),
}


@pytest.mark.parametrize("name", SOME)
def test_what_runs_at_some_sizes_is_a_notice(name: str) -> None:
    design, message = SOME[name]
    (problem,) = examine(design).problems
    assert (str(problem), problem.code, problem.notice) == (message, "some-sizes", True)
    assert problem.detail and problem.detail not in message and len(message) <= 300


def test_the_sizes_named_are_those_at_which_it_runs_and_fails() -> None:
    model = live(SOME["an image too small"][0])
    assert model(torch.zeros(16, 3, 24, 34)).shape == (16, 2, 14, 24)
    with pytest.raises(RuntimeError):
        model(torch.zeros(5, 3, 7, 11))


def test_what_comes_after_a_notice_is_shown_and_what_depends_on_it_is_no_problem() -> None:
    design = chain(conv("a", 3, 2, 11), layer("r", "ReLU"), conv("b", 5, 2), inputs=inputs("N", 3, "H", "W"))
    assert [(each.path, each.code) for each in examine(design).problems] == [("a", "some-sizes"), ("b", "shape")]


def test_a_failure_at_the_second_sizes_only_was_silent_once() -> None:
    design = chain(op("t", "Add", "u", "v"), linear("b", 4, 2), inputs=two((5, 4), ("N", 4)))
    assert [(each.path, each.code) for each in examine(design).problems] == [("t", "some-sizes")]


def test_an_empty_output_is_a_problem_where_it_becomes_empty() -> None:
    design = chain(op("s", "Slice", index=[[0, None, None], [7, None, None]]), layer("r", "ReLU"))
    (problem,) = examine(design).problems
    assert str(problem) == "s: expects an output that is not empty, received N×0 out of N×4"
    assert (problem.code, problem.notice) == ("nothing-left", False)


def test_empty_inputs_stay_no_problem() -> None:
    assert examine(chain(layer("r", "ReLU"), inputs=inputs("N", 0))).problems == ()


_REFUSED: tuple[tuple[str, dict[str, object], tuple[TensorType, ...]], ...] = (
    ("And", {}, (TensorType((2, 4)), TensorType((2, 4)))),
    ("Or", {}, (TensorType((2, 4)), TensorType((2, 4)))),
    ("softmax", {"dim": 1}, (TensorType(()),)),
    ("Sort", {"dim": 1}, (TensorType(()),)),
    ("Softmax", {"dim": 1}, (TensorType((4,)),)),
    ("Softmin", {"dim": 1}, (TensorType((4,)),)),
    ("Softmax", {"dim": 3}, (TensorType((2, 4)),)),
    ("Upsample", {"scale_factor": 0.01}, (TensorType((2, 4, 8, 8)),)),
    ("ConvTranspose2d", {"in_channels": 4, "out_channels": 2, "kernel_size": 2, "output_padding": 1},
     (TensorType((2, 4, 8, 8)),)),
    ("SoftMarginLoss", {}, (TensorType((4,)), TensorType((2, 4)))),
    ("BCEWithLogitsLoss", {}, (TensorType((1,)), TensorType((4,)))),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "types"), _REFUSED)
def test_what_torch_refuses_is_a_problem(kind: str, options: dict[str, object], types: tuple[TensorType, ...]) -> None:
    names = [f"a{k}" for k in range(len(types))]
    node: Node = layer("n", kind, *names, **options) if kind in LAYERS else op("n", kind, *names, **options)
    sources = tuple(Input(name=names[k], shape=each.dims) for k, each in enumerate(types))
    design = chain(node, inputs=sources)
    assert [each.path for each in examine(design).problems] == ["n"]
    with pytest.raises((RuntimeError, IndexError, ValueError)):
        live(design)(*(torch.zeros(each.dims) for each in types))  # type: ignore[arg-type]  # definite sizes


def _types(value: object) -> ValueType:
    if isinstance(value, T):
        return TensorType(value.shape, value.dtype)
    return tuple(map(_types, value)) if isinstance(value, tuple) else ()


_SHAPES = ((), (1,), (4,), (2, 4), (2, 4, 6), (2, 4, 6, 6))
_DTYPES = ("float32", "int64", "bool", "complex64")


@pytest.mark.parametrize("kind", [kind for kind, spec in (LAYERS | OPS).items() if installed(spec.since)])
def test_no_kind_passes_only_on_meta(kind: str) -> None:
    """Every kind at other ranks and types than it takes: what the CPU refuses, one of our two looks refuses, too."""
    sample = layer_sample(kind) if kind in LAYERS else op_sample(kind)
    given = tuple(map(_types, sample.inputs))
    names = [None if each == () else f"a{k}" for k, each in enumerate(given)]
    spec, options = (LAYERS | OPS)[kind], dict(sample.options)
    construct = render.construct(spec, options) if kind in LAYERS else ""
    call = render.call_layer(spec, "m", options, names) if construct else render.call_op(spec, options, names, {})
    for shape in _SHAPES:
        for dtype in _DTYPES:
            types = tuple(TensorType(shape, dtype) if isinstance(each, TensorType) else each for each in given)
            run = preview.run_layer(construct, call, types) if construct else preview.run_op(call, types)
            if not run.error and not refused(kind, construct, call, types):
                assert not preview.real_error(construct, call, types), (types, call)
