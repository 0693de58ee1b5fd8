"""Small models train fastest on one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from composer.engine.threads import one_thread


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_thread():
        yield
