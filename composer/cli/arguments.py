"""What the commands take: designs from files, standard input or templates, and sizes of symbols."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from composer import templates
from composer.cli.opened import bundle_text, is_bundle
from composer.cli.output import reason
from composer.design import text
from composer.design.document import Design
from composer.design.limits import MAX_TEXT
from composer.views.wording import clean

DESIGN_FILE = "composer.design_file"  # where the context keeps what DESIGN was


def read(ctx: click.Context, param: click.Parameter, value: str) -> str | bytes:
    """The text of a file (of a bundle: its design), of `-` (standard input), or of a template if there is no file."""
    ctx.meta[DESIGN_FILE] = value
    if is_bundle(Path(value)):
        return bundle_text(Path(value))
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
        raise click.BadParameter(f"{clean(value)} cannot be read: {reason(error)}.") from None


def design_of(ctx: click.Context, param: click.Parameter, value: str) -> Design:
    return text.loads(read(ctx, param, value))


def size_of(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, int]:
    """Definite sizes of symbols: `N=64`."""
    sizes = {}
    for value in values:
        symbol, _, number = value.rpartition("=")
        if not symbol or not (number.isascii() and number.isdecimal() and 0 < int(number[:12]) < 2**31):
            raise click.BadParameter(f"{clean(value)!r} is not of the form N=64.")
        sizes[symbol] = int(number)
    return sizes


design_argument = click.argument("design", callback=design_of)
code_option = click.option(
    "--run-code", is_flag=True, help="Run the code of custom layers too, for what comes out of them."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
size_option = click.option(
    "--size", "sizes", multiple=True, callback=size_of, metavar="N=64", help="The size of a symbol; may be repeated."
)
