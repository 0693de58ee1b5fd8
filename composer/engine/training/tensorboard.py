"""The metrics of a run as an event file that TensorBoard reads."""

from __future__ import annotations

from pathlib import Path

from composer.errors import Problem, TrainingError
from composer.training.layout import METRICS
from composer.training_reports import EpochRow, ParametersRow, StepRow, row_of

FOLDER = "tensorboard"


def write_events(run: Path) -> Path:
    """Write the event file of a run into its folder, in place of an earlier one; the folder it is in.

    Raises:
        TrainingError: where TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        expected = "the package tensorboard, for an event file: pip install tensorboard"
        raise TrainingError(Problem("tensorboard", "not-installed", expected, "none")) from None
    target = run / FOLDER
    for earlier in event_files(run):
        earlier.unlink()
    with SummaryWriter(str(target)) as writer:
        for line in (run / METRICS).read_bytes().splitlines():
            _add(writer, row_of(line))
    return target


def event_files(run: Path) -> list[Path]:
    """The event files of a run."""
    return sorted((run / FOLDER).glob("events.out.tfevents.*"))


def _add(writer: object, row: object) -> None:
    add = writer.add_scalar  # type: ignore[attr-defined]
    if isinstance(row, StepRow):
        named = {"loss": row.loss, "metric": row.metric, "gradient": row.gradient}
        for name, value in {**named, "lr": row.lr, "throughput": row.throughput}.items():
            if value is not None:
                add(f"train/{name}", value, row.step)
    elif isinstance(row, EpochRow):
        for name, value in (("loss", row.loss), ("metric", row.metric)):
            if value is not None:
                add(f"test/{name}", value, row.step)
    elif isinstance(row, ParametersRow):
        for each in row.parameters:
            if each.norm is not None and not each.owner:
                add(f"norm/{each.name}", each.norm, row.step)
