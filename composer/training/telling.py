"""Telling a run that goes on what to do, through a small file in its folder."""

from __future__ import annotations

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
