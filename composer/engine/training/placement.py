"""Where a run computes: on one device here; `distributed` has the same for a process that is one of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.checkpoints.saving import save
from composer.errors import CheckpointError
from composer.training.layout import SHARDS, WEIGHTS

Forward = Callable[..., Any]


class Placement:
    """One process on one device. It is the first of `size` = 1."""

    rank = 0
    size = 1

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self.model, self.device = model, device

    @property
    def first(self) -> bool:
        """Whether this process writes the run's files."""
        return self.rank == 0

    @property
    def exact(self) -> torch.dtype:
        """The most exact numbers that the device has, for sums."""
        return torch.float32 if self.device.type == "mps" else torch.float64

    @property
    def forward(self) -> Forward:
        """What computes an output, so that gradients are those of all processes."""
        return self.model

    def share(self, batch: Tensor, summed: bool) -> tuple[slice, float]:
        """Which part of a batch is computed here, and what the loss of it counts in the loss of the whole."""
        return slice(None), 1.0

    def sum(self, values: Tensor) -> Tensor:
        """The sum of a tensor of every process."""
        return values

    def agreed(self, number: float) -> float:
        """The number of the first process."""
        return number

    def full(self, tensor: Tensor) -> Tensor:
        """A tensor of the model, whole."""
        return tensor.detach()

    def norms(self, gradients: Sequence[Tensor]) -> Tensor:
        """The norm of each gradient."""
        return torch.stack(torch._foreach_norm([each.detach() for each in gradients]))

    def clip(self, largest: float) -> Tensor:
        """Make the norm of all gradients together at most `largest`; what it was before."""
        return torch.nn.utils.clip_grad_norm_(self.model.parameters(), largest)

    def save(self, folder: Path, optimizer: Optimizer) -> dict[str, Any]:
        """Write the weights into a new checkpoint's `folder`. What it gives goes into the checkpoint's state."""
        save(self.model, folder / WEIGHTS, "safetensors")
        return {"optimizer": optimizer.state_dict()}

    def load(self, folder: Path, optimizer: Optimizer, state: dict[str, Any]) -> None:
        """Take weights and the optimizer's state from a checkpoint.

        Raises:
            CheckpointError: where they are those of another model.
        """
        if (folder / SHARDS).is_dir():
            _shards().load(folder, self.model, optimizer, state)
            return
        self.load_weights(folder)
        try:
            optimizer.load_state_dict(state["optimizer"])
        except (KeyError, ValueError, TypeError) as error:
            raise CheckpointError(f"{folder.name}: its optimizer is of another run ({str(error)[:100]}).") from None

    def load_weights(self, folder: Path) -> None:
        """Take the weights of a checkpoint.

        Raises:
            CheckpointError: where they are those of another model.
        """
        if (folder / SHARDS).is_dir():
            _shards().load(folder, self.model)
        else:
            load_weights(self.model, folder / WEIGHTS)

    def load_initial(self, path: Path) -> None:
        """Take the weights that a run begins with from one file of safetensors.

        Raises:
            CheckpointError: where they are those of another model.
        """
        load_weights(self.model, path)

    def write_weights(self, path: Path) -> None:
        """Write all weights to one file of safetensors."""
        save(self.model, path, "safetensors")


def _shards() -> ModuleType:
    """What reads checkpoints in shards: it takes most of a second to import, and is seldom needed."""
    from composer.engine.training import shards

    return shards


def load_weights(model: nn.Module, path: Path) -> None:
    """Give `model` the values of a file that has all its names.

    Raises:
        CheckpointError: where the file is refused, or is of another model; the model may then have some of its values.
    """
    own = model.state_dict()
    with open_checkpoint(path) as checkpoint, torch.no_grad():
        part = checkpoint.report.part("")
        there = {each.name: each.shape for each in part.tensors} if part else {}
        for name, tensor in own.items():
            if there.get(name) != tuple(tensor.shape):
                has = f"has {there[name]}" if name in there else "does not have it"
                raise CheckpointError(
                    f"{name}: expects {tuple(tensor.shape)}, {path.name} {has}. It is of another model."
                )
            tensor.copy_(checkpoint.tensor("", name))
