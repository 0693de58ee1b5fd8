"""What counts as a number in a table: decimal digits, with a point and an exponent."""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PLAIN = re.compile(r"[0-9.eE+\- ]*")
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_LARGEST = torch.finfo(torch.float32).max
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
"""How tables say that a value is not known, in small letters."""


def number(cell: str) -> float | None:
    """The number in a cell, which float32 can hold; None where there is another thing."""
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) <= _LARGEST else None


def numbers(cells: Sequence[str]) -> list[float] | None:
    """What `number` finds in each of the cells; None where one of them holds another thing."""
    if not _PLAIN.fullmatch("".join(cells)):
        return _one_by_one(cells)
    try:
        found = list(map(float, cells))  # several times as fast
    except ValueError:
        return None
    return found if max(map(abs, found)) <= _LARGEST else None


def _one_by_one(cells: Sequence[str]) -> list[float] | None:
    found = [value for cell in cells if (value := number(cell)) is not None]
    return found if len(found) == len(cells) else None


def missing(cell: str) -> bool:
    """Whether a cell says that its value is not known."""
    return cell.strip().lower() in MISSING


def advice(cell: str) -> str:
    """What to do about a cell that should hold a number."""
    if missing(cell):
        return "Fill it, or leave out its row or column."
    if _COMMA.fullmatch(cell.strip()):
        return "Write decimals with a point."
    if _NUMBER.fullmatch(cell.strip()):
        return f"Numbers are at most {_LARGEST:.1e}: write it in other units."
    return "Leave out its column, or write numbers for what it says."
