"""Checkpoints of a model whose parameters are split over processes: files of safetensors, one for each process.

They are written and read by `torch.distributed.checkpoint`, so another number of processes can go on with them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.checkpoint import state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.optim import Optimizer

from composer.engine.held import named_tensors
from composer.errors import CheckpointError
from composer.training.layout import SHARDS

_MODEL, _OPTIMIZER = "model.", "optimizer."


def save(folder: Path, model: nn.Module, optimizer: Optimizer) -> dict[str, Any]:
    """Write this process's parts into a checkpoint's folder. What it gives goes into the checkpoint's state."""
    tensors = dict(_of_model(model))
    plain: dict[str, dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{_OPTIMIZER}{name}/{key}"] = value
            else:
                plain.setdefault(name, {})[key] = value
    writer = HuggingFaceStorageWriter(str(folder / SHARDS), save_distributed=True)
    state_dict_saver.save(tensors, storage_writer=writer)
    return {"groups": _groups(optimizer), "kept": plain}


def load(
    folder: Path, model: nn.Module, optimizer: Optimizer | None = None, state: Mapping[str, Any] | None = None
) -> None:
    """Take a checkpoint's values into `model`, and what `optimizer` kept.

    Raises:
        CheckpointError: where they are not there, damaged, or of another model.
    """
    if not (folder / SHARDS).is_dir():
        raise CheckpointError(f"{folder.name} is not in shards: go on with it as it was begun, without fsdp.")
    reader = HuggingFaceStorageReader(str(folder / SHARDS))
    tensors = dict(_of_model(model))
    try:
        if optimizer is not None and state is not None:
            shapes = {name: tuple(getattr(each, "size", ())) for name, each in _stored(reader).items()}
            _restore(model, optimizer, shapes, state)
            for name, parameter in model.named_parameters():
                kept = optimizer.state.get(parameter, {})
                tensors |= {f"{_OPTIMIZER}{name}/{key}": each for key, each in kept.items() if isinstance(each, Tensor)}
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "torch.distributed is disabled", UserWarning
            )  # one process reads them all
            state_dict_loader.load(tensors, storage_reader=reader, no_dist=not dist.is_initialized())
    except (CheckpointException, KeyError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1][:120] if str(error).strip() else "damaged"
        raise CheckpointError(f"{folder.name} cannot be used: {reason}.") from None


def _of_model(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Every parameter and saved buffer once, in the memory that it has."""
    saved = model.state_dict(keep_vars=True)
    seen: set[int] = set()
    for name, tensor in named_tensors(model).items():
        if name in saved and id(tensor) not in seen:
            seen.add(id(tensor))
            yield _MODEL + name, tensor.detach()


def _stored(reader: HuggingFaceStorageReader) -> Mapping[str, Any]:
    metadata: Mapping[str, Any] = reader.read_metadata().state_dict_metadata
    return metadata


def _restore(model: nn.Module, optimizer: Optimizer, shapes: Mapping[str, tuple[int, ...]], state: Any) -> None:
    """Give `optimizer` what it kept, with tensors that are still empty."""
    for group, values in zip(optimizer.param_groups, state["groups"], strict=True):
        group.update(values)
    for name, parameter in model.named_parameters():
        start = f"{_OPTIMIZER}{name}/"
        kept = dict(state["kept"].get(name, {}))
        for key, shape in ((each[len(start) :], shapes[each]) for each in shapes if each.startswith(start)):
            like = shape == tuple(parameter.shape)
            kept[key] = torch.zeros_like(parameter.detach()) if like else torch.zeros(shape)
        if kept:
            optimizer.state[parameter] = kept


def _groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The options of the optimizer as they are now, without the parameters."""
    return [{name: each for name, each in group.items() if name != "params"} for group in optimizer.param_groups]
