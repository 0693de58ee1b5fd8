"""The command `block-composer`.

Exit status: 0 fine, 1 the design has problems or was refused, 2 the command was used wrongly. What needs torch
or streamlit is imported by the commands that do.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from composer import __version__, templates
from composer.design import text
from composer.design.document import Design
from composer.design.limits import MAX_TEXT
from composer.errors import ComposerError, DesignError, Problem
from composer.views.problems import problem_lines
from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.engine.data import Sample
    from composer.reports import ShapesReport, SummaryReport

BATCH = 64  # samples that a summary is for, where nobody says another number


def main() -> None:
    """Run the command with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without × or ─ gets something, not an error
    cli(prog_name="block-composer")


class Refused(click.ClickException):
    """A design that cannot be read or used: its problems are printed, and the exit status is 1."""

    def __init__(self, error: ComposerError) -> None:
        lines = problem_lines(error.problems) if isinstance(error, DesignError) else [clean(str(error))]
        super().__init__("\n".join(lines))

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class _Group(click.Group):
    """Turns our errors into a message and an exit status, whatever the command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ComposerError as error:
            raise Refused(error) from None


def _read(ctx: click.Context, param: click.Parameter, value: str) -> str | bytes:
    """The text of a file, of `-` (standard input), or of a template where there is no such file."""
    most = MAX_TEXT + 1  # more is refused, so there is no need to have it
    if value == "-" and sys.stdin:
        return sys.stdin.buffer.read(most)
    try:
        with Path(value).open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        if value in templates.names():
            return templates.text(value)
        close = difflib.get_close_matches(value, templates.names(), n=2, cutoff=0.6)
        hint = f" (perhaps {' or '.join(close)})" if close else ""
        raise click.BadParameter(f"there is no file and no template {clean(value)!r}{hint}.") from None
    except (OSError, ValueError) as error:  # a ValueError is a name that no system takes
        raise click.BadParameter(f"{clean(value)} cannot be read: {_reason(error)}.") from None


def _design(ctx: click.Context, param: click.Parameter, value: str) -> Design:
    return text.loads(_read(ctx, param, value))


def _size(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, int]:
    """Definite sizes of symbols: `N=64`."""
    sizes = {}
    for value in values:
        symbol, _, number = value.rpartition("=")
        if not symbol or not (number.isascii() and number.isdecimal() and 0 < int(number[:12]) < 2**31):
            raise click.BadParameter(f"{clean(value)!r} is not of the form N=64.")
        sizes[symbol] = int(number)
    return sizes


_design_argument = click.argument("design", callback=_design)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_size_option = click.option(
    "--size", "sizes", multiple=True, callback=_size, metavar="N=64", help="The size of a symbol; may be repeated."
)


@click.group(cls=_Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the app on this machine.")
@click.option("--no-browser", is_flag=True, help="Do not open the app in the browser.")
@click.option("--workspace", type=click.Path(file_okay=False, path_type=Path), help="Folder of designs and runs.")
@click.pass_context
def cli(ctx: click.Context, port: int | None, no_browser: bool, workspace: Path | None) -> None:
    """Compose PyTorch models from nested blocks. Without a command: open the app.

    DESIGN is a file, `-` for standard input, or the name of a template.
    """
    if ctx.invoked_subcommand is not None:
        if port or no_browser or workspace:
            raise click.UsageError("--port, --no-browser and --workspace are for the app, not for a command.")
        return
    from composer.web.serve import serve

    try:
        serve(port, not no_browser, workspace)
    except OSError as error:
        raise click.ClickException(str(error)) from None


@cli.command("templates")
@_json_option
def list_templates(as_json: bool) -> None:
    """List the ready designs."""
    rows = [(name, templates.load(name).description) for name in templates.names()]
    if as_json:
        _print_json([{"name": name, "description": description} for name, description in rows])
    else:
        formatter = click.HelpFormatter(width=100)
        formatter.write_dl(rows)
        click.echo(formatter.getvalue(), nl=False)


@cli.command()
@click.argument("template", type=click.Choice(templates.names()))
@click.argument("file", required=False)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(template: str, file: str | None, force: bool) -> None:
    """Write a template as a design file (TEMPLATE.json unless FILE is given; `-` prints it)."""
    target = file or f"{template}.json"
    if target != "-" and not force and os.path.lexists(target):
        raise click.ClickException(f"{clean(target)} is there already; --force replaces it.")
    _write(target, templates.text(template).encode())
    if target != "-":
        click.echo(f"Wrote {clean(target)}.")


@cli.command()
@click.argument("design", callback=_read)
@_json_option
def check(design: str | bytes, as_json: bool) -> None:
    """Say what is wrong with a design, and how to mend it."""
    try:
        problems = _examine(text.loads(design)).problems
    except DesignError as error:
        problems = error.problems
    if as_json:
        _print_json({"ok": not problems, "problems": [asdict(each) for each in problems]})
    else:
        click.echo("\n".join(problem_lines(problems)) or "no problems")
    sys.exit(1 if problems else 0)


@cli.command()
@_design_argument
@_size_option
@click.option("--depth", type=click.IntRange(0), help="Leave out rows that are deeper.")
@_json_option
def summary(design: Design, sizes: dict[str, int], depth: int | None, as_json: bool) -> None:
    """Show shapes, parameters, FLOPs, and the memory that inference and training need."""
    from composer.reports import count_parameters
    from composer.views import tables

    bound = _bound(design, {_batch(design): BATCH} | sizes)
    report, needs = _examine(design), _needs(design, bound)
    problems = report.problems or needs.shapes.problems
    rows = tables.summary_rows(design, report, needs.shapes)
    trainable = count_parameters(report.tensors, trainable=True) if rows and rows[0].parameters is not None else None
    if as_json:
        plain = tables.plain_summary(rows, trainable, needs)
        _print_json({"name": design.name, **plain, "problems": [asdict(each) for each in problems]})
    elif rows:
        click.echo(tables.summary_text(design.name, rows, depth) + "\n")
        click.echo(tables.totals_text(rows[0], trainable, needs))
    _finish(problems)


@cli.command()
@_design_argument
@click.option("-o", "--output", metavar="FILE", default="-", help="Write there instead of printing.")
def export(design: Design, output: str) -> None:
    """Write the design as Python source that needs torch and nothing else."""
    from composer.codegen.source import source
    from composer.engine.build import notes_of

    report = _examine(design)
    _write(output, source(design, notes_of(report)).encode())
    _finish(report.problems)


@cli.command()
@_design_argument
@click.option("-o", "--output", metavar="FILE", default="-", help="A file .dot, .svg, .png or .pdf; DOT is printed.")
@click.option("--expand", multiple=True, metavar="PATH", help="Draw what is inside there; may be repeated.")
@click.option("--expand-all", is_flag=True, help="Draw what is inside every use of a definition.")
@click.option("--depth", type=click.IntRange(0), help="Levels of blocks that are opened; as many as fit by default.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--no-shapes", is_flag=True, help="Leave the shapes out, which is quicker.")
def graph(
    design: Design,
    output: str,
    expand: Sequence[str],
    expand_all: bool,
    depth: int | None,
    theme: Literal["light", "dark"],
    no_shapes: bool,
) -> None:
    """Draw the design."""
    from composer.design.check import check as check_only
    from composer.views import graph as graphs
    from composer.views.dot import dot
    from composer.views.layout import picture
    from composer.views.svg import svg

    kind = Path(output).suffix.lower().removeprefix(".") if output != "-" else "dot"
    report = None if no_shapes else _examine(design)
    problems = report.problems if report else check_only(design)
    opened = graphs.Opened(depth, expand_all, frozenset(expand))
    drawn = graphs.graph(design, report, problems, opened)
    closed = set(expand) - {group.spot.instance for group in drawn.groups}
    if closed:
        raise click.UsageError(f"There is nothing to expand at {clean(min(closed))!r}.")
    match kind:
        case "dot":
            content = dot(drawn, theme).encode()
        case "svg":
            content = svg(drawn, theme).encode()
        case "png" | "pdf":
            content = picture(dot(drawn, theme), kind)
        case _:
            raise click.UsageError(f"{clean(output)} ends in none of .dot, .svg, .png, .pdf.")
    _write(output, content)
    _finish(problems)


@cli.command()
@_design_argument
@click.option(
    "--data", type=click.Choice(["digits", "random"]), help="Digits where the input takes images, else random."
)
@click.option("--samples", type=click.IntRange(1, 10_000), default=4, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Seed of the data.")
@_size_option
@_json_option
def run(design: Design, data: str | None, samples: int, seed: int, sizes: dict[str, int], as_json: bool) -> None:
    """Run the design, at its initial values, on a sample of data."""
    from composer.engine import build, preview
    from composer.engine import run as engine
    from composer.views.outputs import output_lines, plain_run

    report, sizes = _examine(design), _bound(design, {_batch(design): samples} | sizes)
    if report.problems:
        raise DesignError(report.problems)
    try:
        sample = _sample(design, data, seed, sizes)
        done = engine.run(build.live(design), [each.name for each in design.inputs], sample, seed)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:  # what torch raises for values it cannot take
        raise click.ClickException(f"The design cannot run on this data: {clean(preview.text_of(error))}") from None
    if as_json:
        _print_json({"name": design.name, **plain_run(done)})
    else:
        click.echo("\n".join(output_lines(done)))


@cli.command()
def schema() -> None:
    """Print the JSON Schema of design files."""
    _print_json(text.json_schema())


def _examine(design: Design, sizes: dict[str, int] | None = None) -> ShapesReport:
    from composer.engine.shapes import examine

    return examine(design, sizes)


def _needs(design: Design, sizes: dict[str, int]) -> SummaryReport:
    """Shapes, FLOPs and memory at definite sizes."""
    from composer.codegen.source import class_name_of, source
    from composer.engine import build, preview
    from composer.engine.memory import memory
    from composer.engine.shapes import type_of_input
    from composer.reports import SummaryReport

    report = _examine(design, sizes)
    if report.problems:
        return SummaryReport(report, None, "the design has problems")
    inputs = [preview.build(type_of_input(each, report.sizes)) for each in design.inputs]
    try:
        with inputs[0].device:  # the meta device: nothing is allocated
            model = build.build(source(design), class_name_of(design), design.seed)
        return SummaryReport(report, memory(model, inputs))
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return SummaryReport(report, None, preview.text_of(error))


def _batch(design: Design) -> str:
    from composer.engine.data import batch_symbol

    return batch_symbol(design.inputs)


def _bound(design: Design, sizes: dict[str, int]) -> dict[str, int]:
    """A size for every symbol of the design."""
    from composer.engine.data import OTHER_SIZE
    from composer.engine.symbols import symbols

    names = symbols(design)
    unknown = [symbol for symbol in sizes if symbol and symbol not in names]
    if unknown:
        raise click.UsageError(
            f"No input has a size {clean(unknown[0])!r}; there: {clean(', '.join(names)) or 'none'}."
        )
    return {name: sizes.get(name, OTHER_SIZE) for name in names}


def _sample(design: Design, data: str | None, seed: int, sizes: dict[str, int]) -> Sample:
    from composer.engine.data import load

    samples = sizes.get(_batch(design), 1)
    try:
        return load(data or "digits", design.inputs, samples, seed, sizes)
    except DesignError as error:
        if data or error.problems[0].code != "data-shape":
            raise
        return load("random", design.inputs, samples, seed, sizes)


def _write(target: str, content: bytes) -> None:
    """Write a file whole or not at all; `-` is standard output."""
    if target == "-":
        click.echo(content, nl=False)
        return
    from composer.workspace import atomic

    try:
        path = Path(target).resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # a device or pipe is written to, never replaced
        else:
            atomic.write(path, content)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{clean(target)} cannot be written: {_reason(error)}.") from None


def _finish(problems: Sequence[Problem]) -> None:
    """Print problems beside the output, and say with the exit status that there are some."""
    if problems:
        click.echo("\n".join(problem_lines(problems)), err=True)
        sys.exit(1)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or clean(str(error))
