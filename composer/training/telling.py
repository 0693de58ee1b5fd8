"""Telling a run that goes on what to do, through a small file in its folder."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Literal, get_args

from composer import atomic
from composer.training.layout import CONTROL

Command = Literal["pause", "continue", "step", "stop"]
COMMANDS: tuple[Command, ...] = get_args(Command)


def tell(folder: Path, command: Command) -> None:
    """Have the run in `folder` pause, go on, take one step while it is paused, or stop.

    Raises:
        OSError: where the file cannot be written.
    """
    atomic.write(folder / CONTROL, json.dumps({"command": command, "time": time.time()}).encode())


def told(folder: Path) -> tuple[Command, float] | None:
    """What the run in `folder` was told last, and when, in seconds since 1970; None where it was told nothing."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / CONTROL).read_bytes()[:1000])
        if found["command"] in COMMANDS:
            return found["command"], float(found["time"])
    return None
