"""What an initializer makes of a tensor on average: the mean and standard deviation that its values are drawn with.

To set beside the values that there are. Where a scheme is not random (constant, eye, dirac), or ties the elements to
each other (sparse, orthogonal), the figures are those of the population of all elements of the tensor. The gains and
fans are torch's own. Sources:

- Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks (xavier);
- He et al. 2015, Delving deep into rectifiers (kaiming);
- Saxe et al. 2013, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks (orthogonal);
- Martens 2010, Deep learning via Hessian-free optimization (sparse);
- the variance of a uniform distribution is (b − a)²/12; for the truncated normal see `_trunc_normal`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from composer.catalog import INITIALIZERS
from composer.design.nodes import Initializer

_POINTS = 4001  # of Simpson's rule: odd
_NEGLIGIBLE = 40.0  # densities below e⁻⁴⁰ of the highest


class Moments(NamedTuple):
    """The mean and the (population's) standard deviation of a tensor's elements."""

    mean: float
    std: float


Options = Mapping[str, Any]
Shape = tuple[int, ...]


def expected(init: Initializer, shape: Sequence[int]) -> Moments | None:
    """The moments of a tensor of sizes `shape` that `init` fills, whose options a check found right.

    None where they are not known (an expression), where the scheme refuses such a tensor (Xavier a vector), or such
    options (an interval whose ends are the wrong way round), and where the tensor has no elements.
    """
    spec = INITIALIZERS[init.scheme]
    if not spec.call or spec.wants(init.options, shape) or 0 in shape:
        return None
    options = {option.name: option.default for option in spec.options} | init.options
    found = _SCHEMES[init.scheme](options, tuple(shape))
    return found if found and found.std >= 0 else None


def _uniform(options: Options, _shape: Shape) -> Moments:
    low, high = options["a"], options["b"]
    return Moments((low + high) / 2, (high - low) / math.sqrt(12))


def _normal(options: Options, _shape: Shape) -> Moments:
    return Moments(options["mean"], options["std"])


def _trunc_normal(options: Options, _shape: Shape) -> Moments | None:
    """The moments of the normal density between `a` and `b`, by Simpson's rule (relative error below 10⁻⁸).

    There is a closed form, 1 + (αφ(α) − βφ(β))/Z − ((φ(α) − φ(β))/Z)² for the variance, but its terms cancel: in a
    narrow interval and far from the mean nothing of it is left. So everything is measured from the highest density
    in the interval, in units of `std`, over the part that counts.
    """
    mean, std, low, high = (options[name] for name in ("mean", "std", "a", "b"))
    if std <= 0 or low > high:
        return None
    mode = min(max(mean, low), high)
    center = (mode - mean) / std
    reach = 2 * _NEGLIGIBLE / (math.sqrt(center**2 + 2 * _NEGLIGIBLE) + abs(center))
    first, last = max((low - mode) / std, -reach), min((high - mode) / std, reach)
    if first == last:
        return Moments(mode, 0.0)
    steps = torch.linspace(0, 1, _POINTS, dtype=torch.float64)
    x = first + (last - first) * steps
    weights = torch.full_like(x, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    weights *= torch.exp(-x * (x / 2 + center))
    weights /= weights.sum()
    offset = float((weights * x).sum())
    return Moments(mode + std * offset, std * math.sqrt(float((weights * (x - offset).square()).sum())))


def _constant(value: float) -> Moments:
    return Moments(value, 0.0)


def _some_ones(number: int, shape: Shape) -> Moments:
    """`number` ones among zeros."""
    part = number / math.prod(shape)
    return Moments(part, math.sqrt(part * (1 - part)))


def _dirac(options: Options, shape: Shape) -> Moments:
    groups = options["groups"]
    return _some_ones(groups * min(shape[0] // groups, shape[1]), shape)


def _xavier(options: Options, shape: Shape) -> Moments:
    return Moments(0.0, options["gain"] * math.sqrt(2 / sum(_fans(shape))))


def _kaiming(options: Options, shape: Shape) -> Moments:
    fan_in, fan_out = _fans(shape)
    gain = nn.init.calculate_gain(options["nonlinearity"], options["a"])
    return Moments(0.0, gain / math.sqrt(fan_in if options["mode"] == "fan_in" else fan_out))


def _fans(shape: Shape) -> tuple[int, int]:
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(shape, device="meta"))
    return fan_in, fan_out


def _orthogonal(options: Options, shape: Shape) -> Moments:
    """Rows or columns, whichever are fewer, have the length `gain`; the signs are as likely + as −."""
    rows, columns = shape[0], math.prod(shape[1:])
    return Moments(0.0, abs(options["gain"]) / math.sqrt(max(rows, columns)))


def _sparse(options: Options, shape: Shape) -> Moments:
    zeros = math.ceil(options["sparsity"] * shape[0]) / shape[0]
    return Moments(0.0, options["std"] * math.sqrt(1 - zeros))


_SCHEMES: dict[str, Callable[[Options, Shape], Moments | None]] = {
    "uniform": _uniform,
    "normal": _normal,
    "trunc_normal": _trunc_normal,
    "constant": lambda options, _: _constant(options["val"]),
    "zeros": lambda _, __: _constant(0.0),
    "ones": lambda _, __: _constant(1.0),
    "eye": lambda _, shape: _some_ones(min(shape), shape),
    "dirac": _dirac,
    "xavier_uniform": _xavier,
    "xavier_normal": _xavier,
    "kaiming_uniform": _kaiming,
    "kaiming_normal": _kaiming,
    "orthogonal": _orthogonal,
    "sparse": _sparse,
}
