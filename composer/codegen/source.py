"""The source text of a design: plain PyTorch, as an engineer would write it by hand.

The live model is built by running this very text, so that what is exported is what ran.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from composer.codegen.classes import ClassSpec, class_source
from composer.codegen.custom import function, functions
from composer.codegen.finish import WHEN_READY, finish, has_lazy
from composer.codegen.judging import code_problems
from composer.codegen.layout import Line
from composer.codegen.scope import ids_of, is_inline, names
from composer.design.check import check
from composer.design.document import Design
from composer.design.lower import lower
from composer.design.names import camel, class_name, unique
from composer.design.nodes import Repeat
from composer.design.paths import place, scopes, walk
from composer.design.plan import BlockCall, BlockPlan, DefinitionPlan, ModuleCall, Plan, RepeatCall, UseCall
from composer.errors import DesignError
from composer.reports import SourceReport


def class_name_of(design: Design) -> str:
    """The name of the design's class in its source."""
    return unique(class_name(design.name), {each.name for each in design.definitions} | names_of(design))


def names_of(design: Design) -> set[str]:
    """The options and indices of the design: names that a class must not have, since code inside reads them."""
    options = {option.name for each in design.definitions for option in each.options}
    indices = {node.index for _, root, _ in scopes(design) for _, node in walk(root) if isinstance(node, Repeat)}
    return options | indices


def source(design: Design, notes: Mapping[str, str] | None = None) -> str:
    """Python source that defines the design's class, named after it and first in `__all__`.

    Raises:
        DesignError: where the design has problems.
    """
    return listing(design, notes).text


def listing(design: Design, notes: Mapping[str, str] | None = None) -> SourceReport:
    """The source of the design, and which of its lines are of which node.

    `notes` maps paths to short texts (shapes) written as comments at the end of the lines they belong to; they
    are letters, digits and a few signs, never text of the document.

    Raises:
        DesignError: where the design has problems.
    """
    problems = (*check(design), *code_problems(design))
    if problems:
        raise DesignError(problems)
    return _report(_File(design, lower(design), notes or {}).lines())


class _File:
    def __init__(self, design: Design, plan: Plan, notes: Mapping[str, str]) -> None:
        self._design = design
        self._plan = plan
        self._notes = notes
        self._names: dict[str, str] = {}  # path of a block with a class of its own → the class
        self._taken = {*plan.definitions, class_name_of(design), *names_of(design)}
        self._functions = functions(design, self._taken)
        self._taken.update(self._functions.values())

    def lines(self) -> list[Line]:
        """Every line of the file."""
        main = class_name_of(self._design)
        classes: list[ClassSpec] = []
        for definition in _in_order(self._plan.definitions):
            classes += self._classes(definition.body, definition.name, definition.options)
        classes += self._classes(self._plan.root, main, (), finish(self._design, self._functions))
        exported = [main, *self._plan.definitions]
        body = [class_source(each, lambda block: self._names[block.path], self._notes) for each in classes]
        if self._design.initializers and has_lazy(self._design):
            body.insert(0, _of_nobody(WHEN_READY.strip()))
        body[:0] = [_of_nobody(function(name, text)) for text, name in self._functions.items()]
        code = [line for lines in body for line in (*_of_nobody("\n"), *lines)]
        listed = ", ".join(f'"{name}"' for name in exported)
        title = f'"""{main}: a PyTorch model made with Block Composer. It needs torch and nothing else."""'
        imports = _imports("\n".join(line.text for line in code))
        return [*_of_nobody(f"{title}\n\n{imports}\n\n__all__ = [{listed}]"), *code]

    def _classes(
        self,
        body: BlockPlan | RepeatCall,
        name: str,
        options: tuple[tuple[str, int | None], ...],
        finish: tuple[str, ...] = (),
    ) -> Iterator[ClassSpec]:
        """The classes of a block, those it uses first."""
        self._names[body.path] = name
        inner = [body.body] if isinstance(body, RepeatCall) else [step.call for step in body.steps]
        for call in inner:
            yield from self._inner(call, name)  # type: ignore[arg-type]  # others have no classes
        yield ClassSpec(name, options, body, finish, self._functions)

    def _inner(self, call: ModuleCall, outer: str) -> Iterator[ClassSpec]:
        match call:
            case BlockCall(block) if not is_inline(block):
                yield from self._classes(block, self._name(block, outer), _free(block))
            case BlockCall(block):
                for step in block.steps:
                    yield from self._inner(step.call, outer)  # type: ignore[arg-type]
            case RepeatCall(node) if len(node.input_names) > 1:
                yield from self._classes(call, self._name(call, outer), _free(call))
            case RepeatCall(_, _, body):
                yield from self._inner(body, outer)

    def _name(self, block: BlockPlan | RepeatCall, outer: str) -> str:
        words = "".join(camel(id) for id in ids_of(block) if not id.isdecimal())
        definition = place(block.path).definition
        base = class_name(f"{definition}{words}" if words else f"{outer}Block", default="Block")
        name = unique(base, self._taken)
        self._taken.add(name)
        return name


def _of_nobody(text: str) -> list[Line]:
    """Lines that are there whatever the nodes are."""
    return [Line(each) for each in text.split("\n")]


def _report(lines: Sequence[Line]) -> SourceReport:
    numbers: dict[str, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        for path in dict.fromkeys(line.paths):
            numbers.setdefault(path, []).append(number)
    return SourceReport(
        "".join(f"{line.text}\n" for line in lines),
        {path: _ranges(found) for path, found in numbers.items()},
        tuple(line.paths[0] if line.text and line.paths else None for line in lines),
    )


def _ranges(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as ranges, first and last included."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _free(block: BlockPlan | RepeatCall) -> tuple[tuple[str, int | None], ...]:
    return tuple((name, None) for name in sorted(names(block)))


def _in_order(definitions: Mapping[str, DefinitionPlan]) -> list[DefinitionPlan]:
    """Definitions, those that others use first."""
    ordered: dict[str, DefinitionPlan] = {}

    def visit(definition: DefinitionPlan) -> None:
        for name in uses(definition.body):
            if name not in ordered:
                visit(definitions[name])
        ordered.setdefault(definition.name, definition)

    for each in definitions.values():
        visit(each)
    return list(ordered.values())


def uses(body: BlockPlan | ModuleCall) -> Iterator[str]:
    """The names of the definitions that `body` uses."""
    match body:
        case UseCall(node):
            yield node.of
        case BlockCall(block):
            yield from uses(block)
        case BlockPlan():
            for step in body.steps:
                yield from uses(step.call)  # type: ignore[arg-type]
        case RepeatCall(_, _, inner):
            yield from uses(inner)


_STANDARD = (
    (r"(?<![\w.])copy\.", "import copy"),
    (r"(?<![\w.])math\.", "import math"),
    (r"OrderedDict\(", "from collections import OrderedDict"),
    (r"fnmatchcase\(", "from fnmatch import fnmatchcase"),
    (r"partial\(", "from functools import partial"),
)


def _imports(code: str) -> str:
    """The imports that `code` needs, in the usual order."""
    standard = [line for word, line in _STANDARD if re.search(word, code)]
    torch = ["import torch"] if re.search(r"\btorch\.", code) else []
    if re.search(r"\bF\.", code):
        torch.append("import torch.nn.functional as F")
    torch.append("from torch import nn")
    return "\n".join([*standard, *([""] if standard else []), *torch])
