"""The command `block-composer` itself: without a subcommand it opens the app."""

from __future__ import annotations

from typing import Any

import click

from composer import __version__
from composer.cli.output import Refused
from composer.cli.places import Place, PlaceType
from composer.errors import ComposerError
from composer.views.numbers import parse_size


class Group(click.Group):
    """Turns our errors into a message and an exit status, whatever the command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ComposerError as error:
            raise Refused(error) from None


def size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """The bytes that an option's value means, such as 20GB."""
    try:
        return None if value is None else parse_size(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the app on this machine.")
@click.option("--no-browser", is_flag=True, help="Do not open the app in the browser.")
@click.option(
    "--workspace",
    type=PlaceType(),
    help="Folder of designs and runs, or the address of one, such as s3://bucket/folder (any that fsspec knows).",
)
@click.option(
    "--upload-limit", callback=size, metavar="SIZE", help="Largest file that can be uploaded; 16 GiB by default."
)
@click.pass_context
def cli(
    ctx: click.Context, port: int | None, no_browser: bool, workspace: Place | None, upload_limit: int | None
) -> None:
    """Compose PyTorch models from nested blocks. Without a command: open the app.

    DESIGN is a file or a bundle, `-` for standard input, or the name of a template.
    FILE is a checkpoint or a bundle.
    """
    if ctx.invoked_subcommand is not None:
        if port or no_browser or workspace or upload_limit:
            own = "--port, --no-browser, --workspace and --upload-limit"
            raise click.UsageError(f"{own} are for the app, not for a command.")
        return
    from composer.web.serve import serve

    try:
        serve(port, not no_browser, workspace, upload_limit)
    except OSError as error:
        raise click.ClickException(str(error)) from None
