"""Data that is drawn under a seed, and of which the truth is known."""

from __future__ import annotations

import math

import torch

from composer.data_reports import DataOptions
from composer.engine.datasets.assembling import Samples, assembled, check_options
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.wording import refused

WEIGHT, BIAS, NOISE = (2.0, -3.4), 4.2, 0.01
LINEAR = "Generated: y = 2·x1 - 3.4·x2 + 4.2 with normal noise of 0.01, as the book's linear data (section 3.2)."
SPIRALS = "Generated: the arms of a spiral in the plane, one for each class, with a little noise."

_COUNT = 1000
_MOST = 1_000_000
_ARMS = 10
_TURN = 0.75  # of a full turn that an arm makes
_JITTER = 0.1


def linear(options: DataOptions) -> DataSet:
    """Inputs N×2, standard normal; targets N×1 of a linear model with a little noise."""
    generator = torch.Generator().manual_seed(options.seed)
    inputs = torch.randn(_count(options), 2, generator=generator)
    noise = NOISE * torch.randn(len(inputs), 1, generator=generator)
    targets = inputs @ torch.tensor(WEIGHT).unsqueeze(1) + BIAS + noise
    return assembled(Samples("linear", LINEAR, "values", (inputs,), targets, features=("x1", "x2")), options)


def spirals(options: DataOptions) -> DataSet:
    """Inputs N×2 in the plane, within about 1 of the middle; as many classes as `options.arms`, equally often.

    Raises:
        DataError: for fewer than 2 arms, more than 10, or fewer samples than two for each.
    """
    arms, count = options.arms, _count(options)
    if not 2 <= arms <= _ARMS:
        raise refused("spirals", f"2 to {_ARMS} arms", str(arms), "3 is a good start.")
    if count < 2 * arms:
        raise refused("spirals", f"at least {2 * arms} samples", str(count), "Use two or more for each arm.")
    generator = torch.Generator().manual_seed(options.seed)
    targets = torch.arange(count) % arms
    radius = torch.rand(count, generator=generator).sqrt()  # so that an arm is no denser in the middle
    jitter = _JITTER * torch.randn(count, generator=generator)
    angle = 2 * math.pi * (targets / arms + _TURN * radius) + jitter
    inputs = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
    classes = tuple(f"arm {arm + 1}" for arm in range(arms))
    samples = Samples("spirals", SPIRALS, "classes", (inputs,), targets, classes, features=("x1", "x2"))
    return assembled(samples, options)


def _count(options: DataOptions) -> int:
    check_options(options)
    count = _COUNT if options.samples is None else options.samples
    if count > _MOST:
        raise refused("samples", f"at most {_MOST:,} that are generated", f"{count:,}", "Use fewer.")
    return count
