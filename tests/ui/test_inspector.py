"""What the inspector says of a node."""

from __future__ import annotations

import pytest

from composer.ui.inspector import share


@pytest.mark.parametrize(
    ("count", "text"),
    [(100_000, "100 %"), (99_600, "99.6 %"), (95_800, "96 %"), (250, "0.25 %"), (1, "< 0.01 %"), (0, "0 %")],
)
def test_a_share_is_no_power_of_ten(count: int, text: str) -> None:
    assert share(count, 100_000) == text
