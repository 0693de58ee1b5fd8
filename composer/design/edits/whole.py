"""What the design says of itself: name, description, seed and inputs."""

from __future__ import annotations

from typing import Any

from composer.design.document import Design, Input
from composer.design.edits.refusal import changed
from composer.design.edits.wiring import with_inputs_renamed
from composer.design.nodes import Text


def set_design(
    design: Design,
    name: Text | None = None,
    description: Text | None = None,
    seed: int | None = None,
    inputs: tuple[Input, ...] | None = None,
) -> Design:
    """Change what is given. Wires to an input that is renamed follow.

    Raises:
        EditError: where an input's name is taken, or the seed is negative or too large.
    """
    given: dict[str, Any] = {"name": name, "description": description, "seed": seed, "inputs": inputs}
    fields = {key: value for key, value in given.items() if value is not None}
    if inputs is not None:
        fields["root"] = with_inputs_renamed(design.root, [each.name for each in inputs])
    return changed(design, **fields)
