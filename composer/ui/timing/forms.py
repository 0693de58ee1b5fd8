"""What an experiment is asked with: a form for each, from the defaults of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

import streamlit as st

from composer.device_reports import DevicesReport
from composer.recordings.settings import (
    DTYPES,
    Dispatch,
    Fetching,
    Matmul,
    Method,
    Model,
    Optimizer,
    Settings,
    Transfers,
    TwoDevices,
)
from composer.ui.language import _
from composer.views.numbers import size

_SIZES = tuple(2**k for k in range(3, 14))
_BATCHES = tuple(2**k for k in range(13))
_BYTES = tuple(2**k for k in range(10, 33, 2))
_KEY = "timing"
_THREADS = 1024
_SECONDS = (0.05, 60.0)


def experiments() -> dict[str, str]:
    """What they are called."""
    return {
        "matmul": _("1 · Matrix products"), "model": _("2 · The design"), "fetching": _("3 · Fetching or logging"),
        "two devices": _("4 · Two devices"), "transfers": _("5 · Transfers"), "dispatch": _("6 · Ways to call"),
    }  # fmt: skip


def form(kind: str, report: DevicesReport) -> Settings | str:
    """The settings that are chosen, or why there can be none."""
    if kind == "two devices" and report.gpus < 2:
        return _("Needs two GPUs; here there are {count}. Nothing is simulated.").format(count=report.gpus)
    with st.container(horizontal=True, vertical_alignment="bottom", key="timing_form"):
        devices = _devices(kind, report)
        settings = _FORMS[kind](devices)
        method = _method()
    if not devices:
        return _("Choose a device.")
    if isinstance(settings, str):
        return settings
    if isinstance(method, str):
        return method
    cores = report.devices[0].cores
    if cores and method.threads > cores:
        text = _("{threads} threads are more than the {cores} cores of this CPU: they wait for each other.")
        st.caption(f":orange[{text.format(threads=method.threads, cores=cores)}]")
    return settings.model_copy(update={"devices": devices, "method": method})


def _devices(kind: str, report: DevicesReport) -> tuple[str, ...]:
    ids = [each.id for each in report.devices]
    if kind == "two devices":
        return tuple(ids[1:3])
    return tuple(st.multiselect(_("Devices"), ids, ids, key=f"{_KEY}:devices", width=200))


def _method() -> Method | str:
    """How a point is timed, or what is wrong with it. A field that has bounds would keep that to itself."""
    threads = st.number_input(
        _("Threads"), value=1, key=f"{_KEY}:threads", width=110,
        help=_("Of the CPU. With several, a busy machine makes timings useless."),
    )  # fmt: skip
    seconds = st.number_input(
        _("Seconds a point"), value=1.0, step=0.5, key=f"{_KEY}:seconds", width=140,
        help=_("At most: a point ends earlier where its median is sure to 1 %."),
    )  # fmt: skip
    if not 1 <= threads <= _THREADS:
        return _("Threads: expects 1 to {most:,}, received {given:,}.").format(most=_THREADS, given=threads)
    low, high = _SECONDS
    if not low <= seconds <= high:
        return _("Seconds a point: expects {low:g} to {high:g}, received {given:g}.").format(
            low=low, high=high, given=seconds
        )
    return Method(threads=threads, seconds=seconds)


def _upto(text: str, values: Sequence[int], usual: int, key: str, shown: Callable[[int], str] = str) -> tuple[int, ...]:
    last = st.selectbox(text, values, values.index(usual), key=f"{_KEY}:{key}", format_func=shown, width=150)
    return tuple(each for each in values if each <= last)


def _matmul(devices: tuple[str, ...]) -> Matmul | str:
    sizes = _upto(_("Largest n"), _SIZES, 1024, "n")
    dtypes = st.multiselect(_("dtypes"), DTYPES, ["float32"], key=f"{_KEY}:dtypes", width=240)
    return Matmul(sizes=sizes, dtypes=tuple(dtypes)) if dtypes else _("Choose a dtype.")


def _model(devices: tuple[str, ...]) -> Model:
    batches = _upto(_("Largest batch"), _BATCHES, 16, "batch")
    optimizer = st.selectbox(_("Optimizer"), get_args(Optimizer), key=f"{_KEY}:optimizer", width=170)
    layers = st.number_input(
        _("Layers at batch"), 0, 4096, 1, key=f"{_KEY}:layers", width=140,
        help=_("The batch of which the time of each layer is told; 0 leaves that out."),
    )  # fmt: skip
    return Model(batches=batches, optimizer=optimizer, layers=layers)


def _fetching(devices: tuple[str, ...]) -> Fetching:
    products = st.number_input(_("Products"), 1, 100_000, 1000, key=f"{_KEY}:products", width=130)
    n = st.number_input("n", 1, 8192, 100, key=f"{_KEY}:fetch_n", width=110)
    return Fetching(sizes=(n,), products=products)


def _two_devices(devices: tuple[str, ...]) -> TwoDevices:
    return TwoDevices(sizes=_upto(_("Largest n"), _SIZES[5:], 4096, "two_n"))


def _transfers(devices: tuple[str, ...]) -> Transfers:
    return Transfers(sizes=_upto(_("Largest"), _BYTES, 2**26, "bytes", size))


def _dispatch(devices: tuple[str, ...]) -> Dispatch | str:
    batches = st.multiselect(_("Batches"), _BATCHES, [1, 256], key=f"{_KEY}:batches", width=220)
    return Dispatch(batches=tuple(sorted(batches))) if batches else _("Choose a batch size.")


_FORMS: Mapping[str, Callable[[tuple[str, ...]], Settings | str]] = {
    "matmul": _matmul, "model": _model, "fetching": _fetching, "two devices": _two_devices, "transfers": _transfers,
    "dispatch": _dispatch,
}  # fmt: skip
