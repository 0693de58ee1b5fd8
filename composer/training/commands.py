"""The exact command that starts a run, here or on several machines."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Literal

Distribution = Literal["", "ddp", "fsdp"]


def command(
    design: str,
    config: str,
    out: str,
    processes: int = 1,
    nodes: int = 1,
    distribution: Distribution = "",
    restarts: int = 3,
    resume: bool = False,
    weights: str = "",
) -> tuple[str, ...]:
    """The arguments of a command that trains the design in a file, with the configuration in another, into `out`.

    It begins with the values in the file `weights`, or with initial ones ("").

    One process on one machine is a plain program; more are started by torchrun, once on each of `nodes` machines. A
    rank that ends is started again, and goes on from the last checkpoint, `restarts` times.
    """
    begin = ("--weights", weights) if weights else ()
    last = ("train", "--resume", out) if resume else ("train", design, "--config", config, *begin, "--out", out)
    if processes == nodes == 1 and not distribution:
        return "block-composer", *last
    where = ("--standalone",) if nodes == 1 else ("--nnodes", str(nodes), "--rdzv-backend", "c10d", *_RENDEZVOUS)
    engine = ("torchrun", *where, "--nproc-per-node", str(processes), "--max-restarts", str(restarts))
    return *engine, "-m", "composer", *last, "--distribute", distribution or "ddp"


_RENDEZVOUS = ("--rdzv-endpoint", "FIRST-MACHINE:29400")


def shell(arguments: Sequence[str]) -> str:
    """The command as it is typed."""
    return shlex.join(arguments)
