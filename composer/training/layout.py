"""The files of a run's folder, for those who write it and those who follow it."""

from __future__ import annotations

import re

CONFIG = "config.json"
DESIGN = "design.json"
ENVIRONMENT = "environment.json"
METRICS = "metrics.jsonl"
SAMPLES = "samples.json"
CONTROL = "control.json"
INITIAL = "initial.safetensors"
MODEL = "model.safetensors"
CHECKPOINTS = "checkpoints"
LOCK = ".lock"
LAUNCHED = "launched.json"
BEST = "best.json"

WEIGHTS = "model.safetensors"  # of a checkpoint
STATE = "state.pt"
SHARDS = "shards"

_STEP = re.compile(r"step-(\d{9,12})")


def checkpoint_name(step: int) -> str:
    """The name of the folder that holds the checkpoint after `step` steps."""
    return f"step-{step:09}"


def step_of(name: str) -> int | None:
    """The step of a checkpoint's folder; None where it is another name."""
    found = _STEP.fullmatch(name)
    return int(found[1]) if found else None
