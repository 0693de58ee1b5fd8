"""What a box in the picture says about its node: a line with the options that matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from composer.catalog import Spec
from composer.design.nodes import Tensor, Use
from composer.expressions import MARK, ExpressionError, is_expression, resolve

Values = Mapping[str, int]

_FROM_TO = (
    ("in_features", "out_features"),
    ("in_channels", "out_channels"),
    ("input_size", "hidden_size"),
    ("num_embeddings", "embedding_dim"),
)
_BARE = {"num_features", "normalized_shape", "num_channels", "equation", "sizes"}
_SIZES = {"kernel_size", "output_size"}
_OUTPUTS = {"out_features", "out_channels", "hidden_size"}


def options_line(spec: Spec, options: Mapping[str, Any], values: Values) -> str:
    """The options of a layer or op that are not the default: `1 → 6 · 5×5 · padding 2`."""
    given = {name: resolved(value, values) for name, value in options.items()}
    return " · ".join(_phrases(spec, given))


def use_line(node: Use, values: Values) -> str:
    """The options of a use: `cin 3 · cout 8`."""
    return " · ".join(f"{name} {text_of(resolved(value, values))}" for name, value in node.options.items())


def tensor_line(node: Tensor, values: Values) -> str:
    """The shape of a free tensor and what fills it: `1×1×512 · normal`."""
    sizes = "×".join(text_of(resolved(each, values)) for each in node.shape) or "scalar"
    words = [sizes, *([node.dtype] if node.dtype != "float32" else [])]
    if isinstance(node.value, int | float):
        words.append(f"= {text_of(node.value)}")
    elif node.init and node.value is None:
        words.append(node.init.scheme)
    return " · ".join(words)


def _phrases(spec: Spec, given: dict[str, Any]) -> Iterable[str]:
    for first, second in _FROM_TO:
        if first in given and second in given:
            yield f"{text_of(given.pop(first))} → {text_of(given.pop(second))}"
    for option in spec.options:
        if option.name not in given or _same(given[option.name], option.default):
            continue
        value = given[option.name]
        if option.name in _SIZES:
            yield _by(value, getattr(option, "n", 1))
        elif option.name in _OUTPUTS:
            yield f"→ {text_of(value)}"
        elif option.name == "num_heads":
            yield f"{text_of(value)} heads"
        elif option.name in _BARE:
            yield text_of(value[0] if isinstance(value, tuple) and len(value) == 1 else value)
        elif value is True:
            yield option.name
        else:
            yield f"{option.name} {text_of(value)}"


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and value == default


def _by(value: Any, dims: int) -> str:
    """Sizes with × between them; one number stands for all."""
    items = value if isinstance(value, tuple) else (value,) * dims
    return "×".join(map(text_of, items))


_WORDS: dict[Any, Callable[[Any], str]] = {
    bool: lambda value: "on" if value else "off",
    type(None): lambda value: "none",
    float: lambda value: f"{value:g}",
    tuple: lambda value: f"({', '.join(map(text_of, value))})",
}


def text_of(value: Any) -> str:
    """A value of an option, as short as it can be said."""
    if is_expression(value):
        return str(value).removeprefix(MARK)
    return _WORDS.get(type(value), str)(value)


def resolved(value: Any, values: Values) -> Any:
    """`value` with its expressions computed, where everything that they read is known."""
    if isinstance(value, tuple):
        return tuple(resolved(each, values) for each in value)
    try:
        return resolve(value, values)
    except ExpressionError:
        return value
