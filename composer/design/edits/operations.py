"""Edits as plain data: `{"edit": "set_option", "path": "conv1", "name": "out_channels", "value": 8}`.

The editor, the fixes of problems and the command line all change designs through `apply`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, ValidationError, create_model

from composer.design import limits
from composer.design.document import Design
from composer.design.edits import connecting, definitions, options, parameters, positions, whole, wiring
from composer.design.edits.duplicating import duplicate
from composer.design.edits.pasting import paste
from composer.design.edits.refusal import refusal
from composer.design.edits.unwrapping import unwrap
from composer.design.edits.wrapping import wrap
from composer.design.nodes import Frozen
from composer.design.paths import first_line, place, scopes, walk
from composer.errors import DesignError, EditError, Problem

Edit = Callable[..., Design]

_FUNCTIONS: tuple[Edit, ...] = (
    positions.insert, positions.remove, positions.move, positions.move_to_shortcut, positions.set_shortcut,
    positions.replace_body, positions.rename,
    wrap, unwrap, duplicate, paste,
    definitions.make_definition, definitions.add_definition, definitions.remove_definition,
    definitions.rename_definition, definitions.set_definition_options, definitions.rename_definition_option,
    definitions.set_code,
    options.set_option, options.unset_option, options.set_field, options.set_kind,
    connecting.connect, wiring.set_inputs, wiring.set_outputs, wiring.set_input_names,
    parameters.tie, parameters.untie, parameters.freeze, parameters.unfreeze,
    parameters.set_rules, parameters.add_rule, parameters.set_rule, parameters.move_rule, parameters.remove_rule,
    whole.set_design,
)  # fmt: skip

EDITS: Mapping[str, Edit] = {function.__name__: function for function in _FUNCTIONS}
"""Every edit by its name. Nothing else can be named in an operation."""


def _arguments_of(function: Edit) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "design"
    }
    return create_model(function.__name__, __base__=Frozen, **fields)


_ARGUMENTS = {name: _arguments_of(function) for name, function in EDITS.items()}


def apply(design: Design, operation: Mapping[str, Any]) -> Design:
    """`design` changed by an operation: the name of an edit, and its arguments as JSON data.

    Raises:
        EditError: where the operation is malformed or cannot be applied, or its result is over the caps.
    """
    name = operation.get("edit")
    if not isinstance(name, str) or name not in EDITS:
        raise refusal("", f"the name of an edit ({', '.join(EDITS)})", repr(name)[:100])
    arguments = _parsed(name, {key: value for key, value in operation.items() if key != "edit"})
    result = EDITS[name](design, **{field: getattr(arguments, field) for field in type(arguments).model_fields})
    check_caps(result)
    return result


def check_caps(design: Design) -> None:
    """Refuse a design that its own text could not be read back from.

    Raises:
        EditError: where it has too many nodes, is nested too deep, or expands to too many layers.
    """
    count = 0
    for path, root, _ in scopes(design):
        for below, node in walk(root, path):
            count += 1
            if below.count(".") >= limits.MAX_DEPTH and len(place(below).ids) > limits.MAX_DEPTH:
                raise EditError(
                    Problem(below, "too-deep", f"at most {limits.MAX_DEPTH} blocks in each other", node.kind)
                )
    if count > limits.MAX_NODES:
        raise EditError(Problem("", "too-large", f"at most {limits.MAX_NODES:,} nodes", f"{count:,}"))
    problem = limits.expansion_problem(design)
    if problem:
        raise EditError(problem)


def _parsed(name: str, arguments: dict[str, Any]) -> BaseModel:
    path = arguments["path"] if isinstance(arguments.get("path"), str) else ""
    try:
        limits.check_document(arguments)
        return _ARGUMENTS[name].model_validate_json(json.dumps(arguments, allow_nan=False))
    except ValidationError as error:
        raise refusal(path, f"arguments of {name} ({_signature(name)})", _first(error)) from None
    except DesignError as error:
        raise EditError(error.problems) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise refusal(path, "an operation that is JSON data", str(error)[:200]) from None


def _signature(name: str) -> str:
    return ", ".join(_ARGUMENTS[name].model_fields)


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    # Beside names and positions, the place holds pydantic's own words for the sorts of nodes and values.
    names = [part for part in detail["loc"] if isinstance(part, int) or (part.isidentifier() and part.islower())]
    where = ".".join(map(str, names))
    match detail["type"]:
        case "extra_forbidden":
            return f"the unknown argument {where!r}"
        case "missing":
            return f"no {where!r}"
    return f"{where}: {first_line(error)}"
