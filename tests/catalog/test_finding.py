"""Finding kinds: exactly, nearly, and by what people call them."""

from __future__ import annotations

import pytest

from composer import catalog


def kinds(text: str) -> list[str]:
    return [spec.kind for spec in catalog.search(text)]


def test_find_takes_the_exact_name() -> None:
    assert catalog.find("Conv2d") is catalog.LAYERS["Conv2d"]
    assert catalog.find("MatMul") is catalog.OPS["MatMul"]
    with pytest.raises(KeyError):
        catalog.find("conv2D")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Conv2D", "Conv2d"), ("Lstm", "LSTM"), ("BatchNrom2d", "BatchNorm2d"), ("exp", "Exp"), ("Matmul", "MatMul")],
)
def test_close_names_are_offered(typed: str, meant: str) -> None:
    assert meant in catalog.close(typed)


def test_nothing_is_close_to_nonsense() -> None:
    assert catalog.close("qqqqqq") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("skip", {"Identity", "Add"}),
        ("norm", {"Norm", "BatchNorm1d", "LayerNorm"}),
        ("flatten", {"Flatten", "flatten"}),
        ("lstm", {"LSTM", "LSTMCell"}),
        ("token", {"Embedding"}),
        ("relu", {"ReLU", "relu", "LeakyReLU"}),
        ("dense", {"Linear"}),
        ("attention", {"MultiheadAttention", "ScaledDotProductAttention"}),
        ("conv", {"Conv1d", "Conv2d", "Conv3d"}),
        ("deconvolution", {"ConvTranspose2d"}),
        ("batch norm", {"BatchNorm2d"}),
        ("concatenate", {"Concat"}),
        ("view", {"Reshape"}),
        ("fourier", {"FFT"}),
        ("max pool", {"MaxPool2d"}),
        ("cross entropy", {"CrossEntropyLoss"}),
        ("@", {"MatMul"}),
        ("position", {"Arange"}),
        ("causal mask", {"Tril"}),
    ],
)
def test_search_finds_sensible_things_first(text: str, first: set[str]) -> None:
    assert first <= set(kinds(text)[:12]), kinds(text)[:12]


def test_exact_name_comes_first_whatever_the_case() -> None:
    for kind in catalog.NODES:
        assert kinds(kind)[0].casefold() == kind.casefold()


def test_every_word_must_be_found() -> None:
    assert kinds("lstm nonsense") == []
    assert kinds("  ") == list(catalog.NODES)


def test_everything_is_described() -> None:
    for spec in [*catalog.NODES.values(), *catalog.INITIALIZERS.values()]:
        assert spec.help.endswith((".", "?")), spec.kind
        assert len(spec.help) <= 160, spec.kind
        assert len(spec.by_name) == len(spec.options), spec.kind
        for option in spec.options:
            assert option.help.endswith("."), (spec.kind, option.name)


def test_categories_are_in_the_order_of_the_palette() -> None:
    assert catalog.CATEGORIES[:3] == ("Linear", "Convolution", "Pooling")
    assert {spec.category for spec in catalog.NODES.values()} == set(catalog.CATEGORIES)
    assert catalog.CATEGORIES.index("Loss") < catalog.CATEGORIES.index("Arithmetic")
