"""Commands on documents: templates, new, check, schema."""

from __future__ import annotations

import os

import click

from composer import templates
from composer.cli.arguments import json_option
from composer.cli.group import cli
from composer.cli.output import print_json, write
from composer.design import text
from composer.views.wording import clean


@cli.command("templates")
@json_option
def list_templates(as_json: bool) -> None:
    """List the ready designs."""
    rows = [(name, templates.load(name).description) for name in templates.names()]
    if as_json:
        print_json([{"name": name, "description": description} for name, description in rows])
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
    write(target, templates.text(template).encode())
    if target != "-":
        click.echo(f"Wrote {clean(target)}.")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of design files."""
    print_json(text.json_schema())
