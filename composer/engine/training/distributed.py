"""Training spread over processes, from outside the trainer: the placement of a process that torchrun started.

With `ddp` every process has the whole model, and gradients are averaged. With `fsdp` each has a part of every parameter
(`fully_shard`), for models that are larger than one device. Each trains on its part of every batch, so the batches, and
the losses, are those of one process. Not so where a layer or loss looks at a part of the batch as if it were all of it:
a batch normalization on the CPU, a mean with class weights or with an ignored class.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.fsdp import fully_shard
from torch.distributed.rendezvous import rendezvous
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer

from composer.engine.checkpoints.saving import save
from composer.engine.held import named_tensors
from composer.engine.objectives import tensors
from composer.engine.training import shards
from composer.engine.training.placement import Forward, Placement

_LEAST = 2**12
"""Numbers that a module holds at least for its parameters to be gathered by themselves."""


@contextmanager
def processes(device: str) -> Iterator[torch.device]:
    """Be one of the processes that torchrun started; the device of this one."""
    cuda = device.startswith("cuda")
    own = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device(device)
    if cuda:
        torch.cuda.set_device(own)
    # torchrun keeps one store over all its attempts, in which new processes would find the addresses of dead ones.
    store, rank, size = next(rendezvous("env://"))
    attempt = PrefixStore(f"attempt-{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
    dist.init_process_group("nccl" if cuda else "gloo", store=attempt, rank=rank, world_size=size)
    yield own
    dist.destroy_process_group()  # not after an error: it would wait for processes that are gone


def count() -> int:
    """How many processes there are."""
    return dist.get_world_size()


def is_first() -> bool:
    """Whether this process writes the run's files."""
    return dist.get_rank() == 0


class Ranks(Placement):
    """One of several processes, each with the whole model. All call the same methods in the same order."""

    def __init__(self, model: nn.Module, device: torch.device, unused: bool = False) -> None:
        """`unused`: some of the model's parameters take no part in its output."""
        if device.type == "cuda":
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
        super().__init__(model.to(device), device)
        self.rank, self.size = dist.get_rank(), dist.get_world_size()
        self._forward = self._spread(unused)

    def _spread(self, unused: bool) -> Forward:
        if not any(each.requires_grad for each in self.model.parameters()):
            return self.model
        return DistributedDataParallel(self.model, find_unused_parameters=unused)

    @property
    def forward(self) -> Forward:
        # Without gradients, what wraps the model has nothing to add.
        return self._forward if torch.is_grad_enabled() else self.model

    def share(self, batch: Tensor, summed: bool) -> tuple[slice, float]:
        own = slice(self.rank, None, self.size)
        count = len(batch[own])
        if not count:  # it computes with the others all the same, and counts nothing
            return slice(0, 1), 0.0
        return own, 1.0 if summed else count / len(batch)

    def sum(self, values: Tensor) -> Tensor:
        dist.all_reduce(values)
        return values

    def agreed(self, number: float) -> float:
        value = torch.tensor([number], dtype=torch.float64, device=self.device)
        dist.broadcast(value, 0)
        return float(value.item())

    def save(self, folder: Path, optimizer: Optimizer) -> dict[str, Any]:
        return super().save(folder, optimizer) if self.first else {}

    def write_weights(self, path: Path) -> None:
        if self.first:
            super().write_weights(path)


