"""The devices of this machine, through `torch.accelerator`, and what is there of each. Nothing is ever simulated."""

from __future__ import annotations

import contextlib
from typing import Any

import torch

from composer.device_reports import DeviceReport, DevicesReport
from composer.engine import machine
from composer.errors import MeasureError

CPU = torch.device("cpu")
_DTYPES = ("float64", "float32", "bfloat16", "float16", "complex64", "int64", "int8")


def accelerators() -> tuple[torch.device, ...]:
    """Every accelerator that torch can use here: CUDA, ROCm, MPS, XPU."""
    if not torch.accelerator.is_available():
        return ()
    kind = torch.accelerator.current_accelerator()
    assert kind is not None
    return tuple(torch.device(kind.type, k) for k in range(torch.accelerator.device_count()))


def try_gpu(i: int = 0) -> torch.device:
    """The accelerator number `i` where it is there, else the CPU, as in section 5.6 of the book."""
    found = accelerators()
    return found[i] if i < len(found) else CPU


def try_all_gpus() -> list[torch.device]:
    """Every accelerator, or the CPU alone where there is none, as in section 5.6 of the book."""
    return list(accelerators()) or [CPU]


def device_of(id: str) -> torch.device:
    """The device of that id; one without a number is the first of its kind.

    Raises:
        MeasureError: where it is not there.
    """
    here = {str(each): each for each in (CPU, *accelerators())}
    found = here.get(id) or here.get(f"{id}:0")
    if found is None:
        raise MeasureError(f"There is no device {id!r} here; there are: {', '.join(here)}.")
    return found


def devices() -> DevicesReport:
    """What is there: a row for the CPU, and one for each accelerator."""
    found = accelerators()
    rows = (_cpu(), *map(_accelerator, found))
    note = "" if found else f"There is no GPU that torch {torch.__version__} can use: all runs on the CPU."
    return DevicesReport(rows, str(try_gpu()), tuple(map(str, try_all_gpus())), note)


def name_of(device: torch.device) -> str:
    """What a device is called."""
    if device.type == "cpu":
        return machine.cpu_name()
    with contextlib.suppress(AttributeError, AssertionError, RuntimeError):
        return str(_module(device).get_device_name(device))
    return device.type


def capability_of(device: torch.device) -> str:
    """What a device can, as its maker counts it, such as 9.0; "" where that is not known."""
    if device.type != "cuda":
        return ""
    return ".".join(map(str, torch.cuda.get_device_capability(device)))


def memory_of(device: torch.device) -> tuple[int | None, int | None]:
    """Bytes that are free, and bytes in all; None where the system does not tell."""
    if device.type == "cpu":
        return machine.memory_free(), machine.memory_total()
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return total - torch.mps.driver_allocated_memory(), total
    with contextlib.suppress(AttributeError, RuntimeError):
        free, total = _module(device).mem_get_info(device)
        return int(free), int(total)
    return None, None


def backend() -> str:
    """What torch was built for beside the CPU, such as CUDA 12.8; "" for nothing."""
    if torch.version.hip:
        return f"ROCm {torch.version.hip}"
    if torch.version.cuda:
        return f"CUDA {torch.version.cuda}"
    kind = torch.accelerator.current_accelerator()
    return kind.type.upper() if kind else ""


def _cpu() -> DeviceReport:
    free, total = memory_of(CPU)
    return DeviceReport(
        str(CPU),
        machine.cpu_name(),
        memory_total=total,
        memory_free=free,
        capability=torch.backends.cpu.get_cpu_capability(),
        dtypes=_dtypes(CPU),
        cores=machine.cores(),
        threads=torch.get_num_threads(),
    )


def _accelerator(device: torch.device) -> DeviceReport:
    free, total = memory_of(device)
    return DeviceReport(
        str(device), name_of(device), backend(), total, free, capability_of(device), _dtypes(device)
    )  # fmt: skip


def _dtypes(device: torch.device) -> tuple[str, ...]:
    return tuple(name for name in _DTYPES if _multiplies(device, getattr(torch, name)))


def _multiplies(device: torch.device, dtype: torch.dtype) -> bool:
    try:
        small = torch.ones(16, 16, dtype=dtype, device=device)
        return bool(((small @ small) == 16).all())
    except (RuntimeError, TypeError, NotImplementedError):
        return False


def _module(device: torch.device) -> Any:
    return torch.get_device_module(device)
