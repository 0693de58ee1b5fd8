"""Starting a run on this machine, so that it goes on whatever becomes of who started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from composer import atomic
from composer.training.commands import Distribution, command
from composer.training.layout import LAUNCHED

OUTPUT = "output.txt"
"""What the program of a run printed, in the run's folder."""


@dataclass(frozen=True, slots=True)
class Launched:
    """The last program that was started for a run: when (seconds since 1970), how, and at which byte of the output."""

    time: float
    output: int
    processes: int = 1
    distribution: Distribution = ""


_LAUNCHED = TypeAdapter(Launched)


def launched(run: Path) -> Launched | None:
    """The last program that was started for the run in a folder; None where none was, or nothing is known of it."""
    try:
        return _LAUNCHED.validate_json((run / LAUNCHED).read_bytes())
    except (OSError, ValidationError):
        return None


def last_words(run: Path) -> str:
    """The last line of what the last program of a run printed."""
    known = launched(run)
    try:
        with (run / OUTPUT).open("rb") as file:
            file.seek(known.output if known else 0)
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""


def launch(run: Path, processes: int = 1, distribution: Distribution = "") -> subprocess.Popen[bytes]:
    """Train the run that was begun in a folder in a program of its own, with that many processes.

    Its threads wait without spinning: on a machine that is busy otherwise, spinning slows it down severalfold.

    Raises:
        OSError: where it cannot be started.
    """
    first, *rest = command("", "", str(run), processes, distribution=distribution, resume=True)
    programs = {"block-composer": ("-m", "composer"), "torchrun": ("-m", "torch.distributed.run")}
    with (run / OUTPUT).open("ab") as output:
        about = Launched(time.time(), output.tell(), processes, distribution)
        atomic.write(run / LAUNCHED, json.dumps(asdict(about)).encode())
        return subprocess.Popen(
            [sys.executable, *programs[first], *rest],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
        )
