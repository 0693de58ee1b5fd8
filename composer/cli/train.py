"""The command that trains a design: here, or as one of the processes that torchrun starts."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, get_args

import click

from composer.cli.arguments import DESIGN_FILE, design_of
from composer.cli.group import cli
from composer.cli.output import STOPPED, Refused
from composer.cli.places import Place, PlaceType, run_in, written
from composer.cli.training_options import configuration, training_options
from composer.cli.weights import Weights, valued, weights_options
from composer.design.document import Design
from composer.errors import ComposerError
from composer.training.commands import Distribution, command, shell
from composer.training.config import TrainConfig
from composer.training.layout import MODEL
from composer.training_reports import Trained, TrainReport
from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.engine.training.control import Control
    from composer.engine.valued import Valued

_EVERY = 0.5  # seconds between two lines


def _design(ctx: click.Context, param: click.Parameter, value: str | None) -> Design | None:
    return None if value is None else design_of(ctx, param, value)


@cli.command()
@click.argument("design", callback=_design, required=False)
@click.option("--out", type=PlaceType(), metavar="RUN", help="The new folder of the run, or its address.")
@click.option("--resume", type=PlaceType(), metavar="RUN", help="Go on with a run after its last checkpoint.")
@click.option("--distribute", type=click.Choice(get_args(Distribution)[1:]), help="How torchrun's processes share.")
@click.option("--quiet", is_flag=True, help="Print only how it ended.")
@click.option("--tensorboard", is_flag=True, help="Write an event file of the run at the end, too.")
@training_options
@weights_options
@click.pass_context
def train(
    ctx: click.Context,
    design: Design | None,
    out: Place | None,
    resume: Place | None,
    distribute: Distribution | None,
    quiet: bool,
    tensorboard: bool,
    options: dict[str, Any],
    weights: Weights | None,
) -> None:
    """Train the design on data, into a folder of its own.

    Ctrl+C ends it after the step, with a checkpoint. Exit status 0: all steps are done, 1: it was refused or the loss
    is not finite any more, 130: it was stopped. This runs the code of custom layers.
    """
    if (resume is None) == (design is None) or (out is None) == (resume is None):
        raise click.UsageError("Give a DESIGN and --out RUN for a new run, or --resume RUN alone.")
    if resume and (options or weights):
        raise click.UsageError("A run that goes on keeps its configuration: --resume goes with no other option.")
    where = resume or out
    assert where is not None
    if bool(distribute) != ("RANK" in os.environ):
        raise click.UsageError(_started_how(ctx, where, resume is not None, distribute))
    config = configuration(options) if design else None
    with run_in(where) as folder:
        report = Request(folder, design, config, weights, distribute).train(Lines(quiet or not _is_first()))
        if tensorboard and _is_first():
            from composer.engine.training.tensorboard import write_events

            write_events(folder)
    finish(report, written(where))


@dataclass(frozen=True, slots=True)
class Request:
    """A run that is asked for. Without a design and configuration it is there already."""

    folder: Path
    design: Design | None
    config: TrainConfig | None
    weights: Weights | None
    distribution: Distribution | None

    def train(self, lines: Lines) -> TrainReport:
        """Train until it ends. Ctrl+C, or a signal to end, is a command to stop.

        Raises:
            ComposerError: where it cannot begin, or go on.
        """
        from composer.engine.training import run_folder, starting
        from composer.engine.training.control import Control

        if self.distribution:
            design, config = self.design, self.config
            if design is None or config is None:
                design, config = run_folder.read(self.folder)
            make = partial(self._model, design)
            with _ending_at_once():
                return starting.take_part(self.folder, design, config, make, self.distribution, lines)
        with _stopping(Control(self.folder)) as control:
            if self.design is None or self.config is None:
                return starting.resume(self.folder, self._model, lines, control)
            make = partial(self._model, self.design)
            return starting.start(self.folder, self.design, self.config, make, lines, control, self.weights is not None)

    def _model(self, design: Design) -> Valued:
        return valued(design, self.weights)[0]


class Lines:
    """Prints how far a run has come, now and then."""

    def __init__(self, quiet: bool) -> None:
        self._quiet, self._last = quiet, 0.0

    def __call__(self, event: Trained) -> None:
        now = time.monotonic()
        if self._quiet or (now - self._last < _EVERY and event.step < event.steps):
            return
        self._last = now
        metric = "" if event.metric is None else f"  {event.measure} {event.metric:.4f}"
        loss = "not finite" if event.loss is None else f"{event.loss:.4f}"
        click.echo(f"step {event.step:,} of {event.steps:,}  epoch {event.epoch + 1}  loss {loss}{metric}")


def finish(report: TrainReport, where: str) -> None:
    """Say how a run ended, and end with its exit status."""
    best = "" if report.best is None else f" Best loss on the test data: {report.best:.4f}."
    match report.state:
        case "finished":
            text = f"All {report.steps:,} steps are done.{best} The weights are in {clean(where)}/{MODEL}."
        case "stopped":
            again = shell(command("", "", where, resume=True))
            text = f"Stopped after step {report.step:,} of {report.steps:,}. Go on with: {again}"
        case _:
            text = report.text
    if _is_first():
        click.echo(text, err=report.state == "nan")
    sys.exit({"finished": 0, "stopped": STOPPED}.get(report.state, 1))


def _is_first() -> bool:
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """Where one of several processes fails, end it without the goodbyes to the others, which may hang or abort."""
    try:
        yield
    except Exception as error:
        if isinstance(error, ComposerError):
            Refused(error).show()
        else:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


@contextmanager
def _stopping(control: Control) -> Iterator[Control]:
    """Have a signal to end stop the run after its step; a second one ends the program at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        control.ask("stop")
        signal.signal(number, signal.SIG_DFL)

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield control
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _started_how(ctx: click.Context, where: Place, resume: bool, distribute: Distribution | None) -> str:
    """What to type where a run of several processes was begun as a program, or the other way round."""
    design = str(ctx.meta.get(DESIGN_FILE, "DESIGN"))
    if not distribute:
        return "Under torchrun, say how its processes share: --distribute ddp or --distribute fsdp."
    typed = shell(command(design, "CONFIG", written(where), 2, distribution=distribute, resume=resume))
    return f"--distribute is for the processes that torchrun starts: {clean(typed)}"
