"""The command that compares two files of tensors."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from composer.cli.arguments import json_option
from composer.cli.group import cli
from composer.cli.opened import existing_file, opened
from composer.cli.output import print_json
from composer.errors import CheckpointError


@cli.command()
@click.argument("left", type=existing_file)
@click.argument("right", type=existing_file)
@json_option
def diff(left: Path, right: Path, as_json: bool) -> None:
    """Compare two checkpoints or bundles by name.

    What differs most comes first, equals last. Of files with several parts, the state dicts with most names in common
    are compared. The exit status is 0 where all is equal, 1 where something differs.
    """
    from composer.engine.checkpoints.comparing import compare, stored_tensors
    from composer.matching.parts import common_parts
    from composer.views.differing import differing_lines, plain_differing
    from composer.views.tables import facts

    with opened(left) as one, opened(right) as other:
        files = one.checkpoint, other.checkpoint
        parts = common_parts(files[0].report.parts, files[1].report.parts)
        if parts is None:
            raise CheckpointError("One of the files holds no tensors, so there is nothing to compare.")
        paths = [part.path for part in parts]
        sides = [stored_tensors(file, path) for file, path in zip(files, paths, strict=True)]
        report = compare(sides[0], sides[1])
    found = plain_differing(report)
    if as_json:
        print_json({"parts": paths, **found})
    else:
        names = [
            f"{path.name}{f', part {part}' if part else ''}" for path, part in zip((left, right), paths, strict=True)
        ]
        click.echo("\n".join([*facts(list(zip(("left", "right"), names, strict=True))), "", *differing_lines(report)]))
    sys.exit(0 if found["equal"] else 1)
