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

CLOUDS = "Generated: clouds of points around random centers, one for each class."

_COUNT = 1000
_MOST = 1_000_000
_LARGEST = 100_000_000  # numbers
_ARMS = 10
_CLOUDS = 1000
_SPREAD = 2.0  # of the centers of clouds, whose own is 1
_NAMED = 1000
_TURN = 0.75  # of a full turn that an arm makes
_JITTER = 0.1


def linear(options: DataOptions) -> DataSet:
    """Inputs N×`features` (2, as in the book), standard normal; targets N×1 of a linear model with a little noise.

    Raises:
        DataError: for no features, or too many numbers.
    """
    generator, features = torch.Generator().manual_seed(options.seed), _features(options)
    inputs = torch.randn(_count(options), features, generator=generator)
    noise = NOISE * torch.randn(len(inputs), 1, generator=generator)
    weight, text = torch.tensor(WEIGHT), LINEAR
    if features != len(WEIGHT):
        weight = torch.randn(features, generator=generator)
        text = f"Generated: a linear model of {features:,} numbers, drawn at random, with normal noise of {NOISE}."
    targets = inputs @ weight.unsqueeze(1) + BIAS + noise
    return assembled(Samples("linear", text, "values", (inputs,), targets, features=_names(features)), options)


def clouds(options: DataOptions) -> DataSet:
    """Inputs N×`features` (2) around as many random centers as `options.clouds`; the classes are equally often.

    Raises:
        DataError: for fewer than 2 clouds, more than 1,000, fewer samples than two for each, or too many numbers.
    """
    classes, count, features = options.clouds, _count(options), _features(options)
    if not 2 <= classes <= _CLOUDS:
        raise refused("clouds", f"2 to {_CLOUDS:,} clouds", str(classes), "3 is a good start.")
    if count < 2 * classes:
        raise refused("clouds", f"at least {2 * classes:,} samples", str(count), "Use two or more for each cloud.")
    generator = torch.Generator().manual_seed(options.seed)
    targets = torch.arange(count) % classes
    centers = _SPREAD * torch.randn(classes, features, generator=generator)
    inputs = centers[targets] + torch.randn(count, features, generator=generator)
    names = tuple(f"cloud {cloud + 1}" for cloud in range(classes))
    return assembled(
        Samples("clouds", CLOUDS, "classes", (inputs,), targets, names, features=_names(features)), options
    )


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


def _features(options: DataOptions) -> int:
    features = len(WEIGHT) if options.features is None else options.features
    if not 1 <= features <= _LARGEST // _count(options):
        raise refused("features", f"1 to {_LARGEST // _count(options):,}", f"{features:,}", "2 is a good start.")
    return features


def _names(features: int) -> tuple[str, ...]:
    return tuple(f"x{number}" for number in range(1, features + 1)) if features <= _NAMED else ()


def _count(options: DataOptions) -> int:
    check_options(options)
    count = _COUNT if options.samples is None else options.samples
    if count > _MOST:
        raise refused("samples", f"at most {_MOST:,} that are generated", f"{count:,}", "Use fewer.")
    return count
