"""The document: a design with its inputs, tree, definitions, ties, rules and seed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from composer.design.nodes import Block, Frozen, Id, Initializer, Text, rebuild


class Input(Frozen):
    """An input of the design. A text in `shape` is a symbolic size, such as N for the batch.

    `high` is one more than the largest integer an integer input may hold (a vocabulary's size).
    """

    name: Id = "x"
    shape: tuple[int | Id, ...]
    dtype: Text = "float32"
    high: int | None = None


class DefinitionOption(Frozen):
    """An integer option of a definition; with no default, every use must give it."""

    name: Text
    default: int | None = None
    help: Text = ""


class Definition(Frozen):
    """A named, reusable block; becomes a class of that name."""

    name: Id  # a part of paths, as ids are
    options: tuple[DefinitionOption, ...] = ()
    body: Annotated[Block, Field(discriminator="kind")]


class Rule(Frozen):
    """Which parameters an initializer fills: under `where`, of layers of `kind`, called `parameter`; empty is any.

    `glob` is a pattern of whole names as in a state dict, `encoder.*.weight`, in which `*` stands for anything.
    """

    where: Text = ""
    glob: Text = ""
    kind: Text = ""
    parameter: Text = ""
    init: Initializer


class Design(Frozen):
    """A whole design: plain data, equal designs give equal text (`composer.design.text`)."""

    format: Literal["block-composer"] = "block-composer"
    version: Literal[1] = 1
    name: Text = "Model"
    description: Text = ""
    inputs: tuple[Input, ...] = Field(min_length=1, max_length=100)
    root: Annotated[Block, Field(discriminator="kind")]
    definitions: tuple[Definition, ...] = ()
    ties: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    initializers: tuple[Rule, ...] = ()
    frozen: tuple[Text, ...] = ()
    seed: int = Field(default=0, ge=0, le=2**63 - 1)

    @model_validator(mode="after")
    def _names(self) -> Self:
        for what, names in (
            ("inputs", [each.name for each in self.inputs]),
            ("definitions", [each.name for each in self.definitions]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two {what} have one name: {', '.join(twice)}")
        if self.root.kind == "Code":
            raise ValueError("the root of a design is a block, not a custom layer")
        if self.root.id or any(each.body.id for each in self.definitions):
            raise ValueError("the root of a design or definition has no id")
        # The design's inputs are the root's: said once in the document, so they cannot disagree.
        own = tuple(each.name for each in self.inputs)
        if self.root.input_names != own:
            object.__setattr__(self, "root", rebuild(self.root, input_names=own))
        return self

    def definition(self, name: str) -> Definition | None:
        """The definition called `name`, or None."""
        return next((each for each in self.definitions if each.name == name), None)
