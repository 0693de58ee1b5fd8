"""Which torch is installed."""

from __future__ import annotations

import torch


def installed(since: str) -> bool:
    """Whether the installed torch is at least as new as `since`; an empty one is any version."""
    return not since or _numbers(torch.__version__) >= _numbers(since)


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split("+")[0].split(".")[:2]
    return int(major), int(minor)
