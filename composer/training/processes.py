"""Starting a run on this machine, so that it goes on whatever becomes of who started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from composer.training.commands import Distribution, command

OUTPUT = "output.txt"
"""What the program of a run printed, in the run's folder."""


def launch(run: Path, processes: int = 1, distribution: Distribution = "") -> subprocess.Popen[bytes]:
    """Train the run that was begun in a folder in a program of its own, with that many processes.

    Its threads wait without spinning: on a machine that is busy otherwise, spinning slows it down severalfold.

    Raises:
        OSError: where it cannot be started.
    """
    first, *rest = command("", "", str(run), processes, distribution=distribution, resume=True)
    programs = {"block-composer": ("-m", "composer"), "torchrun": ("-m", "torch.distributed.run")}
    with (run / OUTPUT).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *programs[first], *rest],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
        )
