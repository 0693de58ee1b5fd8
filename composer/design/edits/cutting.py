"""Cutting nodes out: what was copied is removed, together with what the clip says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from composer.design.document import Design
from composer.design.edits.copying import outermost, under_any
from composer.design.paths import place
from composer.design.text import plain

Operation = Mapping[str, Any]


def cutting(design: Design, paths: Sequence[str]) -> tuple[Operation, ...]:
    """The operations that take the nodes at `paths` out, and all that is said of nothing else.

    What also concerns others stays (a tie with a parameter outside, a wire, a shared module), for `check` to name.

    Raises:
        EditError: where a path leads nowhere, or there is none.
    """
    return tuple(_operations(design, paths))


def _operations(design: Design, paths: Sequence[str]) -> Iterator[Operation]:
    places = outermost(design, paths)

    def gone(path: str) -> bool:
        return under_any(place(path), places)

    for group in design.ties:
        if all(map(gone, group)):
            yield from ({"edit": "untie", "path": path} for path in group[1:])
    yield from ({"edit": "unfreeze", "path": path} for path in design.frozen if gone(path))
    kept = [rule for rule in design.initializers if not gone(rule.where)]
    if len(kept) < len(design.initializers):
        yield {"edit": "set_rules", "rules": plain(kept)}
    yield from ({"edit": "remove", "path": str(at)} for at in places)
