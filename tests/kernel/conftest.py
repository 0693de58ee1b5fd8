from __future__ import annotations

from collections.abc import Iterator

import pytest

from composer.kernel.client import Kernel
from tests.kernel.verbs import TEST_VERBS


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with Kernel(verbs=TEST_VERBS) as kernel:
        yield kernel


@pytest.fixture(scope="module")
def steady() -> Iterator[Kernel]:
    """A kernel for tests that leave it as it was."""
    with Kernel(verbs=TEST_VERBS) as kernel:
        yield kernel
