"""Numbers for people: 61.7 k, 124 M, 475 MiB. The exact value stands beside them, or in JSON."""

from __future__ import annotations

import math
import re

_PREFIXES = ("", " k", " M", " G", " T", " P", " E")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def humanize(number: int | None) -> str:
    """Three significant digits and a prefix; exact below 1,000; `?` where it is not known."""
    if number is None:
        return "?"
    return _scaled(number, 1000, _PREFIXES)


def tensors(count: int) -> str:
    """How many tensors: `1 tensor`, `1,024 tensors`."""
    return f"{count:,} tensor" if count == 1 else f"{count:,} tensors"


def size(count: int | None) -> str:
    """A number of bytes: `476 MiB`."""
    if count is None:
        return "?"
    return _scaled(count, 1024, tuple(f" {unit}" for unit in _UNITS))


def duration(seconds: float) -> str:
    """A time: `15.6 µs`; one below 0, as of a difference, with a minus."""
    if seconds < 0:
        return f"−{duration(-seconds)}"
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if float(_digits(seconds * factor)) >= 1:
            return f"{_digits(seconds * factor)} {unit}"
    return f"{_digits(seconds * 1e9)} ns"


def parse_size(text: str) -> int:
    """Bytes that a person means by `20 GB`, `1.5GiB` or `4096`.

    Raises:
        ValueError: where it is none of that.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(?:([kmgt]?)(i?)b)?", text.strip().lower())
    if not found or (found[3] and not found[2]):
        raise ValueError(f"{text[:40]!r} is no size, such as 20 GB or 16 GiB.")
    power = "kmgt".index(found[2]) + 1 if found[2] else 0
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def plain(value: float | complex | None) -> object:
    """A number for JSON; as text where JSON has no word for it, and in two parts where it is complex."""
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    return value if value is None or math.isfinite(value) else str(value)


def _scaled(number: int, base: int, units: tuple[str, ...]) -> str:
    value, power = float(number), 0
    while float(_digits(value)) >= base and power < len(units) - 1:
        value, power = value / base, power + 1
    return f"{number if power == 0 else _digits(value)}{units[power]}"


def _digits(value: float) -> str:
    """Three significant digits, and never a power of ten."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
