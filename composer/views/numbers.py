"""Numbers for people: 61.7 k, 124 M, 475 MiB. The exact value stands beside them, or in JSON."""

from __future__ import annotations

_PREFIXES = ("", " k", " M", " G", " T", " P", " E")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def humanize(number: int | None) -> str:
    """Three significant digits and a prefix; exact below 1,000; `?` where it is not known."""
    if number is None:
        return "?"
    return _scaled(number, 1000, _PREFIXES)


def size(count: int | None) -> str:
    """A number of bytes: `476 MiB`."""
    if count is None:
        return "?"
    return _scaled(count, 1024, tuple(f" {unit}" for unit in _UNITS))


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
