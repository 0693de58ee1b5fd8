"""How much memory a run could have."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import torch

_MEMINFO = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")
_GROUP = Path("/sys/fs/cgroup")


def free_bytes(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where the system does not say.

    On the CPU: of this machine, of the container that limits it, and of what this process may still take.
    """
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    found = [
        each for each in (_kilobytes(_MEMINFO, "MemAvailable"), _of_container(), _of_process()) if each is not None
    ]
    return max(0, min(found)) if found else None


def _kilobytes(path: Path, name: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def _of_container() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int((_GROUP / "memory.max").read_text()) - int((_GROUP / "memory.current").read_text())
    return None


def _of_process() -> int | None:
    """What the limit of this process's data leaves it."""
    if sys.platform == "win32":
        return None
    import resource

    limit, used = resource.getrlimit(resource.RLIMIT_DATA)[0], _kilobytes(_STATUS, "VmData")
    return None if limit == resource.RLIM_INFINITY or used is None else limit - used
