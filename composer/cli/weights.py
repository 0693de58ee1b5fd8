"""The live model of a design with the weights that a command was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from composer.checkpoint_reports import LoadReport, Part
from composer.cli.arguments import DESIGN_FILE
from composer.cli.opened import Opened, existing_file, is_bundle, opened
from composer.cli.renaming import Naming, naming_options
from composer.design.document import Design
from composer.errors import CheckpointError
from composer.views.wording import shorten

if TYPE_CHECKING:
    from composer.engine.valued import Valued
    from composer.matching.match import MatchRow


@dataclass(frozen=True, slots=True)
class Weights:
    """A file whose tensors a live model gets. `partial`: what does not fit is left out. `own`: DESIGN is that file."""

    path: Path
    naming: Naming
    partial: bool = False
    own: bool = False


def weights_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options for the argument `weights` of a command: those of the file, or of the bundle that DESIGN is, or None."""

    @click.option("--weights", "file", type=existing_file, metavar="FILE", help="Load these weights first.")
    @naming_options
    @click.option("--partial", is_flag=True, help="Load what fits, and keep the initial values of the rest.")
    @wraps(command)
    def collected(file: Path | None, partial: bool, naming: Naming | None, **rest: Any) -> Any:
        if file is None and (naming or partial):
            raise click.UsageError("--part, --rename, --regex, --suggested and --partial go with --weights.")
        return command(weights=Weights(file, naming or Naming(), partial) if file else _own(), **rest)

    return collected


def _own() -> Weights | None:
    """The weights of the bundle that DESIGN is."""
    path = Path(str(click.get_current_context().meta.get(DESIGN_FILE, "")))
    return Weights(path, Naming(), own=True) if is_bundle(path) else None


def valued(design: Design, weights: Weights | None) -> tuple[Valued, LoadReport | None]:
    """The live model of `design`, and what of `weights` was loaded into it. This runs code of custom layers.

    Raises:
        CheckpointError: where the weights are refused, or do not fit.
        DesignError: where the design has problems.
    """
    from composer.engine.valued import initial

    with ExitStack() as stack:
        file = stack.enter_context(opened(weights.path)) if weights else None
        model = initial(design)
        return model, load(model, file, weights) if file and weights else None


def load(model: Valued, file: Opened, weights: Weights) -> LoadReport:
    """Load what the options say, all or nothing.

    Raises:
        CheckpointError: where it does not fit.
    """
    part, renames = weights.naming.of(file.checkpoint.report, model.rows)
    part = part or Part("", "state dict", ())
    found = model.match(part, renames)
    wrong = [row for row in found.rows if row.reason and not _waits(row, file)]
    pairs = found.pairs()
    if wrong and not (weights.partial and pairs):
        raise CheckpointError(_misfit(file.path.name, wrong, bool(pairs)))
    return model.load(file.checkpoint, part.path, pairs)


def _waits(row: MatchRow, file: Opened) -> bool:
    """Whether it is of a lazy layer that had no sizes when the bundle was saved, so that there are no values in it."""
    waiting = file.bundle.waiting if file.bundle else ()
    return row.state == "missing" and row.name.rpartition(".")[0] in waiting


def _misfit(name: str, wrong: Sequence[MatchRow], some: bool) -> str:
    first = shorten(f"{wrong[0].name or wrong[0].key}: {wrong[0].reason}", 120)
    more = f", and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
    advice = " --partial loads what fits." if some else ""
    return f"{shorten(name, 60)} does not fit: {first}{more}. `block-composer look FILE DESIGN` tells all.{advice}"
