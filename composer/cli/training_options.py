"""The options that say how a design is trained: a file, single values over it, or both."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.schedules import SCHEDULES
from composer.cli.opened import existing_file
from composer.design.text import plain
from composer.training.config import TrainConfig, config_of, loads
from composer.training.losses import TARGETS

_SIMPLE = {
    "data": "data", "epochs": "epochs", "steps": "steps", "batch_size": "batch_size", "seed": "seed",
    "device": "device", "precision": "precision", "clip": "clip", "checkpoint_every": "checkpoint_every",
    "keep": "keep",
}  # fmt: skip
_KINDS = ("loss", "optimizer", "schedule")


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options for the argument `options` of a command: those that were given, by name."""

    @click.option("--config", type=existing_file, metavar="FILE", help="A configuration; other options go over it.")
    @click.option("--data", metavar="DATA", help="A data set by its name, or a file or folder; digits by default.")
    @click.option("--loss", type=click.Choice(tuple(TARGETS)), metavar="KIND", help="A loss of torch.nn.")
    @click.option("--optimizer", type=click.Choice(tuple(OPTIMIZERS)), metavar="KIND", help="One of torch.optim.")
    @click.option("--schedule", type=click.Choice(tuple(SCHEDULES)), metavar="KIND", help="One of lr_scheduler.")
    @click.option("--lr", type=float, help="Learning rate.")
    @click.option("--epochs", type=int)
    @click.option("--steps", type=int, help="Fewer steps than the epochs have.")
    @click.option("--batch-size", type=int, help="Samples of a step, over all processes.")
    @click.option("--seed", type=int)
    @click.option("--device", metavar="DEVICE", help="cpu, cuda, cuda:1 or mps.")
    @click.option("--precision", type=click.Choice(["float32", "bfloat16", "float16"]))
    @click.option("--clip", type=float, help="Largest norm of all gradients together.")
    @click.option("--augment", multiple=True, type=click.Choice(["shift", "flip"]), help="May be repeated.")
    @click.option("--checkpoint-every", type=int, metavar="STEPS", help="Once an epoch by default.")
    @click.option("--keep", type=int, help="Checkpoints that stay, beside the best.")
    @click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Such as optimizer.options.momentum=0.9."
    )
    @wraps(command)
    def collected(**given: Any) -> Any:
        names = (*_SIMPLE, *_KINDS, "config", "lr", "augment", "settings")
        options = {name: given.pop(name) for name in names}
        return command(options={name: each for name, each in options.items() if each not in (None, ())}, **given)

    return collected


def configuration(options: dict[str, Any]) -> TrainConfig:
    """The configuration that the options say.

    Raises:
        TrainingError: where it is none.
        UsageError: where a setting is not of the form KEY=VALUE.
    """
    file: Path | None = options.get("config")
    data = plain(_read(file) if file else TrainConfig())
    data |= {key: options[name] for name, key in _SIMPLE.items() if name in options}
    for name in _KINDS:
        if name in options:
            data[name] = {"kind": options[name]}
    if "augment" in options:
        data["augment"] = list(options["augment"])
    if "lr" in options:
        _set(data, "optimizer.options.lr", options["lr"])
    for setting in options.get("settings", ()):
        key, sign, value = setting.partition("=")
        if not key or not sign:
            raise click.UsageError(f"{setting[:60]!r} is not of the form KEY=VALUE.")
        _set(data, key, _value(value))
    return config_of(data | {"data": _lasting(data.get("data", "digits"))})


def _lasting(data: Any) -> Any:
    """The name of data, or a path to it that is right wherever the run goes on."""
    from composer.engine.datasets.registry import DATA_SETS

    known = not isinstance(data, str) or data in DATA_SETS
    return data if known else str(Path(data).resolve())


def _read(file: Path) -> TrainConfig:
    try:
        return loads(file.read_bytes())
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from None


def _set(data: dict[str, Any], key: str, value: Any) -> None:
    """Give a place in nested data a value; what is on the way there is made."""
    *way, last = key.split(".")
    for name in way:
        inside = data.setdefault(name, {})
        if not isinstance(inside, dict):
            raise click.UsageError(f"{key[:60]}: {name[:30]} holds no other keys.")
        data = inside
    data[last] = value


def _value(text: str) -> Any:
    """JSON where it is some, else the words as they are."""
    try:
        return json.loads(text)
    except ValueError:
        return text
