"""The command bench: time a design or a device, and record it. What needs torch is imported when it is used."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from composer.cli.arguments import read, size_option
from composer.cli.group import cli
from composer.cli.output import STOPPED, write
from composer.design import text
from composer.design.document import Design
from composer.errors import RecordingError
from composer.recordings.pieces import together
from composer.recordings.settings import (
    DEVICE,
    DTYPES,
    EXPERIMENTS,
    LARGEST,
    LONGEST,
    MOST_THREADS,
    OF_A_DESIGN,
    SHORTEST,
    Settings,
)  # fmt: skip
from composer.recordings.text import dumps, loads, settings_of
from composer.reports import Piece, Progress
from composer.views.timings import recording_lines
from composer.views.wording import clean

_NAMES = tuple(kind.replace(" ", "-") for kind in EXPERIMENTS)


def optional(ctx: click.Context, param: click.Parameter, value: str | None) -> str | bytes | None:
    return None if value is None else read(ctx, param, value)


def rising(ctx: click.Context, param: click.Parameter, value: str | None) -> list[int] | None:
    """Numbers with commas between: `8,64,512`."""
    parts = [] if value is None else value.split(",")
    if all(part.strip().isdecimal() and 1 <= int(part) <= LARGEST for part in parts):
        return sorted(set(map(int, parts))) or None
    received = clean(value or "")[:60]
    raise click.BadParameter(f"expects whole numbers from 1 on, such as 8,64,512, received {received!r}.")


def between(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Seconds that a point may take."""
    if SHORTEST <= value <= LONGEST:
        return value
    raise click.BadParameter(f"expects {SHORTEST} to {LONGEST} seconds, received {value:g}.")


def named(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> Sequence[str]:
    """Names of devices, as torch has them."""
    for each in value:
        if not re.fullmatch(DEVICE, each):
            raise click.BadParameter(f"expects a device such as cpu, cuda:0 or mps, received {clean(each)[:60]!r}.")
    return value


@cli.command()
@click.argument("design", required=False, callback=optional)
@click.option("--experiment", type=click.Choice(_NAMES), help="What to time; model where there is a DESIGN.")
@click.option(
    "--device", "devices", multiple=True, callback=named, metavar="cuda:0",
    help="May be repeated; all there are by default.",
)  # fmt: skip
@click.option("--at", callback=rising, metavar="8,64,512", help="Batch sizes, or sizes n of n×n, or bytes.")
@click.option("--dtype", "dtypes", multiple=True, type=click.Choice(DTYPES), help="Of products; may be repeated.")
@size_option
@click.option(
    "--threads", type=click.IntRange(1, MOST_THREADS), default=1, show_default=True, help="Threads of the CPU."
)
@click.option(
    "--seconds", type=float, default=2.0, show_default=True, callback=between, help="Time for a point, at most."
)
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

    The recording can be read by the page Devices, beside those of other machines. Ctrl+C ends it, with a recording of
    what was timed until then.
    """
    kind = _kind(experiment, design is not None)
    asked = text.loads(design) if design is not None else None
    _check(kind, asked, dtypes, sizes)
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

    lines = _Lines()
    try:
        recording = measure(settings, asked, lines)
    except KeyboardInterrupt:
        left = together([loads(each.text) for each in lines.pieces])
        if left is None:
            raise
        click.echo("Stopped; what was timed until then is recorded.", err=True)
        recording = left
    content = dumps(recording)
    if output:
        write(output, content.encode())
    if as_json:
        click.echo(content, nl=False)
    elif output != "-":
        click.echo("\n".join(recording_lines(recording)))
    if recording.stopped:
        sys.exit(STOPPED)
    if not any(series.timed for series in recording.series):
        sys.exit(1)


def _kind(experiment: str | None, has_design: bool) -> str:
    if experiment is None and not has_design:
        raise click.UsageError(f"Name a DESIGN, or with --experiment one of {', '.join(_NAMES)}.")
    kind = (experiment or "model").replace("-", " ")
    if (kind in OF_A_DESIGN) != has_design:
        raise click.UsageError(f"The experiment {kind} {'takes no' if has_design else 'times a'} DESIGN.")
    return kind


def _check(kind: str, design: Design | None, dtypes: Sequence[str], sizes: dict[str, int]) -> None:
    """
    Raises:
        UsageError: where an option is given that would do nothing.
    """
    if dtypes and kind != "matmul":
        raise click.UsageError(f"--dtype is of the experiment matmul; {kind} takes none.")
    if sizes and design is None:
        raise click.UsageError(f"--size is of a DESIGN; the experiment {kind} takes its sizes with --at.")
    if sizes and design is not None:
        from composer.engine.data import batch_symbol

        batch = batch_symbol(design.inputs)
        if batch in sizes:
            raise click.UsageError(f"{batch} is the batch: give --at {sizes[batch]}.")


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
    """Says on standard error what is being timed, once each, and keeps the `pieces` of what was."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._last = ""

    def __call__(self, event: Progress | Piece) -> None:
        if isinstance(event, Piece):
            self.pieces.append(event)
        elif event.text != self._last:
            self._last = event.text
            click.echo(clean(f"[{event.done + 1}/{event.total}] {event.text}"), err=True)
