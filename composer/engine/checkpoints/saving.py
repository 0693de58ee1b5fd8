"""Saving a live model's state dict in a file, whole or not at all, with no more memory than one tensor takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO, get_args

import torch
from torch import nn

from composer import atomic
from composer.checkpoint_reports import Dtype, Format, SavedReport, Written
from composer.engine.checkpoints import pt_file, safetensors_file
from composer.engine.checkpoints.casting import Casting
from composer.engine.checkpoints.selecting import Selection, contents
from composer.engine.checkpoints.writing import explained
from composer.errors import CheckpointError

Tell = Callable[[Written], None]


def save(
    module: nn.Module,
    path: Path,
    format: Format,
    names: Collection[str] | None = None,
    dtype: Dtype | None = None,
    buffers: bool = True,
    optimizer: torch.optim.Optimizer | None = None,
    tell: Tell = lambda event: None,
) -> SavedReport:
    """Write the state dict of `module` to `path`, replacing what is there when all is written.

    `names` are those to be saved (None: all), `buffers` whether its buffers are. Floating-point tensors are written as
    `dtype` where one is given. Tied names stay tied. With an `optimizer`, which only a .pt file can hold, the file is
    `{"model": state dict, "optimizer": its state dict}`. Saving changes nothing in the module.

    Raises:
        CheckpointError: where a tensor cannot be saved, or the file cannot be written; what was at `path` is unchanged.
    """
    _known(format, dtype)
    if optimizer is not None and format == "safetensors":
        reason = "a safetensors file holds tensors by name, and that is more: numbers and lists"
        raise CheckpointError(f"The optimizer's state cannot be saved: {reason}. Save it as .pt.")
    found, casting = contents(module, names, buffers), Casting(dtype)
    needed = sum(map(casting.nbytes, found.tensors.values()))
    with explained(path, needed):
        if needed > shutil.disk_usage(path.parent).free:
            raise CheckpointError(atomic.shortage(path, needed))
        with atomic.replacing(path) as file:
            _write(file, format, found, casting, optimizer, tell)
            nbytes = file.tell()
    return SavedReport(
        path=str(path),
        format=format,
        nbytes=nbytes,
        tensors=len(found.tensors),
        aliases=len(found.aliases),
        optimizer=optimizer is not None,
        dtype=dtype,
        cast=casting.cast,
        values=casting.values,
        rounded=casting.rounded,
        overflowed=casting.overflowed,
    )


def _write(
    file: BinaryIO,
    format: Format,
    found: Selection,
    casting: Casting,
    optimizer: torch.optim.Optimizer | None,
    tell: Tell,
) -> None:
    if format == "safetensors":
        safetensors_file.write(file, found, casting, tell)
    else:
        pt_file.write(file, found, casting, tell, optimizer)


def _known(format: str, dtype: str | None) -> None:
    for what, value, known in (("format", format, get_args(Format)), ("dtype", dtype, (None, *get_args(Dtype)))):
        if value not in known:
            raise CheckpointError(f"{str(value)[:60]!r} is no {what} of a checkpoint.")


__all__ = ["save"]
