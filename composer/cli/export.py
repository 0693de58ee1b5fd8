"""The command that writes a design as source, its live model's weights, or both, for use elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from composer.cli.arguments import design_argument
from composer.cli.group import cli
from composer.cli.models import examine
from composer.cli.opened import BUNDLE
from composer.cli.output import finish, new_file, write
from composer.cli.weights import Weights, valued, weights_options
from composer.design.document import Design
from composer.errors import CheckpointError, DesignError
from composer.views.numbers import size, tensors
from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.checkpoint_reports import Format
    from composer.engine.valued import Valued

_ENDINGS = (".safetensors", ".pt", ".zip", ".pt2", ".onnx", BUNDLE)


@cli.command()
@design_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    help="Write there: .py, .safetensors, .pt, .zip, .pt2, .onnx or .composer. Without it, source is printed.",
)
@weights_options
def export(design: Design, output: str, weights: Weights | None) -> None:
    """Write source, weights, or both of a design.

    \b
    .py                source that needs torch and nothing else
    .safetensors, .pt  the state dict
    .zip               source with weights and an example of loading them
    .pt2, .onnx        a program that runs without the class: torch.export, ONNX
    .composer          a bundle: the design and its weights, to be opened again

    Weights are those of --weights, of the bundle that DESIGN is, or the initial values under the design's seed. What is
    written is read again and compared with the model. All but .py build the model, which runs the code of custom
    layers.
    """
    ending = Path(output).suffix.lower() if output != "-" else ""
    if ending in ("", ".py"):
        _source(design, output, weights)
        return
    if ending not in _ENDINGS:
        raise click.UsageError(f"{clean(output)} ends in none of .py, {', '.join(_ENDINGS)}.")
    from composer.engine import preview
    from composer.views.exported import load_lines

    wrong = [each for each in examine(design, True).problems if not each.notice]
    if wrong:
        raise DesignError(wrong)
    try:
        model, loaded = valued(design, weights)
        with new_file(output) as path:
            lines = _write(design, model, path)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:  # what torch raises for what it cannot do
        raise click.ClickException(f"The model cannot be exported: {clean(preview.text_of(error))}") from None
    click.echo(f"Wrote {clean(output)}, {size(Path(output).stat().st_size)}.")
    said = load_lines(loaded, weights.path.name) if loaded and weights else [f"Initial values, seed {design.seed}."]
    click.echo("\n".join([*said, *lines]))


def _source(design: Design, output: str, weights: Weights | None) -> None:
    from composer.codegen.source import source
    from composer.engine.build import notes_of

    if weights and not weights.own:
        raise click.UsageError("Source holds no weights: give -o a name that ends in .zip to have both.")
    report = examine(design)
    write(output, source(design, notes_of(report)).encode())
    finish(report.problems)


def _write(design: Design, model: Valued, path: Path) -> list[str]:
    """Write what the name of `path` ends in, and say what was verified of it."""
    from composer.engine.exports import bundle, package, program
    from composer.views.exported import export_lines

    match path.suffix.lower():
        case ".safetensors":
            return [_state(model, path, "safetensors")]
        case ".pt":
            return [_state(model, path, "pt")]
        case ".zip":
            report = package.write_package(design, model.model, path)
        case ".pt2":
            report = program.write_program(design, model.model, path)
        case ".onnx":
            report = program.write_onnx(design, model.model, path)
        case _:
            report = bundle.write_bundle(design, model.model, path)
    return list(export_lines(report))


def _state(model: Valued, path: Path, format: Format) -> str:
    from composer.engine.checkpoints.opening import open_checkpoint
    from composer.engine.checkpoints.saving import save

    report = save(model.model, path, format)
    with open_checkpoint(path) as checkpoint:
        unequal = model.unequal(checkpoint)
    if unequal:
        raise CheckpointError(f"{unequal[0]} was read again and is not what the model has, so nothing is written.")
    return f"Read again: {tensors(report.tensors)}, equal to those of the model."
