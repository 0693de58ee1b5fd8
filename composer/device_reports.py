"""Report rows about devices: what there is, and what moves to one. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """A device by its id, such as cpu or cuda:0. Memory in bytes, None where the system does not tell.

    `backend` is what torch reaches it by, such as CUDA 12.8; `capability` as its maker counts it ("" for unknown).
    `dtypes` are those in which it multiplied two small matrices when it was asked. `cores` and `threads` are the CPU's:
    its cores, and the threads that torch computes with.
    """

    id: str
    name: str
    backend: str = ""
    memory_total: int | None = None
    memory_free: int | None = None
    capability: str = ""
    dtypes: tuple[str, ...] = ()
    cores: int | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class DevicesReport:
    """Every device of this machine, the CPU first. `gpus` counts the others; `note` says what it means to have none."""

    devices: tuple[DeviceReport, ...]
    try_gpu: str
    try_all_gpus: tuple[str, ...]
    note: str = ""

    @property
    def gpus(self) -> int:
        return len(self.devices) - 1


Sort = Literal["parameter", "buffer", "attribute"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one tensor in a move. `same`: it is the very same object as before; `shares`: the same memory.
    `nbytes` are those of its values; 0 for one that has none yet.

    An attribute is a plain tensor that a module has, which is registered nowhere: it stays where it was.
    """

    name: str
    sort: Sort
    before: str
    after: str
    same: bool
    shares: bool
    nbytes: int = 0

    @property
    def moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class MoveReport:
    """A tensor or module that was sent to a device, in so many `seconds`. `same`: `x.to(device) is x`.

    `outputs` are the devices of what a model gave there for inputs that were there, too; `error` is what torch raised
    instead ("" for nothing, or where it was not run). `gradients` are those that went with their parameters, and
    `optimizer` is what went with the model of one ("" for nothing).
    """

    what: str
    device: str
    same: bool
    rows: tuple[Moved, ...] = ()
    outputs: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0
    gradients: int = 0
    optimizer: str = ""

    @property
    def moved(self) -> tuple[Moved, ...]:
        """What is on another device than before."""
        return tuple(row for row in self.rows if row.moved)

    @property
    def left(self) -> tuple[Moved, ...]:
        """Plain tensors that stayed on another device, as `to` does not know of them."""
        return tuple(row for row in self.rows if row.sort == "attribute" and row.after != self.device)


@dataclass(frozen=True, slots=True)
class MixReport:
    """X+Y on two devices, and the `error` that torch raises ("" where it computes).

    `stand_in`: there is no second device here, and `right` is the meta device, which has shapes and no values.
    """

    left: str
    right: str
    error: str
    stand_in: bool
