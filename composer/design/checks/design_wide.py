"""The design as a whole: inputs, definitions, ties, rules and frozen paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from composer.catalog import LAYERS
from composer.catalog.options import DTYPES
from composer.design.checks import values
from composer.design.document import Design, Input
from composer.design.names import is_class_name, is_free_name
from composer.design.nodes import Node, Tensor, Use
from composer.design.paths import walk
from composer.design.targets import target_of
from composer.errors import Problem


def problems(design: Design) -> Iterator[Problem]:
    """Problems of everything but the trees."""
    for each in design.inputs:
        yield from _input(each)
    yield from _definitions(design)
    for group in design.ties:
        yield from _tie(design, group)
    for number, rule in enumerate(design.initializers):
        place = f"initializer rule {number + 1}"
        for problem in values.initializer(rule.where, rule.init, ()):
            yield replace(problem, received=f"{problem.received} in {place}")
        if rule.kind and rule.kind not in LAYERS:
            received = f"{values.shown(rule.kind)}{values.close(rule.kind, LAYERS)} in {place}"
            yield Problem(rule.where, "unknown-kind", "a kind of layer", received)
        if rule.where and not _is_module(design, rule.where):
            yield Problem(rule.where, "broken-rule", f"the path of a module in {place}", repr(rule.where))
    for path in design.frozen:
        if not _is_module(design, path) and not _is_owner(design, path):
            yield Problem(path, "broken-freeze", "the path of a module or parameter to freeze", repr(path))


def _input(each: Input) -> Iterator[Problem]:
    for dim in each.shape:
        if isinstance(dim, str) and not (dim.isascii() and dim.isidentifier()):
            yield Problem(each.name, "bad-input", "sizes that are numbers or names such as N", repr(dim))
        elif isinstance(dim, int) and not 0 <= dim < 2**31:
            yield Problem(each.name, "bad-input", "sizes from 0 to 2³¹−1", str(dim))
    if len(each.shape) > 8:
        yield Problem(each.name, "bad-input", "at most 8 dimensions", str(len(each.shape)))
    if each.dtype not in DTYPES:
        yield Problem(each.name, "bad-dtype", f"a dtype ({', '.join(DTYPES)})", values.shown(each.dtype))
    if each.high is not None and each.high < 1:
        yield Problem(each.name, "bad-input", "high to be at least 1", str(each.high))


def _definitions(design: Design) -> Iterator[Problem]:
    for each in design.definitions:
        path = f".{each.name}"
        if not is_class_name(each.name):
            yield Problem(path, "bad-name", "a definition's name that can name a class", values.shown(each.name))
        seen: set[str] = set()
        for option in each.options:
            if not is_free_name(option.name):
                yield Problem(path, "bad-name", "an option that is a plain name", values.shown(option.name))
            if design.definition(option.name):
                yield Problem(path, "name-taken", "an option named unlike any definition", repr(option.name))
            if option.name in seen:
                yield Problem(path, "name-taken", "options of different names", f"{option.name!r} twice")
            seen.add(option.name)


def _uses(node: Node) -> set[str]:
    return {each.of for _, each in walk(node) if isinstance(each, Use)}


def recursion(design: Design) -> Iterator[Problem]:
    """A definition that uses itself, at once or through others, has no end."""
    below = {each.name: _uses(each.body) for each in design.definitions}
    for name in below:
        reached: set[str] = set()
        pending = [name]
        while pending:
            for other in below.get(pending.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    pending.append(other)
        if name in reached:
            yield Problem(f".{name}", "recursion", "a definition that does not use itself", f"{name!r} inside {name!r}")


def _tie(design: Design, group: tuple[str, ...]) -> Iterator[Problem]:
    if len(set(group)) < 2 or len(set(group)) < len(group):
        yield Problem(group[0], "bad-tie", "a tie of two or more different parameters", values.shown(group))
        return
    for path in group:
        if not _is_owner(design, path):
            yield Problem(path, "broken-tie", "the path of a parameter to tie", repr(path))


def _is_module(design: Design, path: str) -> bool:
    target = target_of(design, "", tuple(path.split("."))) if path else design.root
    return target is not None and not isinstance(target, Tensor)


def _is_owner(design: Design, path: str) -> bool:
    """Whether the module that would own the parameter at `path` is there; its name takes torch to judge."""
    *ids, name = path.split(".")
    return bool(name) and target_of(design, "", ids) is not None
