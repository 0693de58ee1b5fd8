"""All verbs of a kernel."""

from __future__ import annotations

from collections.abc import Mapping

from composer.kernel import (
    data,
    files,
    initializing,
    moving,
    parameters,
    shelving,
    stepping,
    storing,
    timing,
    training,
    trying,
    verbs,
)  # fmt: skip
from composer.kernel.verbs import Verb

_PARTS = (verbs, parameters, data, files, initializing, moving, shelving, stepping, storing, timing, training, trying)

VERBS: Mapping[str, Verb] = {name: verb for part in _PARTS for name, verb in part.VERBS.items()}
"""A fixed table: what is not in it cannot be asked."""
