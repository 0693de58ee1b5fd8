"""Reserved ids are exactly what torch refuses as the name of a child."""

from __future__ import annotations

import pytest
from torch import nn

from composer.catalog import RESERVED_IDS, SEQUENTIAL_NAMES


def test_reserved_ids_are_the_attributes_of_a_module() -> None:
    attributes = set(dir(nn.Module()))
    assert attributes <= RESERVED_IDS
    newer_or_older = RESERVED_IDS - attributes
    assert all(name.startswith("__") for name in newer_or_older), newer_or_older


@pytest.mark.parametrize("name", ["forward", "training", "_modules", "__init__", "type", "T_destination"])
def test_torch_refuses_reserved_ids(name: str) -> None:
    assert name in RESERVED_IDS
    with pytest.raises(KeyError):
        nn.Module().add_module(name, nn.ReLU())


def test_containers_add_further_names() -> None:
    attributes = set(dir(nn.Sequential())) | set(dir(nn.ModuleList()))
    assert attributes - RESERVED_IDS == SEQUENTIAL_NAMES
    for name in SEQUENTIAL_NAMES:
        nn.Module().add_module(name, nn.ReLU())
