"""A clip: nodes that were copied out of a design, with what they need to be the same somewhere else.

It goes through the system's clipboard as text, so it is a stranger's data and read with the same care as a design.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from composer.design import limits, text
from composer.design.document import Definition, Rule
from composer.design.nodes import Frozen, Node, Text
from composer.errors import DesignError, Problem

FORMAT = "block-composer-clip"


class Outside(Frozen):
    """A shared module whose original was not copied: `node` is its path in the clip, `of` is where the original is.

    `of` is a path of the design that it was copied from, and `kind` what stood there ("" for nothing).
    """

    node: Text
    of: Text
    kind: Text


class Clip(Frozen):
    """Copied nodes in document order, the definitions they use, and what their design said of them alone.

    Paths in a clip begin with the id of one of its `nodes`; those of shared modules too, but for the ones that
    `outside` lists.
    """

    format: Literal["block-composer-clip"] = "block-composer-clip"
    version: Literal[1] = 1
    nodes: tuple[Node, ...] = Field(min_length=1)
    definitions: tuple[Definition, ...] = ()
    ties: tuple[Annotated[tuple[Text, ...], Field(min_length=2)], ...] = ()
    initializers: tuple[Rule, ...] = ()
    frozen: tuple[Text, ...] = ()
    outside: tuple[Outside, ...] = ()

    @model_validator(mode="after")
    def _names(self) -> Self:
        ids = [each.id for each in self.nodes]
        for what, names in (("nodes", ids), ("definitions", [each.name for each in self.definitions])):
            twice = [name for name, times in Counter(names).items() if times > 1]
            if twice:
                raise ValueError(f"two {what} of a clip have one name: {', '.join(twice)}")
        if any(not id or "." in id for id in ids):
            raise ValueError("a node of a clip has an id without a dot")
        if any(each.body.id for each in self.definitions):
            raise ValueError("the root of a definition has no id")
        for path in self.marks:
            if path.partition(".")[0] not in ids:
                raise ValueError(f"the path {path[:100]!r} does not begin with a node of the clip ({', '.join(ids)})")
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """The paths that ties, rules and frozen paths name."""
        tied = (path for group in self.ties for path in group)
        return (*tied, *(rule.where for rule in self.initializers), *self.frozen)


def clip_text(clip: Clip) -> str:
    """The canonical text of `clip`: equal clips give equal text."""
    return text.written(text.plain(clip))


def read_clip(source: str | bytes) -> Clip:
    """The clip that `source` says.

    Raises:
        DesignError: where the text is no clip, names anything unknown or twice, holds NaN, or is over the caps of
            `composer.design.limits`; every problem has the path of its place.
    """
    data = text.parse(source)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise DesignError(Problem("", "not-a-clip", "blocks that were copied here", _told(data)))
    if data.get("version") != 1:
        raise DesignError(Problem("", "version", "version 1", f"version {str(data.get('version'))[:20]}"))
    limits.check_document(data)
    try:
        return Clip.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise DesignError(text.problems_of(data, error)) from None


def _told(data: Any) -> str:
    if isinstance(data, dict) and data.get("format") == "block-composer":
        return "a whole design, which can be opened as a file"
    return text.kind_of(data)
