"""A small text, character by character."""

from __future__ import annotations

from importlib.resources import files

import torch

from composer.data_reports import DataOptions
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.wording import refused

TEXT = "The beginning of The Time Machine by H. G. Wells (1895, public domain), by characters."

_CONTEXT = 32


def characters(options: DataOptions) -> DataSet:
    """Inputs N×L int64 of characters, and as targets those that follow each; L is `options.context`.

    No character is in two samples, and those to test with are the end of the text.

    Raises:
        DataError: where the text is too short for two samples.
    """
    text = files("composer.engine.datasets").joinpath("time_machine.txt").read_text(encoding="utf-8")
    length = _CONTEXT if options.context is None else options.context
    count = (len(text) - 1) // length if length > 0 else 0
    if count < 2:
        raise refused("context", f"1 to {(len(text) - 1) // 2:,} characters", f"{length:,}", "32 is a good start.")
    vocabulary = tuple(sorted(set(text)))
    numbers = {character: number for number, character in enumerate(vocabulary)}
    tokens = torch.tensor([numbers[character] for character in text[: count * length + 1]])
    inputs, targets = tokens[:-1].reshape(count, length), tokens[1:].reshape(count, length)
    return assembled(Samples("characters", TEXT, "tokens", (inputs,), targets, vocabulary=vocabulary), options)
