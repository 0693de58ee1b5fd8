"""A design as JSON text, canonical and versioned; and what is refused on the way in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from composer.design import limits
from composer.design.document import Design
from composer.design.interning import design_of
from composer.design.nodes import NodeBase
from composer.errors import DesignError, Problem
from composer.memo import Memo

_ALWAYS = {"format", "version", "kind", "name"}
_FIRST = ("format", "version", "kind", "id", "name")


_texts: Memo[str] = Memo(20_000_000)  # characters


def dumps(design: Design) -> str:
    """The canonical text of `design`: equal designs give equal text, and defaults are left out."""
    fields = []
    for name, value in said(design):
        # The root's input names are the design's own inputs, already said.
        text = _object(value, 1, without="input_names") if name == "root" else _text(value, 1)
        fields.append(f'"{name}": {text}')
    return _between("{", fields, "}", 0) + "\n"


def written(data: Any) -> str:
    """Plain data as this package writes it into files."""
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _text(value: Any, depth: int) -> str:
    """`value` as `written` would write it inside other data. An edit keeps the texts of the nodes it does not touch."""
    if isinstance(value, NodeBase):
        key = (id(value), depth)
        known = _texts.get(key)
        if known is None:
            known = _object(value, depth)
            _texts.put(key, known, value, len(known))
        return known
    if isinstance(value, BaseModel):
        return _object(value, depth)
    if isinstance(value, tuple):
        return _between("[", [_text(each, depth + 1) for each in value], "]", depth)
    return written(plain(value))[:-1].replace("\n", "\n" + " " * depth)  # no other line ends are in JSON


def _object(model: BaseModel, depth: int, without: str = "") -> str:
    fields = [f'"{name}": {_text(value, depth + 1)}' for name, value in said(model) if name != without]
    return _between("{", fields, "}", depth)


def _between(start: str, items: Sequence[str], end: str, depth: int) -> str:
    if not items:
        return start + end
    line = "\n" + " " * depth
    return f"{start}{line} {f',{line} '.join(items)}{line}{end}"


def said(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """The fields of a model in canonical order, those with their defaults left out."""
    fields = type(model).model_fields
    for name in _order(type(model)):
        value = getattr(model, name)
        if (
            name in _ALWAYS
            or fields[name].is_required()
            or value != fields[name].get_default(call_default_factory=True)
        ):
            yield name, value


@cache
def _order(model: type[BaseModel]) -> tuple[str, ...]:
    key = {name: place for place, name in enumerate(_FIRST)}
    return tuple(sorted(model.model_fields, key=lambda name: key.get(name, len(_FIRST))))


def plain(value: Any) -> Any:
    """A model as JSON data in canonical order, defaults left out."""
    if isinstance(value, BaseModel):
        return {name: plain(each) for name, each in said(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def loads(text: str | bytes) -> Design:
    """The design that `text` says.

    Raises:
        DesignError: where the text is no design, names anything unknown or twice, holds NaN, or is over the
            caps of `composer.design.limits`; every problem has the path of its place.
    """
    data = parse(text)
    if not isinstance(data, dict) or data.get("format") != "block-composer":
        raise DesignError(Problem("", "not-a-design", 'a JSON object with "format": "block-composer"', kind_of(data)))
    if data.get("version") != 1:
        raise DesignError(Problem("", "version", "version 1", f"version {str(data.get('version'))[:20]}"))
    limits.check_document(data)
    _name_inputs(data)
    try:
        design = design_of(data)
    except (ValueError, RecursionError):
        design = _refused(data)
    limits.check_expansion(design)
    return design


def _refused(data: Any) -> Design:
    """Raises the error that says all that is wrong with `data`; where nothing is, the design."""
    try:
        return Design.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise DesignError(problems_of(data, error)) from None


def _name_inputs(data: dict[str, Any]) -> None:
    """The root's inputs are the design's own, which `dumps` therefore does not say twice."""
    root, inputs = data.get("root"), data.get("inputs")
    if isinstance(root, dict) and isinstance(inputs, list):
        names = [each.get("name", "x") for each in inputs if isinstance(each, dict)]
        if names:
            root["input_names"] = names


def parse(text: str | bytes) -> Any:
    """The JSON data that a stranger's `text` holds.

    Raises:
        DesignError: where it is no JSON, too long, nested too deep, names a key twice or holds NaN.
    """
    if len(text) > limits.MAX_TEXT:
        raise _no_json(f"{len(text):,} characters; at most {limits.MAX_TEXT:,} are read")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")  # some editors begin a file with a mark
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError:
        raise _no_json("values nested too deep") from None
    except json.JSONDecodeError as error:
        raise _no_json(f"text that is not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise _no_json(str(error)[:200]) from None


def _no_json(received: str) -> DesignError:
    return DesignError(Problem("", "not-json", "JSON text", received))


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        [(twice, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice!r} twice in one object")
    return result


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"the number {name}")


def kind_of(data: Any) -> str:
    """What came where an object of another format was expected."""
    return "another kind of JSON object" if isinstance(data, dict) else f"JSON {type(data).__name__}"


def problems_of(data: Any, error: ValidationError) -> list[Problem]:
    """Pydantic's errors about `data`, the first twenty, each at the path of its node."""
    return [_problem(data, each) for each in error.errors()[:20]]


def _problem(data: Any, error: Any) -> Problem:
    """One of pydantic's errors, at the path of the node it is in."""
    ids: list[str] = []
    fields: list[str] = []
    at = data
    for part in error["loc"]:
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            if isinstance(part, str) and not part[:1].isupper():  # upper case: the union's tag
                fields.append(part)
            continue
        if isinstance(at, dict) and isinstance(at.get("id"), str) and at["id"]:
            ids.append(at["id"])
            fields = []
        elif isinstance(at, dict) and "body" in at and isinstance(at.get("name"), str):
            ids = ["", at["name"]]
            fields = []
        else:
            fields.append(str(part))
    where = ".".join(fields)
    message = error["msg"].removeprefix("Value error, ")
    received = message if error["type"] != "extra_forbidden" else f"the unknown key {str(error['loc'][-1])!r}"
    if error["type"] == "value_error" and not isinstance(error["input"], dict):
        received = f"{str(error['input'])[:60]!r}: {message}"
    return Problem(".".join(ids), "invalid", f"a valid {where or 'node'}", received)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a design document."""
    return Design.model_json_schema()
