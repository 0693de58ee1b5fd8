"""Parameters found by what people write."""

from __future__ import annotations

import pytest

from composer.tensor_reports import ModuleReport
from composer.views.finding import find

NET = {"": ModuleReport("N", True), "0": ModuleReport("Linear"), "1": ModuleReport("ReLU"), "2": ModuleReport("Linear")}
NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]

_PATHS = ("0", "0.block 0", "0.block 0.0", "0.block 1", "0.block 1.0", "0.block 1.1", "0.block 1.2", "1")
RGNET = {"": ModuleReport("N", True), **{path: ModuleReport("x", path in ("0", "0.block 1")) for path in _PATHS}}
DEEP = ["0.block 0.0.weight", "0.block 1.0.weight", "0.block 1.0.bias", "0.block 1.2.bias", "1.bias"]


@pytest.mark.parametrize(
    "text",
    ["2.bias", "net[2].bias", "net[2].bias.data", "net.state_dict()['2.bias']",
     'net.state_dict()["2.bias"].data', "net[-1].bias", "[2].bias", " net[2].bias.grad ",
     "net[2].bias[:2]", "net[2].bias.data[0]", "net[2].bias.data[0, 0]", "net[2].bias.shape"],
)  # fmt: skip
def test_one_parameter_as_the_book_writes_it(text: str) -> None:
    assert find(text, NAMES, NET) == ["2.bias"]


@pytest.mark.parametrize(
    "text", ["rgnet[0][1][0].bias", "0.block 1.0.bias", "rgnet[0][1][0].bias.data", "[0][1][0].bias"]
)
def test_nested_access(text: str) -> None:
    """Fact 29."""
    assert find(text, DEEP, RGNET) == ["0.block 1.0.bias"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", NAMES), ("  ", NAMES), ("*.weight", ["0.weight", "2.weight"]), ("2", ["2.weight", "2.bias"]),
        ("net[2]", ["2.weight", "2.bias"]), ("net[2].state_dict()", ["2.weight", "2.bias"]),
        ("net[2].named_parameters()", ["2.weight", "2.bias"]), ("net.named_parameters()", NAMES),
        ("[02].bias", ["0.bias", "2.bias"]),
        ("BIAS", ["0.bias", "2.bias"]), ("net[7].bias", []), ("net[1].bias", []), ("nothing", []),
    ],
)  # fmt: skip
def test_several_or_none(text: str, found: list[str]) -> None:
    assert find(text, NAMES, NET) == found


def test_regular_expressions() -> None:
    assert find(r"^\d\.b", NAMES, NET, regex=True) == ["0.bias", "2.bias"]
    with pytest.raises(ValueError, match="unterminated"):
        find("[", NAMES, NET, regex=True)


def test_a_number_that_is_a_name_where_torch_counts_by_place() -> None:
    modules = {"": ModuleReport("N", True), "1": ModuleReport("a"), "0": ModuleReport("b"), "x": ModuleReport("Block")}
    modules |= {"x.1": ModuleReport("a"), "x.0": ModuleReport("b")}
    names = ["1.w", "0.w", "x.1.w", "x.0.w"]
    assert find("net[0].w", names, modules) == ["1.w"], "a Sequential counts"
    assert find("net.x[0].w", names, modules) == ["x.0.w"], "another block has names only"
    assert find("net.x[2].w", names, modules) == [], "which no place is taken for"
