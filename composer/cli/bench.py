"""The command bench: time a design or a device, and record it. What needs torch is imported when it is used."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from composer.cli.arguments import read, size_option
from composer.cli.group import cli
from composer.cli.output import write
from composer.design import text
from composer.errors import RecordingError
from composer.recordings.settings import DTYPES, EXPERIMENTS, OF_A_DESIGN, Settings
from composer.recordings.text import dumps, settings_of
from composer.reports import Piece, Progress
from composer.views.timings import recording_lines
from composer.views.wording import clean

_NAMES = tuple(kind.replace(" ", "-") for kind in EXPERIMENTS)


def optional(ctx: click.Context, param: click.Parameter, value: str | None) -> str | bytes | None:
    return None if value is None else read(ctx, param, value)


def rising(ctx: click.Context, param: click.Parameter, value: str | None) -> list[int] | None:
    """Numbers with commas between: `8,64,512`."""
    try:
        return None if value is None else sorted({int(part) for part in value.split(",")})
    except ValueError:
        raise click.BadParameter(f"{clean(value or '')[:60]!r} is not of the form 8,64,512.") from None


@cli.command()
@click.argument("design", required=False, callback=optional)
@click.option("--experiment", type=click.Choice(_NAMES), help="What to time; model where there is a DESIGN.")
@click.option("--device", "devices", multiple=True, metavar="cuda:0", help="May be repeated; all there are by default.")
@click.option("--at", callback=rising, metavar="8,64,512", help="Batch sizes, or sizes n of n×n, or bytes.")
@click.option("--dtype", "dtypes", multiple=True, type=click.Choice(DTYPES), help="Of products; may be repeated.")
@size_option
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Threads of the CPU.")
@click.option("--seconds", type=float, default=2.0, show_default=True, help="Time for a point, at most.")
@click.option("-o", "--output", metavar="FILE", help="Write the recording there, as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the recording, as JSON.")
def bench(
    design: str | bytes | None,
    experiment: str | None,
    devices: Sequence[str],
    at: list[int] | None,
    dtypes: Sequence[str],
    sizes: dict[str, int],
    threads: int,
    seconds: float,
    output: str | None,
    as_json: bool,
) -> None:
    """Time a design or the devices of this machine, and record the raw samples.

    The recording can be read by the page Devices, beside those of other machines.
    """
    kind = _kind(experiment, design is not None)
    given: dict[str, Any] = {
        "devices": list(devices) or _all_devices(kind),
        "dtypes": list(dtypes),
        ("batches" if kind in OF_A_DESIGN else "sizes"): at,
        "method": {"threads": threads, "seconds": seconds},
    }
    if sizes:
        given["sizes"] = sizes
    settings = _settings(kind, {key: value for key, value in given.items() if value})

    from composer.engine.timing.experiments import measure

    recording = measure(settings, text.loads(design) if design is not None else None, _Lines())
    content = dumps(recording)
    if output:
        write(output, content.encode())
    if as_json:
        click.echo(content, nl=False)
    elif output != "-":
        click.echo("\n".join(recording_lines(recording)))
    if not any(series.timed for series in recording.series):
        sys.exit(1)


def _kind(experiment: str | None, has_design: bool) -> str:
    if experiment is None and not has_design:
        raise click.UsageError(f"Name a DESIGN, or with --experiment one of {', '.join(_NAMES)}.")
    kind = (experiment or "model").replace("-", " ")
    if (kind in OF_A_DESIGN) != has_design:
        raise click.UsageError(f"The experiment {kind} {'takes no' if has_design else 'times a'} DESIGN.")
    return kind


def _all_devices(kind: str) -> list[str]:
    from composer.engine.devices import CPU, accelerators

    found = [str(each) for each in accelerators()]
    return found[:2] if kind == "two devices" else [str(CPU), *found]


def _settings(kind: str, given: dict[str, Any]) -> Settings:
    try:
        return settings_of(json.dumps({"kind": kind, **given}))
    except RecordingError as error:
        raise click.UsageError(clean(str(error))) from None


class _Lines:
    """Says on standard error what is being timed, once each."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, event: Progress | Piece) -> None:
        if isinstance(event, Progress) and event.text != self._last:
            self._last = event.text
            click.echo(clean(f"[{event.done + 1}/{event.total}] {event.text}"), err=True)
