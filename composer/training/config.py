"""The configuration of a training run: frozen, with one canonical text, read strictly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from composer.catalog import LOSSES
from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.schedules import ON_LOSS, SCHEDULES
from composer.catalog.spec import Spec
from composer.data_reports import DataOptions
from composer.design.nodes import Frozen, Options, Text
from composer.design.text import kind_of, parse, plain, written
from composer.errors import Problem, TrainingError

_DATA_OPTIONS = TypeAdapter(DataOptions)
FORMAT: Literal["block-composer-training"] = "block-composer-training"
Precision = Literal["float32", "bfloat16", "float16"]
Augmentation = Literal["shift", "flip"]


class Chosen(Frozen):
    """Something of the catalog, with options in their canonical form."""

    table: ClassVar[Mapping[str, Spec]] = {}

    kind: Text
    options: Options = Field(default_factory=dict)

    @model_validator(mode="after")
    def _canonical(self) -> Self:
        spec = self.table.get(self.kind)
        known = spec.by_name if spec else {}
        found = {name: known[name].normalize(value) if name in known else value for name, value in self.options.items()}
        object.__setattr__(self, "options", found)
        return self

    def problems(self, path: str) -> Iterator[Problem]:
        """What the catalog does not know or take of it."""
        spec = self.table.get(self.kind)
        if spec is None:
            yield Problem(f"{path}.kind", "unknown-kind", f"one of {', '.join(self.table)}", repr(self.kind[:60]))
            return
        for name, value in self.options.items():
            option = spec.by_name.get(name)
            place = f"{path}.options.{name[:60]}"
            if option is None:
                there = ", ".join(spec.by_name) or "none"
                yield Problem(place, "unknown-option", f"an option of {self.kind}: {there}", "another one")
            elif not option.accepts(value):
                yield Problem(place, "bad-option", option.expected, repr(value)[:60])
        for option in spec.options:
            if option.required and option.name not in self.options:
                yield Problem(f"{path}.options.{option.name}", "missing-option", option.expected, "nothing")


class Loss(Chosen):
    table: ClassVar[Mapping[str, Spec]] = LOSSES


class Optimizer(Chosen):
    table: ClassVar[Mapping[str, Spec]] = OPTIMIZERS

    kind: Text = "AdamW"


class Schedule(Chosen):
    """A schedule of the learning rate, moved on after each epoch or each step."""

    table: ClassVar[Mapping[str, Spec]] = SCHEDULES

    every: Literal["epoch", "step"] = "epoch"


class TrainConfig(Frozen):
    """How a design is trained on a data set.

    `epochs` over the training data, or fewer where `steps` are done before. `clip` is the largest norm of all gradients
    together. `checkpoint_every` counts steps (None: once an epoch), `keep` the checkpoints that stay beside the best.
    `compare` has pairs of parameters of one shape: how far the second one is from the first is noted as they train.
    """

    format: Literal["block-composer-training"] = FORMAT
    version: Literal[1] = 1
    data: Text = "digits"
    data_options: Options = Field(default_factory=dict)
    loss: Loss = Loss(kind="CrossEntropyLoss")
    optimizer: Optimizer = Optimizer()
    schedule: Schedule | None = None
    batch_size: int = Field(default=64, ge=1, le=2**31)
    epochs: int = Field(default=5, ge=1, le=10**6)
    steps: int | None = Field(default=None, ge=1, le=10**12)
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    device: Annotated[str, Field(pattern=r"^(cpu|cuda(:\d{1,3})?|mps)$")] = "cpu"
    precision: Precision = "float32"
    clip: float | None = Field(default=None, gt=0)
    augment: tuple[Augmentation, ...] = ()
    checkpoint_every: int | None = Field(default=None, ge=1, le=10**12)
    keep: int = Field(default=2, ge=1, le=1000)
    compare: tuple[tuple[Text, Text], ...] = ()

    @property
    def how(self) -> DataOptions:
        """How the data is loaded.

        Raises:
            ValidationError: where `data_options` are no such options.
        """
        return _DATA_OPTIONS.validate_json(json.dumps(self.data_options), strict=True)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it whatever the design and the data are."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from self._data_problems()
        yield from self.loss.problems("loss")
        yield from self.optimizer.problems("optimizer")
        if self.schedule:
            yield from self.schedule.problems("schedule")
            if self.schedule.kind == ON_LOSS and self.schedule.every == "step":
                yield Problem("schedule.every", "schedule", f"epoch, with {ON_LOSS}", "step")
        if self.loss.options.get("reduction") == "none":
            yield Problem("loss.options.reduction", "loss", "mean or sum: one number to make small", "none")
        if len(set(self.augment)) < len(self.augment):
            yield Problem("augment", "augment", "each augmentation once", ", ".join(self.augment))
        if self.precision == "float16" and self.device == "cpu":
            yield Problem("precision", "precision", "float32 or bfloat16 on the CPU", "float16")

    def _data_problems(self) -> Iterator[Problem]:
        known = [each.name for each in fields(DataOptions)]
        for name in self.data_options.keys() - known:
            yield Problem(f"data_options.{name[:60]}", "unknown-option", f"one of {', '.join(known)}", "another one")
        try:
            _ = self.how
        except ValidationError as error:
            for each in error.errors()[:5]:
                yield _problem(each, "data_options.")


def dumps(config: TrainConfig) -> str:
    """The canonical text of `config`: defaults are left out."""
    return written(plain(config))


def loads(text: str | bytes) -> TrainConfig:
    """The configuration that `text` says.

    Raises:
        TrainingError: where it is none; every problem has the path of its place.
        DesignError: where it is no JSON.
    """
    data = parse(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise TrainingError(
            Problem("", "not-a-configuration", f'a JSON object with "format": "{FORMAT}"', kind_of(data))
        )
    return config_of(data)


def config_of(data: Mapping[str, Any]) -> TrainConfig:
    """The configuration that plain data says.

    Raises:
        TrainingError: where it is none; every problem has the path of its place.
    """
    try:
        config = TrainConfig.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise TrainingError([_problem(each) for each in error.errors()[:20]]) from None
    if found := config.problems():
        raise TrainingError(found)
    return config


def _problem(error: Any, start: str = "") -> Problem:
    path = start + ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return Problem(path, "unknown-key", "a key of a training configuration", "another one")
    return Problem(path, "invalid", error["msg"].removeprefix("Value error, "), repr(error["input"])[:60])
