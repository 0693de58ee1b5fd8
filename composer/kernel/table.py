"""All verbs of a kernel."""

from __future__ import annotations

from collections.abc import Mapping

from composer.kernel import initializing, parameters, trying, verbs
from composer.kernel.verbs import Verb

VERBS: Mapping[str, Verb] = {**verbs.VERBS, **parameters.VERBS, **initializing.VERBS, **trying.VERBS}
"""A fixed table: what is not in it cannot be asked."""