class Shards(Ranks):
    """One of several processes, each with a part of every parameter.

    `skeleton` is the model on the meta device; `whole`, which only the first process has, is the model with its values,
    on the CPU. One parameter at a time is whole on a device.
    """

    def __init__(self, skeleton: nn.Module, whole: nn.Module | None, device: torch.device) -> None:
        self._whole = whole
        super().__init__(skeleton, device)

    def _spread(self, unused: bool) -> Forward:
        return self.model

    @property
    def forward(self) -> Forward:
        return self.model

    def scatter(self) -> None:
        """Give all processes their parts of the whole model's values."""
        values = named_tensors(self._whole) if self._whole else {}
        with torch.no_grad():
            for name, tensor in named_tensors(self.model).items():
                shape, dtype = tensor.shape, tensor.dtype
                value = values[name].to(self.device) if values else torch.empty(shape, dtype=dtype, device=self.device)
                if isinstance(tensor, DTensor):
                    tensor.copy_(distribute_tensor(value.detach(), tensor.device_mesh, tensor.placements))
                else:
                    dist.broadcast(value, 0)
                    tensor.copy_(value)

    def full(self, tensor: Tensor) -> Tensor:
        tensor = tensor.detach()
        return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor

    def norms(self, gradients: Sequence[Tensor]) -> Tensor:
        local = [each.to_local() if isinstance(each, DTensor) else each for each in gradients]
        squares = torch.stack([each.detach().float().square().sum() for each in local])
        return self.sum(squares).sqrt()

    def clip(self, largest: float) -> Tensor:
        norm = super().clip(largest)
        return norm.full_tensor() if isinstance(norm, DTensor) else norm

    def save(self, folder: Path, optimizer: Optimizer) -> dict[str, Any]:
        return shards.save(folder, self.model, optimizer)

    def load(self, folder: Path, optimizer: Optimizer, state: dict[str, Any]) -> None:
        shards.load(folder, self.model, optimizer, state)

    def load_weights(self, folder: Path) -> None:
        shards.load(folder, self.model)

    def load_initial(self, path: Path) -> None:
        if self._whole:
            Placement(self._whole, torch.device("cpu")).load_initial(path)
        self.scatter()

    def write_weights(self, path: Path) -> None:
        own = named_tensors(self._whole) if self._whole else {}
        with torch.no_grad():
            for name, tensor in named_tensors(self.model).items():
                value = self.full(tensor)
                if own:
                    own[name].copy_(value)
        if self._whole:
            save(self._whole, path, "safetensors")


def sharded(skeleton: nn.Module, whole: nn.Module | None, device: torch.device) -> Shards:
    """The placement of a model whose parameters are split: on meta first, then empty, then with its values."""
    _without_inplace(skeleton)
    for unit in units(skeleton):
        fully_shard(unit)
    fully_shard(skeleton)
    placement = Shards(skeleton.to_empty(device=device), whole, device)
    placement.scatter()
    return placement


def _without_inplace(model: nn.Module) -> None:
    """Let activations make new tensors: in place, they would undo what gathers parameters for the backward pass."""
    for module in model.modules():
        if getattr(module, "inplace", None) is True:
            module.inplace = False  # type: ignore[assignment]


def units(model: nn.Module) -> list[nn.Module]:
    """The modules whose parameters are gathered by themselves: inside of chains, those that share none with others."""
    found = list(dict.fromkeys(_inside(model)))
    places: dict[int, int] = {}
    for own in ({id(each) for each in unit.parameters()} for unit in found):
        for each in own:
            places[each] = places.get(each, 0) + 1
    alone = (unit for unit in found if all(places[id(each)] == 1 for each in unit.parameters()))
    return [unit for unit in alone if sum(each.numel() for each in unit.parameters()) >= _LEAST]


def _inside(model: nn.Module) -> Iterator[nn.Module]:
    for child in model.children():
        if isinstance(child, nn.Sequential | nn.ModuleList):
            yield from _inside(child)
        else:
            yield child


def has_unused(model: nn.Module, inputs: Sequence[Tensor]) -> bool:
    """Whether some parameter takes no part in the output for these inputs. The model is left as it is."""
    training = model.training
    model.eval()
    found = [each for each in tensors(model(*inputs)) if each.requires_grad]
    trained = [each for each in model.parameters() if each.requires_grad]
    model.train(training)
    if not found or not trained:
        return bool(trained)
    gradients = torch.autograd.grad([found[0].sum()], trained, allow_unused=True)
    return any(each is None for each in gradients)
