"""The verb for where a chain keeps its layers, through a real kernel."""

from __future__ import annotations

import pytest

from composer.errors import DesignError
from composer.kernel.client import Kernel
from tests.kernel.test_verbs import LAZY, mlp


def test_a_chain_of_the_live_model_by_each_storage() -> None:
    with Kernel() as kernel:
        report = kernel.call("storage", text=mlp(), path="", data="random", samples=4, seed=0)
        assert [each.parameters for each in report.rows] == [1_210, 0, 1_210]
        assert [each.restored for each in report.rows] == [True, False, True]
        before = kernel.call("held", text=mlp())
        kernel.call("storage", text=mlp(), path="", data="digits", samples=2, seed=1)
        assert kernel.call("held", text=mlp()) == before
        with pytest.raises(DesignError, match="0: expects a plain chain of layers, received Linear"):
            kernel.call("storage", text=mlp(), path="0", data="random", samples=4, seed=0)
        with pytest.raises(DesignError, match="expects sizes first"):
            kernel.call("storage", text=LAZY, path="", data="random", samples=4, seed=0)
        assert kernel.call("storage", text=mlp(), path="", data="random", samples=1, seed=0).layers == 3
