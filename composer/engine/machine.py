"""The computer that this runs on: its processor, memory and load, where the system tells. Its name is left out."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_MEMINFO = Path("/proc/meminfo")
_CLOCK = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")


def system() -> str:
    """The operating system and the sort of processor, such as Linux 6.1 x86_64."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def cpu_name() -> str:
    """What the processor is called."""
    names = re.findall(r"^model name\s*:\s*(.+)$", _text(_CPUINFO), re.MULTILINE)
    if names:
        return str(names[0]).strip()
    return _sysctl("machdep.cpu.brand_string") or platform.processor() or platform.machine() or "unknown"


def cores() -> int | None:
    """Cores of all processors, without what a core offers as two; None where the system does not tell."""
    text = _text(_CPUINFO)
    sockets = re.findall(r"^physical id\s*:\s*(\d+)$", text, re.MULTILINE)
    numbers = re.findall(r"^core id\s*:\s*(\d+)$", text, re.MULTILINE)
    if numbers and len(sockets) == len(numbers):
        return len(set(zip(sockets, numbers, strict=True)))
    found = _sysctl("hw.physicalcpu")
    return int(found) if found.isdecimal() else None


def processors() -> int:
    """How many threads of this process can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_total() -> int | None:
    """Bytes of memory; None where the system does not tell."""
    if not hasattr(os, "sysconf"):
        return None
    with contextlib.suppress(OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def memory_free() -> int | None:
    """Bytes that programs can still have, without swapping; None where the system does not tell."""
    found = re.search(r"^MemAvailable:\s*(\d+) kB$", _text(_MEMINFO), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def load() -> float | None:
    """How many programs wanted to run, on average of the last minute; None where the system does not tell."""
    if not hasattr(os, "getloadavg"):
        return None
    with contextlib.suppress(OSError):
        return round(os.getloadavg()[0], 2)
    return None


def clock() -> float | None:
    """The clock of the first processor as it is now, in MHz; None where the system does not tell."""
    exact = _text(_CLOCK).strip()
    if exact.isdecimal() and int(exact):
        return int(exact) / 1000
    found = re.search(r"^cpu MHz\s*:\s*([\d.]+)$", _text(_CPUINFO), re.MULTILINE)
    return float(found[1]) or None if found else None


def _text(path: Path) -> str:
    """What a file of the system says; "" where there is none."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""


def _sysctl(name: str) -> str:
    """What macOS says; "" elsewhere."""
    if sys.platform != "darwin":
        return ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, timeout=5).stdout.strip()
    return ""
