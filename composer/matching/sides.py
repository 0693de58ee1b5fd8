"""What can stand on a side of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

from composer.matching.rename import Rename


@dataclass(frozen=True, slots=True)
class Side:
    """A file, whose keys rules give other names; or the live model, where `path` is ""."""

    path: str = ""
    renames: tuple[Rename, ...] = ()
