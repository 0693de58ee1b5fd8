"""Layers of the book that are ready to take, as JSON files beside this one.

Each file is a clip, which the edit `paste` puts into a design, with what a person should know of it. Where a clip has
code, reading the file runs nothing, as with every design.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from pydantic import Field, ValidationError

from composer.design import limits
from composer.design import text as design_text
from composer.design.clip import Clip
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Frozen, Sequential, Text
from composer.errors import DesignError, Problem

FORMAT = "block-composer-layer"


class ReadyLayer(Frozen):
    """A layer to take: `section` of the book shows it, and `inputs` are some that it can be tried with.

    The clip's nodes are a chain: mostly the one use of a definition.
    """

    format: Literal["block-composer-layer"] = "block-composer-layer"
    version: Literal[1] = 1
    title: Text
    help: Text
    section: Text
    inputs: tuple[Input, ...] = Field(min_length=1)
    clip: Clip

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """What the layer is made of; those that are used stand before those that use them."""
        return self.clip.definitions

    def design(self) -> Design:
        """A design of nothing but this layer, on the inputs that it can be tried with."""
        clip, names = self.clip, tuple(each.name for each in self.inputs)
        return Design(
            name=f"Try {self.title}",
            description=f"Section {self.section}: {self.help}",
            inputs=self.inputs,
            root=Sequential(input_names=names, nodes=clip.nodes),
            definitions=clip.definitions,
            ties=clip.ties,
            initializers=clip.initializers,
            frozen=clip.frozen,
        )


def names() -> list[str]:
    """The names of the layers, by section and then by title."""
    files = (each.name for each in resources.files(__name__).iterdir())
    found = [each.removesuffix(".json") for each in files if each.endswith(".json")]
    return sorted(found, key=lambda name: (load(name).section, load(name).title))


@lru_cache(maxsize=64)
def load(name: str) -> ReadyLayer:
    """The layer of that name.

    Raises:
        KeyError: where there is none.
    """
    file = resources.files(__name__) / f"{name}.json"
    if not name.isidentifier() or not file.is_file():
        raise KeyError(name)
    return read(file.read_text(encoding="utf-8"))


def read(source: str | bytes) -> ReadyLayer:
    """The layer that a file's text says.

    Raises:
        DesignError: where it is none, or has anything that a design may not have.
    """
    data: Any = design_text.parse(source)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        expected = f'a JSON object with "format": "{FORMAT}"'
        raise DesignError(Problem("", "not-a-layer", expected, design_text.kind_of(data)))
    if data.get("version") != 1:
        raise DesignError(Problem("", "version", "version 1", f"version {str(data.get('version'))[:20]}"))
    limits.check_document(data)
    try:
        return ReadyLayer.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise DesignError(design_text.problems_of(data, error)) from None


def written(layer: ReadyLayer) -> str:
    """The canonical text of a layer: equal ones give equal text."""
    return design_text.written(design_text.plain(layer))
