"""Commands on what a design describes: check, summary, graph. What needs torch is imported when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from composer.cli.arguments import DESIGN_FILE, code_option, design_argument, json_option, read, size_option
from composer.cli.group import cli
from composer.cli.opened import is_bundle
from composer.cli.output import finish, print_json, write
from composer.design import text
from composer.design.document import Design
from composer.errors import DesignError
from composer.views.problems import problem_lines
from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.reports import ShapesReport

BATCH = 64  # samples that a summary is for, where nobody says another number


@cli.command()
@click.argument("design", callback=read)
@click.option("--fix", is_flag=True, help="Apply the fixes that involve no choice, and write the design.")
@click.option("-o", "--output", metavar="FILE", help="With --fix: write there instead of to the file itself.")
@code_option
@json_option
@click.pass_context
def check(
    ctx: click.Context, design: str | bytes, fix: bool, output: str | None, run_code: bool, as_json: bool
) -> None:
    """Say what is wrong with a design, and how to mend it."""
    if output and not fix:
        raise click.UsageError("-o goes with --fix.")
    fixed: Sequence[str] = ()
    try:
        read_in = text.loads(design)
        if fix:
            read_in, fixed = _repaired(read_in, output or _own_file(ctx), as_json, run_code)
        problems = examine(read_in, run_code).problems
    except DesignError as error:
        problems = error.problems
    if as_json:
        print_json({"ok": not problems, "problems": [asdict(each) for each in problems], "fixed": list(fixed)})
    else:
        click.echo("\n".join(problem_lines(problems)) or "no problems")
    sys.exit(1 if problems else 0)


def _repaired(design: Design, output: str, quiet: bool, run_code: bool) -> tuple[Design, tuple[str, ...]]:
    from composer.engine.repair import repair

    mended, fixed = repair(design, run_code)
    if fixed:
        write(output, text.dumps(mended).encode())
    if not quiet:
        click.echo("".join(f"fixed  {clean(each)}\n" for each in fixed), nl=False, err=output == "-")
    return mended, fixed


def _own_file(ctx: click.Context) -> str:
    """The file that the design came from.

    Raises:
        UsageError: where it came from standard input, a template or a bundle.
    """
    name = str(ctx.meta[DESIGN_FILE])
    if name == "-" or not Path(name).is_file() or is_bundle(Path(name)):
        raise click.UsageError("Name a file with -o: the design did not come from a file of its own.")
    return name


@cli.command()
@design_argument
@size_option
@click.option("--depth", type=click.IntRange(0), help="Leave out rows that are deeper.")
@code_option
@json_option
def summary(design: Design, sizes: dict[str, int], depth: int | None, run_code: bool, as_json: bool) -> None:
    """Show shapes, parameters, FLOPs, and the memory that inference and training need."""
    from composer.engine.summary import summarize
    from composer.reports import count_parameters
    from composer.views import tables

    bound = bind_sizes(design, {batch_symbol_of(design): BATCH} | sizes)
    report, needs = examine(design, run_code), summarize(design, bound, run_code)
    problems = report.problems or needs.shapes.problems
    rows = tables.summary_rows(design, report, needs.shapes)
    trainable = count_parameters(report.tensors, trainable=True) if rows and rows[0].parameters is not None else None
    if as_json:
        plain = tables.plain_summary(rows, trainable, needs)
        print_json({"name": design.name, **plain, "problems": [asdict(each) for each in problems]})
    elif rows:
        click.echo(tables.summary_text(design.name, rows, depth) + "\n")
        click.echo(tables.totals_text(rows[0], trainable, needs))
    finish(problems)


@cli.command()
@design_argument
@click.option("-o", "--output", metavar="FILE", default="-", help="A file .dot, .svg, .png or .pdf; DOT is printed.")
@click.option("--expand", multiple=True, metavar="PATH", help="Draw what is inside there; may be repeated.")
@click.option("--expand-all", is_flag=True, help="Draw what is inside every use of a definition.")
@click.option("--depth", type=click.IntRange(0), help="Levels of blocks that are opened; as many as fit by default.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--no-shapes", is_flag=True, help="Leave the shapes out, which is quicker.")
@code_option
def graph(
    design: Design,
    output: str,
    expand: Sequence[str],
    expand_all: bool,
    depth: int | None,
    theme: Literal["light", "dark"],
    no_shapes: bool,
    run_code: bool,
) -> None:
    """Draw the design."""
    from composer.design.check import check as check_only
    from composer.views import graph as graphs
    from composer.views.dot import dot
    from composer.views.layout import picture
    from composer.views.svg import svg

    kind = Path(output).suffix.lower().removeprefix(".") if output != "-" else "dot"
    report = None if no_shapes else examine(design, run_code)
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
    write(output, content)
    finish(problems)


def examine(design: Design, run_code: bool = False) -> ShapesReport:
    from composer.engine.shapes import examine

    return examine(design, run_code=run_code)


def batch_symbol_of(design: Design) -> str:
    from composer.engine.data import batch_symbol

    return batch_symbol(design.inputs)


def bind_sizes(design: Design, sizes: dict[str, int]) -> dict[str, int]:
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
