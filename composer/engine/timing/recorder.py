"""What every recording says beside its samples: the machine, the versions, the date."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime

import torch

from composer import __version__
from composer.engine import machine
from composer.engine.devices import CPU, backend, capability_of, device_of, memory_of, name_of
from composer.recordings.recording import Breakdown, DeviceInfo, Machine, Recording, Series, Versions
from composer.recordings.settings import Settings
from composer.recordings.text import dumps
from composer.reports import Piece


class Recorder:
    """Notes how the machine is when an experiment begins."""

    def __init__(self, settings: Settings, design: str = "") -> None:
        """
        Raises:
            MeasureError: where a device of the settings is not there.
        """
        self.devices = tuple(dict.fromkeys(map(device_of, settings.devices)))  # cuda is cuda:0
        self.settings = settings.model_copy(update={"devices": tuple(map(str, self.devices))})
        self._design = design[:100]
        self._date = datetime.now(UTC)
        self._machine = _machine(self.devices)

    def recording(self, series: Sequence[Series], breakdowns: Sequence[Breakdown] = ()) -> Recording:
        """The recording of what came out."""
        return Recording(
            date=f"{self._date:%Y-%m-%dT%H:%M:%SZ}",
            design=self._design,
            settings=self.settings,
            machine=self._machine,
            versions=Versions(
                composer=__version__, torch=torch.__version__, python=platform.python_version(), backend=backend()
            ),
            series=tuple(series),
            breakdowns=tuple(breakdowns),
        )

    def piece(self, series: Sequence[Series], breakdowns: Sequence[Breakdown] = ()) -> Piece:
        """What is new, as a recording of its own (`composer.recordings.pieces`)."""
        return Piece(dumps(self.recording(series, breakdowns)))


def _machine(devices: Sequence[torch.device]) -> Machine:
    return Machine(
        system=machine.system()[:100],
        cpu=machine.cpu_name()[:100],
        cores=machine.cores(),
        processors=machine.processors(),
        memory=machine.memory_total(),
        load=machine.load(),
        clock=machine.clock(),
        devices=tuple(_info(each) for each in dict.fromkeys((CPU, *devices))),
    )


def _info(device: torch.device) -> DeviceInfo:
    return DeviceInfo(
        id=str(device), name=name_of(device)[:100], memory=memory_of(device)[1], capability=capability_of(device)
    )
