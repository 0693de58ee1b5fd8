"""Folders that a command takes: of this machine, or the address of one on another file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from composer.views.wording import clean
from composer.workspace.remote import Mirror, is_remote, local_path, mirrored, shown

Place = Path | str
"""A folder of this machine as a path, or an address."""


class PlaceType(click.ParamType[Place]):
    """A folder that is to be used, which need not be there yet."""

    name = "folder"
    _path = click.Path(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        text = str(value)
        if is_remote(text):
            return text
        found = self._path.convert(local_path(text), param, ctx)
        return Path(found)


def written(place: Place) -> str:
    """The place as people may read it."""
    return shown(place) if isinstance(place, str) else str(place)


@contextmanager
def run_in(place: Place) -> Iterator[Path]:
    """The folder of this machine in which a run at `place` is trained.

    That of an address is a copy, which one process of this machine keeps in step, and which is gone at the end where
    all of it is there.

    Raises:
        WorkspaceError: where the address cannot be used.
        click.UsageError: where processes of several machines should share an address.
    """
    if isinstance(place, Path):
        yield place
        return
    if os.environ.get("WORLD_SIZE") != os.environ.get("LOCAL_WORLD_SIZE"):
        raise click.UsageError(f"Several machines train in one folder that all of them have, not at {written(place)}.")
    if os.environ.get("LOCAL_RANK", "0") != "0":
        mirror = Mirror(place, run=True)
        mirror.open()
        yield mirror.folder
        return
    with mirrored(place, partial(_say, place), run=True) as mirror:
        yield mirror.folder


def _say(place: Place, text: str) -> None:
    click.echo(clean(f"{written(place)}: {text}"), err=True)
