"""What holds for every test."""

from __future__ import annotations

import gc

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # a loaded machine is slow, and no test asserts a time
settings.load_profile("no deadline")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()
