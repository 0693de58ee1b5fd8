"""Checkpoints of a run: folders that are there whole or not at all, the last few and the best one."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer

from composer import atomic
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.checkpoints.writing import explained
from composer.engine.training.placement import Placement
from composer.errors import CheckpointError
from composer.training.layout import BEST, CHECKPOINTS, STATE, checkpoint_name, step_of


class Checkpoints:
    """The checkpoints in a run's folder. `keep` of them stay, and the best."""

    def __init__(self, run: Path, placement: Placement, keep: int) -> None:
        self._folder, self._placement, self._keep = run / CHECKPOINTS, placement, keep

    def sweep(self) -> None:
        """Remove what a kill left half written."""
        for left in self._folder.glob(".*.tmp"):
            shutil.rmtree(left, ignore_errors=True)

    @property
    def steps(self) -> list[int]:
        """The steps after which there is one, in order."""
        return steps_of(self._folder)

    def folder(self, step: int) -> Path:
        """The folder of the checkpoint after `step` steps."""
        return self._folder / checkpoint_name(step)

    def save(self, step: int, optimizer: Optimizer, state: dict[str, Any], best: bool) -> None:
        """Write one; every process has to. Where it fails, those before are unchanged.

        Raises:
            CheckpointError: where it cannot be written.
        """
        temporary = self._folder / f".{checkpoint_name(step)}.tmp"
        with explained(temporary):
            if self._placement.first:
                shutil.rmtree(temporary, ignore_errors=True)
                temporary.mkdir(parents=True)
            self._placement.agreed(0)  # all wait until the folder is there
            try:
                state |= self._placement.save(temporary, optimizer)
                if self._placement.first:
                    with atomic.replacing(temporary / STATE) as file:
                        torch.save(state, file)
                    self._keep_as(step, temporary, best)
            finally:
                if self._placement.first:
                    shutil.rmtree(temporary, ignore_errors=True)
        self._placement.agreed(0)

    def _keep_as(self, step: int, temporary: Path, best: bool) -> None:
        """Give a folder its name, and remove those that are kept no more."""
        target = self.folder(step)
        if target.exists():
            shutil.rmtree(target)
        atomic.sync_folder(temporary)
        temporary.replace(target)
        if best:
            atomic.write(self._folder / BEST, json.dumps({"step": step}).encode())
        atomic.sync_folder(self._folder)
        kept = {*self.steps[-self._keep :], self.best}
        for old in self.steps:
            if old not in kept:
                _remove(self.folder(old))

    @property
    def best(self) -> int | None:
        """The step of the checkpoint with the lowest loss on the test data."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return int(json.loads((self._folder / BEST).read_bytes())["step"])
        return None

    def load(self, step: int, optimizer: Optimizer) -> dict[str, Any]:
        """Take weights and the optimizer's state from one, and give the rest of its state.

        Raises:
            CheckpointError: where it is not there, damaged, or of another model.
        """
        with open_checkpoint(self.folder(step) / STATE) as file:
            state: dict[str, Any] = file.content("")
        if not isinstance(state, dict) or state.get("step") != step:
            raise CheckpointError(
                f"{checkpoint_name(step)}: its state is of another step. Remove it to use one before."
            )
        self._placement.load(self.folder(step), optimizer, state)
        return state

    def load_weights(self, step: int) -> None:
        """Take only the weights from one.

        Raises:
            CheckpointError: where they are not there, damaged, or of another model.
        """
        self._placement.load_weights(self.folder(step))


def steps_of(folder: Path) -> list[int]:
    """The steps after which there is a checkpoint in `folder`, in order: one without a state is not here as a whole."""
    if not folder.is_dir():
        return []
    return sorted(step for each in folder.glob(f"*/{STATE}") if (step := step_of(each.parent.name)) is not None)


def _remove(folder: Path) -> None:
    """Remove a checkpoint; what is left by a kill has a name that nobody takes for one."""
    gone = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    folder.replace(gone)
    shutil.rmtree(gone, ignore_errors=True)
