"""Lazy layers that take their sizes from a file, with the same layers run once as the oracle."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from composer.catalog import LAYERS
from composer.codegen.source import class_name_of
from composer.design.document import Rule
from composer.design.nodes import Initializer
from composer.engine.build import drawn, source_of
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.sizing import give_sizes, shapes_after
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.errors import CheckpointError
from composer.matching.match import match
from composer.reports import ResolvedReport
from tests.build import chain, layer
from tests.engine.checkpoints.stub import Stub
from tests.engine.checkpoints.test_loading import DRAWS, random_values, refused, same_values
from tests.engine.fingerprint import fingerprint

KINDS = {
    "LazyLinear": ({"out_features": 6}, (2, 4)),
    **{f"LazyConv{n}d": ({"out_channels": 6, "kernel_size": 3, "groups": 2}, (2, 4, *[5] * n)) for n in (1, 2, 3)},
    **{
        f"LazyConvTranspose{n}d": ({"out_channels": 6, "kernel_size": 3, "groups": 2}, (2, 4, *[5] * n))
        for n in (1, 2, 3)
    },
    **{f"LazyBatchNorm{n}d": ({}, (2, 4, *[5] * n)) for n in (1, 2, 3)},
    **{
        f"LazyInstanceNorm{n}d": ({"affine": True, "track_running_stats": True}, (2, 4, *[5] * n)) for n in (1, 2, 3)
    },
}  # fmt: skip


def lazy(kind: str = "LazyLinear", **options: Any) -> tuple[nn.Module, torch.Tensor]:
    """A live model of one lazy layer, and the state from which it would draw its values."""
    design = chain(layer("fc", kind, **(options or KINDS[kind][0])), seed=3)
    return drawn(source_of(design), class_name_of(design), design.seed)


def test_rules_that_wait_for_sizes_leave_the_layer_alone_while_they_are_asked_for() -> None:
    rule = Rule(parameter="bias", init=Initializer(scheme="ones"))
    design = chain(layer("fc", "LazyLinear", out_features=6), initializers=(rule,))
    model, draws = drawn(source_of(design), class_name_of(design), design.seed)
    before = fingerprint(model)
    assert (
        shapes_after(model, {"fc": (1, 4)}) == {"fc.weight": (6, 4), "fc.bias": (6,)} and fingerprint(model) == before
    )
    give_sizes(model, {"fc": (1, 4)}, draws)
    assert torch.equal(model.get_parameter("fc.bias"), torch.ones(6))


def ran(kind: str) -> nn.Module:
    """The same, after its first input."""
    model, draws = lazy(kind)
    with torch.random.fork_rng():
        torch.set_rng_state(draws)
        model.eval()(torch.ones(KINDS[kind][1]))
    return model.train()


def test_every_lazy_layer_of_the_catalog_is_here() -> None:
    assert KINDS.keys() == {kind for kind, spec in LAYERS.items() if spec.infers and kind.startswith("Lazy")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_lazy_layer_takes_its_size_and_its_values(kind: str) -> None:
    oracle = ran(kind)
    file = random_values(oracle)
    model, draws = lazy(kind)
    stub = Stub(file)
    report = load(model, stub, "", match(tensors_of(model), stub.report.parts[0]).pairs(), Changes(), draws)
    assert same_values(model, file) and not any(map(is_lazy, model.state_dict(keep_vars=True).values()))
    made, wanted = model.get_submodule("fc"), oracle.get_submodule("fc")
    assert type(made) is type(wanted) and repr(made) == repr(wanted)  # its sizes are those of its fields, too
    (row,) = report.resolved
    assert (row.path, row.kind, row.became, row.origin) == ("fc", kind, type(wanted).__name__, "the file")
    assert dict(row.inferred) == {name: getattr(wanted, name) for name in LAYERS[type(wanted).__name__].infers}
    oracle.load_state_dict(file)
    given = torch.randn(KINDS[kind][1])
    assert torch.equal(model.eval()(given), oracle.eval()(given))


def test_what_is_not_loaded_is_drawn_as_a_dry_run_would() -> None:
    oracle = ran("LazyLinear")
    model, draws = lazy()
    outside = torch.get_rng_state()
    weight = torch.ones(6, 4)
    stub, changes = Stub({"fc.weight": weight}), Changes()
    pairs = match(tensors_of(model), stub.report.parts[0]).pairs()
    report = load(model, stub, "", pairs, changes, draws, recall=dict, label="load fc.pt")
    assert changes.undo_name == "load fc.pt"
    assert torch.equal(torch.get_rng_state(), outside)
    assert torch.equal(model.get_parameter("fc.weight"), weight) and report.kept == ("fc.bias",)
    assert torch.equal(model.get_parameter("fc.bias"), oracle.get_parameter("fc.bias"))
    changes.undo(model)
    assert same_values(model, oracle.state_dict())
    assert str(report.resolved[0].input) == "N×4"


@pytest.mark.parametrize(
    ("kind", "file", "text"),
    [
        ("LazyLinear", {"fc.weight": (5, 4)}, "fc.weight: expects 6×4, the file has 5×4."),
        ("LazyLinear", {"fc.weight": (6,)}, "fc.weight: a LazyLinear takes its size from 2 sizes of at least 1"),
        ("LazyLinear", {"fc.weight": (6, 0)}, "fc.weight: a LazyLinear takes its size from 2 sizes of at least 1"),
        ("LazyLinear", {"fc.weight": (6, 4), "fc.bias": (5,)}, "fc.bias: expects 6, the file has 5."),
        ("LazyConv2d", {"fc.weight": (6, 2, 3, 5)}, "fc.weight: expects 6×2×3×3, the file has 6×2×3×5."),
        ("LazyConvTranspose1d", {"fc.weight": (3, 3, 3)}, "fc: the sizes of the file do not suit this layer"),
        ("LazyBatchNorm1d", {"fc.weight": (4,), "fc.running_mean": (5,)}, "fc.running_mean: expects 4"),
    ],
)
def test_a_file_that_does_not_suit_a_lazy_layer_leaves_it_waiting(
    kind: str, file: dict[str, tuple[int, ...]], text: str
) -> None:
    model, _ = lazy(kind)
    assert refused(model, {name: torch.ones(shape) for name, shape in file.items()}).startswith(text)


def test_a_lazy_layer_has_no_size_without_its_weight() -> None:
    model, _ = lazy()
    before = fingerprint(model)
    with pytest.raises(CheckpointError) as error:
        load(model, Stub({}), "", [], Changes(), DRAWS, zero=["fc.bias"])
    assert str(error.value) == "fc.bias has no size yet, so it cannot be set to zero: give it one by a dry run."
    assert fingerprint(model) == before


def test_a_huge_weight_of_a_file_takes_no_memory_before_it_fits() -> None:
    model, _ = lazy(out_features=2**20)
    text = refused(model, {"fc.weight": torch.zeros(1, 1).expand(1, 2**40)})
    assert text.startswith("fc.weight: expects 1048576×1099511627776, the file has 1×1099511627776.")


def test_several_lazy_layers_are_sized_in_the_order_of_the_model() -> None:
    design = chain(layer("a", "LazyLinear", out_features=3), layer("b", "LazyLinear", out_features=2))
    model, draws = drawn(source_of(design), class_name_of(design), design.seed)
    file = {"b.weight": torch.ones(2, 3), "a.weight": torch.ones(3, 5)}
    stub = Stub(file)
    rows: tuple[ResolvedReport, ...] = load(
        model, stub, "", match(tensors_of(model), stub.report.parts[0]).pairs(), Changes(), draws
    ).resolved
    assert [row.path for row in rows] == ["a", "b"]
    oracle, draws = drawn(source_of(design), class_name_of(design), design.seed)
    with torch.random.fork_rng():
        torch.set_rng_state(draws)
        oracle(torch.ones(1, 5))
    assert all(torch.equal(model.get_parameter(name), oracle.get_parameter(name)) for name in ("a.bias", "b.bias"))
