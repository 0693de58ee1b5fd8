"""Where results go: files written whole, JSON, problems beside the output, and the exit status."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from composer.errors import ComposerError, DesignError, Problem
from composer.views.problems import problem_lines
from composer.views.wording import clean

STOPPED = 130
"""The exit status of a program that Ctrl+C ended."""


class Refused(click.ClickException):
    """A design that cannot be read or used: its problems are printed, and the exit status is 1."""

    def __init__(self, error: ComposerError) -> None:
        lines = problem_lines(error.problems) if isinstance(error, DesignError) else [clean(str(error))]
        super().__init__("\n".join(lines))

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=file is None)


def write(target: str, content: bytes) -> None:
    """Write a file whole or not at all; `-` is standard output."""
    if target == "-":
        click.echo(content, nl=False)
        return
    from composer import atomic

    try:
        path = Path(target).resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # a device or pipe is written to, never replaced
        else:
            atomic.write(path, content)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{clean(target)} cannot be written: {reason(error)}.") from None


@contextmanager
def new_file(target: str) -> Iterator[Path]:
    """Where to write what becomes the file `target` if the block ends without an error: of its name, elsewhere."""
    from composer import atomic

    try:
        path = Path(target).resolve()
        with tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as folder:
            new = Path(folder) / path.name
            yield new
            atomic.move(new, path)
    except OSError as error:
        raise click.ClickException(f"{clean(target)} cannot be written: {reason(error)}.") from None


def finish(problems: Sequence[Problem]) -> None:
    """Print problems beside the output, and say with the exit status that there are some."""
    if problems:
        click.echo("\n".join(problem_lines(problems)), err=True)
        sys.exit(1)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or clean(str(error))
