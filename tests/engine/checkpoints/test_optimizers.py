"""The state of an optimizer from a file, and why some does not fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.checkpoints.optimizers import load_optimizer
from composer.errors import CheckpointError

Made = Callable[[nn.Module], torch.optim.Optimizer]


def net(width: int = 3) -> nn.Module:
    return nn.Sequential(nn.Linear(2, width), nn.Linear(width, 1))


def adam(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters())


def in_two_groups(model: nn.Module) -> torch.optim.Optimizer:
    assert isinstance(model, nn.Sequential)
    return torch.optim.Adam([{"params": each.parameters(), "lr": 0.1} for each in model])


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def stepped(model: nn.Module, make: Made) -> torch.optim.Optimizer:
    optimizer = make(model)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return optimizer


@pytest.mark.parametrize("make", [adam, in_two_groups, sgd])
def test_the_state_is_what_torch_gives(tmp_path: Path, make: Made) -> None:
    state = stepped(net(), make).state_dict()
    torch.save(state, tmp_path / "optimizer.pt")
    ours, oracle = make(net()), make(net())
    oracle.load_state_dict(copy.deepcopy(state))
    with open_checkpoint(tmp_path / "optimizer.pt") as file:
        load_optimizer(ours, file, "")
    assert repr(ours.state_dict()) == repr(oracle.state_dict()) == repr(state)


@pytest.mark.parametrize(
    ("make", "model", "text"),
    [
        (in_two_groups, net(), "The optimizer has 2 groups of parameters, that of the file 1. Make it of as many."),
        (
            adam,
            nn.Linear(2, 3),
            "Group 0 of the optimizer has 2 parameters, in the file 4. Make it of the model that the file was saved "
            "with.",
        ),
        (
            sgd,
            net(),
            "Group 0 of the optimizer in the file has no dampening, so it is of another kind than SGD. Choose the kind "
            "that it was saved with.",
        ),
        (
            adam,
            net(4),
            "exp_avg of parameter 0: expects 4×2, the file has 3×2. Make the optimizer of the model that the file was "
            "saved with.",
        ),
    ],
    ids=["groups", "parameters", "kind", "shapes"],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    tmp_path: Path, make: Made, model: nn.Module, text: str
) -> None:
    torch.save(stepped(net(), adam).state_dict(), tmp_path / "optimizer.pt")
    optimizer = stepped(model, make)
    before = repr(optimizer.state_dict())
    with open_checkpoint(tmp_path / "optimizer.pt") as file, pytest.raises(CheckpointError) as error:
        load_optimizer(optimizer, file, "")
    assert str(error.value) == text and repr(optimizer.state_dict()) == before


def test_a_part_that_is_no_optimizer_is_refused(tmp_path: Path) -> None:
    torch.save(net().state_dict(), tmp_path / "model.pt")
    with open_checkpoint(tmp_path / "model.pt") as file, pytest.raises(CheckpointError) as error:
        load_optimizer(adam(net()), file, "")
    assert str(error.value) == "The file has no optimizer at '': choose the part that has one."


@pytest.mark.parametrize("group", [3, {}, {"params": [[0], 1, 2, 3]}])
def test_groups_that_are_none_are_refused(tmp_path: Path, group: object) -> None:
    torch.save({"state": {}, "param_groups": [group]}, tmp_path / "odd.pt")
    with open_checkpoint(tmp_path / "odd.pt") as file, pytest.raises(CheckpointError) as error:
        load_optimizer(adam(net()), file, "")
    assert (
        str(error.value)
        == "Group 0 of the optimizer in the file has no list of parameters. Save optimizer.state_dict()."
    )
