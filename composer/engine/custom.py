"""Running a custom layer's code for its shapes: on the meta device, or, where that cannot be, on made-up values."""

from __future__ import annotations

import ast
import linecache
import math
import warnings
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from composer.codegen.alone import reached, source_of_definitions
from composer.design.document import Definition, Design
from composer.engine import preview
from composer.engine.capped import capped, names
from composer.engine.preview import Outcome
from composer.errors import DesignError
from composer.memo import Memo
from composer.reports import ValueType

Options = tuple[tuple[str, int], ...]

_texts: Memo[str] = Memo(200)


def custom_layers(design: Design) -> frozenset[str]:
    """The paths of the definitions whose body is code."""
    return frozenset(f".{each.name}" for each in design.definitions if each.body.kind == "Code")


def text_of(design: Design, name: str) -> str:
    """Source of the definition `name` and of those that it uses, as in the design's; "" where they are wrong."""
    given = reached(design, name)
    key = tuple(map(id, given))
    known = _texts.get(key)
    return _texts.put(key, _text(given), given) if known is None else known


def alone(design: Design, name: str) -> str:
    """The text of `text_of`.

    Raises:
        DesignError: where the definition, or one that it uses, is wrong.
    """
    return text_of(design, name) or source_of_definitions(reached(design, name))


def _text(definitions: tuple[Definition, ...]) -> str:
    try:
        return source_of_definitions(definitions)
    except DesignError:
        return ""


def run_source(text: str, filename: str, custom: Collection[str]) -> dict[str, Any]:
    """What running source text defines. Loops and recursion of the classes in `custom` are capped."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    found: dict[str, Any] = {"__name__": filename.strip("<>")}
    if not custom:
        exec(compile(text, filename, "exec", dont_inherit=True), found)
        return found
    tops = (each for each in ast.parse(text).body if isinstance(each, ast.ClassDef) and each.name in custom)
    spans = [range(each.lineno, (each.end_lineno or each.lineno) + 1) for each in tops]
    found |= names()
    exec(compile(capped(text, filename, spans), filename, "exec", dont_inherit=True), found)
    return found


@lru_cache(maxsize=64)
def _namespace(text: str, custom: frozenset[str]) -> dict[str, Any]:
    return run_source(text, f"<custom {hash(text)}>", custom)


@lru_cache(maxsize=2_000)
def run(text: str, custom: frozenset[str], name: str, options: Options, inputs: tuple[ValueType, ...]) -> Outcome:
    """Make the custom layer `name` of the source `text`, and call it.

    Where its code looks at values, as a loop with a condition does, there is nothing to look at on the meta device:
    then it runs on made-up values, if these are few.
    """
    try:
        on_meta = _called(text, custom, name, options, inputs, "meta")
    except Exception as error:
        values = sum(math.prod(map(int, each.dims)) for each in preview.tensor_types(inputs))
        if values > preview.MAX_REAL:
            return Outcome(None, error=preview.text_of(error))
        try:
            return Outcome(_called(text, custom, name, options, inputs, "cpu"))
        except Exception as other:
            return Outcome(None, error=preview.text_of(other))
    return Outcome(on_meta)


def _called(
    text: str, custom: frozenset[str], name: str, options: Options, inputs: tuple[ValueType, ...], device: str
) -> ValueType | None:
    with torch.device(device), torch.random.fork_rng(devices=[]), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        module: nn.Module = _namespace(text, custom)[name](**dict(options))
        return preview.type_of(module.eval()(*(preview.build(each, device) for each in inputs)))
