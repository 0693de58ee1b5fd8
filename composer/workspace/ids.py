"""Ids of designs and checkpoints: names of files, so they are safe on any system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_MAX_LENGTH = 60
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Windows gives these names to devices, in any folder and with any ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))}


def slug(name: str, taken: Collection[str] = (), kind: str = "design") -> str:
    """An id for what is called `name`: small letters, digits and hyphens, and none of `taken` in any case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_LENGTH].strip("-") or kind
    if base in _DEVICES:
        base = f"{base}-{kind}"
    used = {each.casefold() for each in taken}
    result, number = base, 2
    while result in used:
        result, number = f"{base}-{number}", number + 1
    return result


def is_id(text: str) -> bool:
    """Whether `text` can be the name of a file, without its ending, perhaps one that a person made."""
    return (
        0 < len(text) <= 2 * _MAX_LENGTH
        and not _FORBIDDEN.search(text)
        and not text.startswith(".")
        and not text.endswith((".", " "))
        and text.split(".")[0].lower() not in _DEVICES
    )
