"""The verbs about devices and timings, through real kernels."""

from __future__ import annotations

import json
import threading
import time

import pytest

from composer import templates
from composer.device_reports import DevicesReport
from composer.errors import Cancelled, KernelStopped, MeasureError, RecordingError
from composer.kernel.client import Kernel, Ticket
from composer.kernel.limits import Limits
from composer.recordings.recording import Recording
from composer.recordings.settings import Fetching, Matmul, Method, Model, Settings
from composer.recordings.text import loads, settings_text
from composer.reports import Progress
from tests.kernel.test_verbs import mlp

QUICK = Method(seconds=0.05)


def measured(kernel: Kernel, settings: Settings, text: str = "") -> Recording:
    return loads(kernel.call("measure", settings=settings_text(settings), text=text))


def test_devices_and_tensors_on_them() -> None:
    with Kernel() as kernel:
        report: DevicesReport = kernel.call("devices")
        assert report.devices[0].id == "cpu" and report.gpus == len(report.devices) - 1
        assert kernel.call("mix").error
        assert kernel.call("move_tensor", device="cpu").same
        assert not kernel.call("move_tensor", device="cpu", always=True).same


def test_experiments_and_what_is_refused() -> None:
    told: list[Progress] = []
    with Kernel() as kernel:
        text = kernel.call(
            "measure", on_progress=told.append, settings=settings_text(Model(batches=(2,), method=QUICK)), text=mlp()
        )
        assert all(series.timed for series in loads(text).series)
        assert told[0].text == "cpu, training: batch size 2"
        assert measured(kernel, Fetching(products=2, method=QUICK)).experiment == "fetching"
        with pytest.raises(RecordingError, match=r"^The settings: "):
            kernel.call("measure", settings=json.dumps({"kind": "guess"}))
        with pytest.raises(MeasureError, match="times a design"):
            kernel.call("measure", settings=settings_text(Model()))


def test_no_memory_is_a_point_that_failed_and_the_process_lives_on() -> None:
    with Kernel(limits=Limits(memory=2**30, threads=1)) as kernel:
        found = measured(kernel, Matmul(sizes=(8, 16_384, 32_768), copy_bytes=2**32, method=QUICK))
        copy, products = found.series
        assert copy.points[0].failure == "out of memory on cpu at 4,294,967,296"
        small, *large = products.points
        assert small.samples and large[0].failure == "out of memory on cpu at 16,384"
        lenet = templates.text("lenet")
        steps = measured(kernel, Model(batches=(1, 2**15), layers=0, method=QUICK), lenet).series[-1].points
        assert steps[0].samples and steps[1].failure == "out of memory on cpu at 32,768"
        assert measured(kernel, Matmul(sizes=(8,), method=QUICK)).series[1].timed


def test_a_measurement_is_given_up_at_its_next_event_or_ended_with_its_process() -> None:
    settings = settings_text(Matmul(sizes=tuple(range(64, 84)), method=Method(seconds=5, spread=0)))
    with Kernel() as kernel:
        ticket = Ticket()
        for stop, error in ((lambda: kernel.cancel(ticket), Cancelled), (kernel.stop, KernelStopped)):
            threading.Timer(1, stop).start()
            start = time.monotonic()
            with pytest.raises(error):
                kernel.call("measure", settings=settings, ticket=ticket if error is Cancelled else None)
            assert time.monotonic() - start < 3
