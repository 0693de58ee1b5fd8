"""The command that says what is in a file of tensors, and which of it goes where in a design."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from composer.cli.arguments import design_of, json_option
from composer.cli.group import cli
from composer.cli.models import examine
from composer.cli.opened import existing_file, opened
from composer.cli.output import finish, print_json
from composer.cli.renaming import Naming, naming_options
from composer.design.document import Design


@cli.command()
@click.argument("file", type=existing_file)
@click.argument("design", required=False, callback=lambda ctx, param, value: value and design_of(ctx, param, value))
@naming_options
@json_option
def look(file: Path, design: Design | None, naming: Naming | None, as_json: bool) -> None:
    """Say what a checkpoint or bundle holds.

    With DESIGN, say also which of it goes where there, and suggest rules where names differ.
    Nothing in the file is run. The exit status is 1 where it is refused, or does not fit DESIGN wholly.
    """
    from composer.checkpoint_reports import Part
    from composer.engine.checkpoints.opening import measured
    from composer.matching.match import match
    from composer.matching.suggest import suggest
    from composer.views import stored
    from composer.views.fitting import fitting_lines, plain_fitting, suggestion_lines

    if naming and design is None and (naming.renames or naming.suggested):
        raise click.UsageError("--rename, --regex and --suggested go with DESIGN.")
    with opened(file) as found:
        report = measured(found.checkpoint)
    shapes = examine(design) if design else None
    part, renames = (naming or Naming()).of(report, shapes.tensors if shapes else ())
    fit = match(shapes.tensors, part or Part("", "state dict", ()), renames) if shapes else None
    rules = suggest(shapes.tensors, part) if shapes and part and not renames else ()
    if as_json:
        bundle = stored.plain_bundle(found.bundle) if found.bundle else None
        parts = [part] if part and naming else report.parts
        fits = plain_fitting(fit, rules, part.path if part else "") if fit else None
        print_json({"bundle": bundle, **stored.plain_file(report, parts), "fit": fits})
    else:
        lines = [*(stored.bundle_lines(found.bundle) if found.bundle else ()), *stored.file_lines(report, part)]
        lines += ["", *fitting_lines(fit), *suggestion_lines(rules)] if fit else []
        click.echo("\n".join(lines))
    finish(shapes.problems if shapes else ())
    sys.exit(0 if fit is None or fit.complete else 1)
