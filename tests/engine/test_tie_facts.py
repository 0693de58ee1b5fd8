"""Facts 41 to 49 of chapter 5 on ties that a design names, with modules of torch tied by hand as the oracle.

Those of a module that is shared are in test_gradient_facts and test_gradients.
"""

from __future__ import annotations

import copy
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.build import live, transfer
from composer.engine.gradients import gradients
from composer.engine.held import held
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.errors import DesignError
from composer.reports import count_parameters
from tests.build import chain, linear, op
from tests.engine.test_gradient_facts import SAMPLE, X, step

BOTH = (("2.weight", "4.weight"), ("2.bias", "4.bias"))
PAIRS = [("2.weight", "4.weight"), ("2.bias", "4.bias")]


def net(*ties: tuple[str, ...]) -> Design:
    """The book's net of 5.2.3: 4-8-8-8-1, whose two inner layers may be tied."""
    nodes = (linear("0", 4, 8), op("1", "relu"), linear("2", 8, 8), op("3", "relu"), linear("4", 8, 8))
    return chain(*nodes, op("5", "relu"), linear("6", 8, 1), ties=ties, name="Net")


def by_hand(model: nn.Module, tied: bool) -> nn.Sequential:
    """The same in plain torch, with the values of `model`."""
    shared = nn.Linear(8, 8)
    other = shared if tied else nn.Linear(8, 8)
    oracle = nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), other, nn.ReLU(), nn.Linear(8, 1)
    )  # fmt: skip
    oracle.load_state_dict(model.state_dict())
    return oracle


def test_41_a_tied_net_has_121_parameters_under_6_names_and_8_keys() -> None:
    model = live(net(*BOTH))
    oracle = by_hand(model, tied=True)
    rows = tensors_of(model)
    assert count_parameters(rows) == sum(each.numel() for each in oracle.parameters()) == 121
    assert [name for name, _ in model.named_parameters()] == [name for name, _ in oracle.named_parameters()]
    assert len(list(model.named_parameters())) == 6
    state = model.state_dict()
    assert list(state) == list(oracle.state_dict()) and len(state) == 8
    assert sum(each.numel() for each in state.values()) == 193
    assert count_parameters(tensors_of(live(net()))) == 193, "untied"


def test_42_tied_names_are_one_object_and_an_edit_is_seen_at_both() -> None:
    model, changes = live(net(*BOTH)), Changes()
    for first, second in PAIRS:
        assert model.get_parameter(first) is model.get_parameter(second)
    changes.change(model, "2.weight", "[0, 0]", "set", 100)
    assert float(model.get_parameter("4.weight")[0, 0].detach()) == 100
    rows = {row.name: row.statistics for row in held(model, {}).rows}
    assert rows["2.weight"] == rows["4.weight"]


def test_43_the_tied_gradient_is_the_sum_of_the_untied_twins() -> None:
    model = live(net(*BOTH))
    twin = live(net())
    transfer(model, twin)
    tied = {each.names: each for each in gradients(model, SAMPLE, "squares").parameters}
    free = {each.name: each for each in gradients(twin, SAMPLE, "squares").parameters}
    oracle = by_hand(model, tied=False)
    oracle(X).square().mean().backward()
    for names in PAIRS:
        both = [torch.tensor(free[name].values) for name in names]
        total = sum((_gradient(oracle, name) for name in names), torch.zeros(()))
        torch.testing.assert_close(torch.tensor(tied[names].values), both[0] + both[1])
        torch.testing.assert_close(both[0] + both[1], total.flatten()[:16])
        row = tied[names].gradient
        assert row is not None and row.norm == pytest.approx(float(total.norm()), rel=1e-5)


def _gradient(model: nn.Module, name: str) -> Tensor:
    found = model.get_parameter(name).grad
    assert found is not None
    return found


def test_44_in_training_tied_ones_stay_equal_and_untied_ones_diverge() -> None:
    model, twin = live(net(*BOTH)), live(net())
    transfer(model, twin)
    oracles = by_hand(model, tied=True), by_hand(model, tied=False)
    for _ in range(20):
        for each in (model, twin, *oracles):
            step(each)
    assert torch.equal(model.get_parameter("2.weight"), model.get_parameter("4.weight"))
    assert not torch.allclose(twin.get_parameter("2.weight"), twin.get_parameter("4.weight"))
    for ours, oracle in zip((model, twin), oracles, strict=True):
        for name, value in oracle.state_dict().items():
            torch.testing.assert_close(ours.state_dict()[name], value)


