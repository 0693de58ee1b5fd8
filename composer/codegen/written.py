"""The text of a custom layer: what it has and reads, as far as its source must know. The gate judges it."""

from __future__ import annotations

import re

_INIT = re.compile(r"^def init\s*\(", re.MULTILINE)
_READ = re.compile(r"\bself\s*\.\s*([A-Za-z_]\w*)")


def has_init(code: str) -> bool:
    """Whether the text sets initial values itself."""
    return _INIT.search(code) is not None


def read_from_self(code: str) -> frozenset[str]:
    """The names that follow `self.` in the text."""
    return frozenset(_READ.findall(code))
