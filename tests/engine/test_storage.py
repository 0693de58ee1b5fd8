"""Facts 8 to 13 of chapter 5: one chain, kept in `_modules`, in a plain list and in a `ModuleList`.

The oracle are modules written here, with the values of the chain.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict

import pytest
import torch
from torch import Tensor, nn

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Sequential, Shared
from composer.engine.build import live
from composer.engine.data import Sample
from composer.engine.storage import storage
from composer.errors import DesignError
from composer.storage_reports import StorageReport
from tests.build import chain, layer, linear, op

X = torch.randn(2, 20, generator=torch.Generator().manual_seed(3))
SAMPLE = Sample((X,), (), "")
INPUTS = (Input(shape=("N", 20)),)
EMPTY = "optimizer got an empty parameter list"


class ListSeq(nn.Module):
    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor) -> Tensor:
        for each in self.layers:
            x = each(x)
        return x


def net() -> Design:
    return chain(linear("0", 20, 256), layer("1", "ReLU"), linear("2", 256, 10), inputs=INPUTS)


@pytest.fixture(scope="module")
def report() -> StorageReport:
    return storage(live(net()), SAMPLE)


@pytest.fixture
def by_hand() -> tuple[ListSeq, list[nn.Module]]:
    layers = list(copy.deepcopy(live(net())))  # type: ignore[call-overload]
    return ListSeq(layers), layers


def test_06_registered_by_hand_it_is_sequential(report: StorageReport) -> None:
    row, model = report.row("modules"), live(net())
    assert row.same_output and row.restored and row.optimizer == ""
    assert row.keys == tuple(model.state_dict())
    assert row.parameters == 7_946
    assert (report.layers, row.applied, row.in_eval) == (3, 3, 3)
    assert (report.tensors, row.in_double, row.with_gradient) == (4, 4, 4)


def test_08_a_list_computes_the_same_and_has_nothing(
    report: StorageReport, by_hand: tuple[ListSeq, list[nn.Module]]
) -> None:
    row, (module, _) = report.row("list"), by_hand
    assert torch.equal(module(X), live(net())(X)) and row.same_output
    assert row.parameters == sum(each.numel() for each in module.parameters()) == 0
    assert dict(module.state_dict()) == {} and row.keys == ()
    assert (repr(module), row.text) == ("ListSeq()", "ByList()")


def test_09_an_optimizer_refuses_it(report: StorageReport, by_hand: tuple[ListSeq, list[nn.Module]]) -> None:
    with pytest.raises(ValueError, match=EMPTY):
        torch.optim.SGD(by_hand[0].parameters(), lr=0.1)
    assert [each.optimizer for each in report.rows] == ["", EMPTY, ""]


def test_10_double_eval_and_apply_do_not_reach_its_layers(
    report: StorageReport, by_hand: tuple[ListSeq, list[nn.Module]]
) -> None:
    module, layers = by_hand
    visited: list[nn.Module] = []
    module.double().eval().apply(visited.append)
    assert visited == [module]
    assert all(each.training for each in layers)
    assert {p.dtype for each in layers for p in each.parameters()} == {torch.float32}
    row = report.row("list")
    assert (row.applied, row.in_eval, row.in_double) == (0, 0, 0)


def test_11_its_layers_still_receive_gradients(report: StorageReport, by_hand: tuple[ListSeq, list[nn.Module]]) -> None:
    module, layers = by_hand
    module(X).sum().backward()
    assert all(p.grad is not None for each in layers for p in each.parameters())
    assert report.row("list").with_gradient == 4


def test_12_loading_reports_a_match_and_the_outputs_differ(
    report: StorageReport, by_hand: tuple[ListSeq, list[nn.Module]]
) -> None:
    other = ListSeq([nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10)])
    answer = str(other.load_state_dict(by_hand[0].state_dict()))
    assert answer == "<All keys matched successfully>"
    assert not torch.equal(other(X), by_hand[0](X))
    assert [each.load for each in report.rows] == [answer] * 3
    assert [each.restored for each in report.rows] == [True, False, True]


def test_13_a_module_list_registers_and_has_no_forward(report: StorageReport) -> None:
    row, first = report.row("module_list"), report.row("modules")
    assert row.keys == tuple(f"layers.{key}" for key in first.keys)
    same = ("same_output", "parameters", "optimizer", "applied", "in_eval", "in_double", "with_gradient", "restored")
    assert [getattr(row, name) for name in same] == [getattr(first, name) for name in same]
    with pytest.raises(NotImplementedError) as error:
        nn.ModuleList(live(net()).children())(X)
    assert report.bare == str(error.value) and "forward" in report.bare


def test_the_report_is_plain_and_shows_the_code(report: StorageReport) -> None:
    def plain(value: object) -> bool:
        if isinstance(value, dict | list | tuple):
            return all(map(plain, value.values() if isinstance(value, dict) else value))
        return isinstance(value, str | int | bool)

    assert plain(asdict(report))
    for row in report.rows:
        scope: dict[str, Callable[..., nn.Module]] = {"nn": nn, "Any": object}  # type: ignore[dict-item]
        exec(row.code, scope)
        assert repr(scope[row.text.split("(")[0]](*live(net()).children())) == row.text  # it is what was run


def _state(model: nn.Module) -> tuple[object, ...]:
    flags = [each.training for each in model.modules()]
    tensors = [(name, each.clone()) for name, each in model.state_dict().items()]
    return flags, [name for name, _ in tensors], [each.tolist() for _, each in tensors]


def test_the_model_and_the_random_state_are_left_alone() -> None:
    nodes = (linear("0", 20, 8), layer("1", "BatchNorm1d", num_features=8), layer("2", "Dropout", p=0.5))
    model = live(chain(*nodes, inputs=INPUTS)).train()
    before, random = _state(model), torch.get_rng_state()
    found = storage(model, SAMPLE)
    assert _state(model) == before and torch.equal(torch.get_rng_state(), random)
    assert all(each.grad is None for each in model.parameters())
    assert [each.same_output for each in found.rows] == [True] * 3, "dropout is off for layers in a list, too"
    assert found.row("modules").keys == tuple(model.state_dict())


def test_a_chain_inside_is_given_what_comes_there() -> None:
    model = live(templates.load("nested_blocks"))
    found = storage(model, Sample((torch.randn(2, 4),), (), ""), "0.block 1")
    assert found.row("modules").keys == ("0.weight", "0.bias", "2.weight", "2.bias")
    assert found.row("list").same_output


def test_a_layer_that_is_used_twice_is_counted_once() -> None:
    model = live(chain(linear("a", 20, 20), Shared(id="b", of="a"), inputs=INPUTS))
    found = storage(model, SAMPLE)
    assert (found.layers, found.tensors) == (2, 2)
    assert [each.parameters for each in found.rows] == [420, 0, 420]
    assert [each.same_output and each.with_gradient == 2 for each in found.rows] == [True] * 3


def test_other_values_are_told_apart_by_a_softmax_too() -> None:
    model = live(chain(linear("0", 20, 5), layer("1", "Softmax", dim=1), inputs=INPUTS))
    assert [each.restored for each in storage(model, SAMPLE).rows] == [True, False, True]


def test_07_an_empty_chain_is_the_identity() -> None:
    model = live(chain(Sequential(id="empty"), inputs=INPUTS))
    assert torch.equal(model(X), nn.Sequential()(X)) and torch.equal(model(X), X)
    found = storage(model, SAMPLE)
    assert [each.same_output for each in found.rows] == [True] * 3
    assert {each.optimizer for each in found.rows} == {EMPTY}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "the design: expects a plain chain of layers, received Model"),
        ("none", "none: expects a plain chain of layers, received nothing"),
        ("0", "0: expects a plain chain of layers, received Linear"),
    ],
)
def test_what_is_no_chain_is_refused(path: str, text: str) -> None:
    model = live(chain(linear("0", 20, 20), op("1", "relu"), inputs=INPUTS))
    with pytest.raises(DesignError) as error:
        storage(model, SAMPLE, path)
    assert str(error.value) == text


def test_a_lazy_chain_needs_its_sizes_first() -> None:
    model = live(chain(layer("0", "LazyLinear", out_features=4), inputs=INPUTS))
    with pytest.raises(DesignError, match="0: expects sizes first"):
        storage(model, SAMPLE)
    model(X)
    assert storage(model, SAMPLE).row("modules").restored