def test_45_a_weight_of_3_used_twice_on_1_gives_9_and_a_gradient_of_6() -> None:
    model = live(chain(linear("a", 1, 1), linear("b", 1, 1), ties=(("a.weight", "b.weight"),)))
    changes = Changes()
    changes.change(model, "a.weight", "", "set", 3)
    for name in ("a.bias", "b.bias"):
        changes.change(model, name, "", "set", 0)
    y = model(torch.ones(1, 1))
    y.sum().backward()
    assert (y.item(), _gradient(model, "b.weight").item()) == (9.0, 6.0)


def test_46_a_deep_copy_keeps_the_tie_within_it() -> None:
    model = live(net(*BOTH))
    twin = copy.deepcopy(model)
    assert twin.get_parameter("2.weight") is twin.get_parameter("4.weight")
    assert twin.get_parameter("2.weight") is not model.get_parameter("2.weight")
    Changes().change(twin, "4.weight", "[0, 0]", "set", 100)
    assert float(twin.get_parameter("2.weight")[0, 0].detach()) == 100
    assert float(model.get_parameter("2.weight")[0, 0].detach()) != 100


def _stored(path: Path) -> int:
    """How many tensors torch wrote: each storage is an entry of the archive."""
    with zipfile.ZipFile(path) as archive:
        return sum("/data/" in name for name in archive.namelist())


def test_47_a_tied_tensor_is_saved_once_and_loading_copies_values_but_no_tie(tmp_path: Path) -> None:
    model, file = live(net(*BOTH)), tmp_path / "net.pt"
    Changes().change(model, "2.weight", "[0, 0]", "set", 100)
    torch.save(model.state_dict(), file)
    assert _stored(file) == 6, "of 8 keys"
    state = torch.load(file, weights_only=True)
    assert state["2.weight"].data_ptr() == state["4.weight"].data_ptr()

    free = live(net())
    free.load_state_dict(state)
    assert torch.equal(free.get_parameter("2.weight"), free.get_parameter("4.weight"))
    assert float(free.get_parameter("4.weight")[0, 0].detach()) == 100
    assert count_parameters(tensors_of(free)) == 193
    Changes().change(free, "2.weight", "[0, 0]", "set", 7)
    assert float(free.get_parameter("4.weight")[0, 0].detach()) == 100, "values were copied, the tie was not"

    again = live(net(*BOTH))
    again.load_state_dict(state)
    assert again.get_parameter("2.weight") is again.get_parameter("4.weight"), "the design says the tie"


def test_48_safetensors_refuses_tensors_that_share_memory(tmp_path: Path) -> None:
    model = live(net(*BOTH))
    with pytest.raises(RuntimeError, match="share memory"):
        save_file(model.state_dict(), tmp_path / "tied.safetensors")
    save_file(live(net()).state_dict(), tmp_path / "free.safetensors")
    once = {name: value for name, value in model.state_dict().items() if name not in ("4.weight", "4.bias")}
    save_file(once, tmp_path / "once.safetensors")


def test_49_a_tie_of_weights_leaves_the_biases_alone() -> None:
    model = live(net(BOTH[0]))
    oracle = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    oracle[1].weight = oracle[0].weight
    assert oracle[0].bias is not oracle[1].bias
    assert model.get_parameter("2.weight") is model.get_parameter("4.weight")
    assert model.get_parameter("2.bias") is not model.get_parameter("4.bias")
    assert count_parameters(tensors_of(model)) == 121 + 8


def test_49_a_wrong_shape_fails_at_forward_in_torch_and_before_building_with_us() -> None:
    oracle = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8))
    oracle[1].weight = oracle[0].weight  # torch lets it pass
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        oracle(X)
    with pytest.raises(DesignError, match=r"2\.weight: expects the shape of 0\.weight, 8×4 float32, received 8×8"):
        live(net(("0.weight", "2.weight")))
