"""Numbers of heads and groups that do not divide what they share out."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from composer.engine.fixing.case import Case, fix
from composer.errors import Fix

_SHARED_OUT = {"num_heads": ("embed_dim",), "nhead": ("d_model",), "num_groups": ("num_channels",)}
_CONVOLUTIONS = {"groups": ("in_channels", "out_channels")}


def divide(case: Case) -> Iterator[Fix]:
    """The nearest numbers that divide, below and above; together with the size that comes in, where that is wrong."""
    sizes = {each.option: each.received for each in case.failure.mismatches}
    for part_name, whole_names in (_SHARED_OUT | _CONVOLUTIONS).items():
        part, whole = case.number(part_name), _whole(case, whole_names, sizes)
        if part and whole and whole % part:
            for number in _near(whole, part):
                options = {**sizes, part_name: number}
                words = " and ".join(f"{name}={value}" for name, value in options.items())
                yield from fix(f"set {words}", case.set(**options))


def _whole(case: Case, names: tuple[str, ...], sizes: dict[str, object]) -> int:
    """What is shared out, as it comes in: all that has to be divided by one number; 0 where it is not known."""
    if case.node.kind == "ChannelShuffle":
        channels = case.first.dims[1] if case.first and len(case.first.dims) > 1 else 0
        return channels if isinstance(channels, int) else 0
    found = [sizes.get(name, case.number(name)) for name in names]
    numbers = [each for each in found if isinstance(each, int)]
    return gcd(*numbers) if len(numbers) == len(names) else 0


def _near(whole: int, part: int) -> list[int]:
    """The divisors of `whole` on both sides of `part`."""
    divisors = [number for number in range(1, min(whole, 10_000) + 1) if whole % number == 0]
    below, above = [each for each in divisors if each < part], [each for each in divisors if each > part]
    return [*below[-1:], *above[:1]]
