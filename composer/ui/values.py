"""An option's value as the text of a field, and back: `2`, `3, 5`, `=2*channels`, `none`, `1:3, ...`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from composer.catalog.options import (
    Float,
    FloatList,
    FloatOrTuple,
    FloatTuple,
    Index,
    Int,
    IntList,
    IntOrTuple,
    Number,
    Option,
    Str,
    Value,
)
from composer.expressions import MARK, ExpressionError, is_expression, parse

NONE = "none"


@dataclass(frozen=True)
class Sizes(Option):
    """An input's shape: numbers, and names for sizes that are not known beforehand, such as N."""

    def _expected(self) -> str:
        return "sizes that are numbers or names, such as N, 1, 28, 28"

    def _accepts(self, value: Value) -> bool:
        return isinstance(value, tuple) and all(
            each.isidentifier() if isinstance(each, str) else each >= 0 for each in value
        )


MAX_SHOWN = 40


class FieldError(ValueError):
    """A text that is no value of its option. The message says what is expected and what came."""


def show(option: Option, value: Value) -> str:
    """The text of `value`, as `read` takes it."""
    if value is None:
        return NONE
    if isinstance(option, Str):
        return str(value)
    if isinstance(value, tuple):
        text = ", ".join(_show_item(each) for each in value)
        return f"{text}," if len(value) == 1 and _may_be_lone(option) else text
    return _show_item(value)


def read(option: Option, text: str) -> Value:
    """The value that `text` means, in its canonical form.

    Raises:
        FieldError: where it is none of this option's.
    """
    if isinstance(option, Str):
        value: Value = None if option.optional and text in ("", NONE) else text
    else:
        value = _read(option, text.strip())
    value = option.normalize(value)
    if not option.accepts(value):
        raise _error(option, text)
    return value


def _show_item(value: Value) -> str:
    if isinstance(value, tuple):  # a slice of an index
        start, stop, step = ("" if each is None else str(each) for each in value)
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return NONE if value is None else str(value)


def _may_be_lone(option: Option) -> bool:
    """Whether a lone item and a tuple of one are both values of `option`."""
    return isinstance(option, FloatOrTuple | IntOrTuple) or (isinstance(option, IntList) and option.scalar)


def _read(option: Option, text: str) -> Value:
    if text.lower() == NONE and option.optional:
        return None
    if not text:
        if isinstance(option, Sizes) or (isinstance(option, IntList) and option.min_length == 0):
            return ()
        raise _error(option, text)
    items = _split(text[1:-1] if text[0] in "([" and text[-1] in ")]" else text)
    if isinstance(option, Index | FloatList | FloatTuple | Sizes) or (
        isinstance(option, IntList) and not option.scalar
    ):
        return tuple(_item(option, each, text) for each in items)
    if isinstance(option, IntOrTuple | IntList | FloatOrTuple) and (len(items) > 1 or text.endswith(",")):
        return tuple(_item(option, each, text) for each in items)
    return _item(option, text, text)


def _split(text: str) -> list[str]:
    """The items between commas that are in no parentheses; a comma at the end makes no item."""
    items, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            items.append(text[start:place].strip())
            start = place + 1
    last = text[start:].strip()
    return [*items, last] if last or not items else items


def _item(option: Option, text: str, whole: str) -> Value:
    if is_expression(text) and isinstance(option, Int | Number | Index):
        try:
            parse(text)
        except ExpressionError as error:
            raise FieldError(str(error)) from None
        return text
    if isinstance(option, Index):
        return _index_item(option, text, whole)
    if text.lower() == NONE and isinstance(option, IntOrTuple | FloatTuple) and option.holes:
        return None
    if isinstance(option, IntOrTuple) and text.strip("\"'") in option.choices:
        return text.strip("\"'")
    for kind in _kinds(option):
        try:
            return kind(text)
        except ValueError:
            continue
    if isinstance(option, Float | Number) and option.infinite and text in ("inf", "-inf"):
        return text
    raise _error(option, whole)


def _kinds(option: Option) -> Sequence[Callable[[str], int | float | str]]:
    if isinstance(option, Float):
        return (_finite,)
    if isinstance(option, Sizes):
        return (int, str)
    return (int, _finite) if isinstance(option, Number) else (int,)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _index_item(option: Index, text: str, whole: str) -> Value:
    if text == "..." or text.lower() == NONE:
        return text if text == "..." else None
    parts = text.split(":")
    if len(parts) > 3:
        raise _error(option, whole)
    try:
        values = tuple(_bound(part.strip()) for part in parts)
    except ValueError:
        raise _error(option, whole) from None
    if len(values) == 1:
        if values[0] is None:
            raise _error(option, whole)
        return values[0]
    return (*values, None) if len(values) == 2 else values


def _bound(text: str) -> int | str | None:
    """A bound of a slice: nothing, an integer or an expression."""
    if not text:
        return None
    if text.startswith(MARK):
        parse(text)
        return text
    return int(text)


def _error(option: Option, text: str) -> FieldError:
    closer = option.refusal(text)
    if closer:
        return FieldError(f"expects {closer[0].removeprefix(f'{option.name} to have ')}, received {closer[1]}")
    received = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return FieldError(f"expects {option.expected}, received {received!r}" if text else f"expects {option.expected}")
