"""Files of tensors and bundles, opened for a command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from composer.engine.checkpoints.opening import Checkpoint
    from composer.export_reports import BundleReport

BUNDLE = ".composer"
existing_file = click.Path(exists=True, path_type=Path)


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file of tensors: that of a bundle's weights where the file is a `bundle`."""

    path: Path
    checkpoint: Checkpoint
    bundle: BundleReport | None = None


def is_bundle(path: Path) -> bool:
    """Whether there is a file of a bundle's name."""
    return path.suffix.lower() == BUNDLE and path.is_file()


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """A file of tensors or a bundle, checked before anything of it is used. Nothing in it is run.

    Raises:
        CheckpointError: where it is refused.
    """
    from composer.engine.checkpoints.opening import open_checkpoint

    if not is_bundle(path):
        with open_checkpoint(path) as checkpoint:
            yield Opened(path, checkpoint)
        return
    with _unbundled(path) as (report, weights), open_checkpoint(weights) as checkpoint:
        yield Opened(path, checkpoint, report)


def bundle_text(path: Path) -> str:
    """The design of a bundle.

    Raises:
        CheckpointError: where the bundle is refused.
    """
    with _unbundled(path) as (report, _):
        return report.text


@contextmanager
def _unbundled(path: Path) -> Iterator[tuple[BundleReport, Path]]:
    from composer.engine.exports.unbundle import unbundled

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        weights = Path(folder) / "weights.safetensors"
        yield unbundled(path, weights), weights
