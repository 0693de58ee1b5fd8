"""Refusing an edit, and changing a design so that what pydantic refuses is an EditError too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from composer.design.document import Design
from composer.design.nodes import rebuild
from composer.design.paths import first_line
from composer.errors import EditError, Fix, Problem


def refusal(path: str, expected: str, received: str, fixes: Sequence[Fix] = ()) -> EditError:
    """The error to raise where an edit cannot be applied."""
    return EditError(Problem(path, "bad-edit", expected, received, tuple(fixes)))


def changed(design: Design, **fields: Any) -> Design:
    """`design` with some fields changed.

    Raises:
        EditError: where the result is no valid document.
    """
    return rebuilt(design, "", **fields)  # type: ignore[no-any-return]


def rebuilt(model: Any, path: str, **fields: Any) -> Any:
    """A node or design with some fields changed; `path` is where an error says it is.

    Raises:
        EditError: where a field does not take its value.
    """
    try:
        return rebuild(model, **fields)
    except ValueError as error:  # pydantic's ValidationError is one
        received = first_line(error)
        raise refusal(path, f"a valid {' and '.join(fields)}", received) from None
