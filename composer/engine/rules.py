"""Which parameters the rules for initial values fill, and where a scheme does not suit what it would fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

from torch import nn

from composer.catalog import INITIALIZERS, LAYERS
from composer.design.document import Design, Rule
from composer.design.nodes import rebuild
from composer.errors import Fix, Problem
from composer.reports import TensorReport, under


def names(rule: Rule, row: TensorReport) -> bool:
    """Whether `rule` fills a parameter under this name, as its loop in the source does."""
    if not row.parameter or not under(rule.where, row.name):
        return False
    if rule.parameter and row.name.rpartition(".")[2] != rule.parameter:
        return False
    if rule.glob and not fnmatchcase(row.name, rule.glob):
        return False
    return not rule.kind or (bool(row.layer) and rule.kind in LAYERS and _is_a(row.layer, rule.kind))


@cache
def _is_a(layer: str, kind: str) -> bool:
    """Whether a module of one class is an instance of another: a `LazyLinear` is a `Linear`."""
    return issubclass(getattr(nn, layer), getattr(nn, kind))


def filled(rules: Sequence[Rule], rows: Sequence[TensorReport]) -> dict[str, tuple[int, ...]]:
    """The numbers of the rules that fill each parameter, in order, by the name that it has first, before ties."""
    found: dict[str, dict[int, None]] = {}
    for number, rule in enumerate(rules):
        for row in rows:
            if names(rule, row):
                found.setdefault(row.owner or row.name, {})[number] = None
    return {name: tuple(numbers) for name, numbers in found.items()}


def unsuited(design: Design, rows: Sequence[TensorReport]) -> Iterator[Problem]:
    """Rules whose scheme cannot fill a tensor of the shape that one of their parameters has."""
    for number, rule in enumerate(design.initializers):
        spec = INITIALIZERS.get(rule.init.scheme)
        mine = [row for row in rows if row.shape is not None and names(rule, row)] if spec else []
        wrong = [row for row in mine if spec and spec.wants(rule.init.options, row.shape or ())]
        if wrong:
            yield _problem(design, number, wrong, [row for row in mine if row not in wrong])


def _problem(design: Design, number: int, wrong: Sequence[TensorReport], good: Sequence[TensorReport]) -> Problem:
    first, init = wrong[0], design.initializers[number].init
    path, _, name = first.name.rpartition(".")
    wanted = INITIALIZERS[init.scheme].wants(init.options, first.shape or ())
    expected = f"{wanted} for {init.scheme} (initializer rule {number + 1})"
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    received = f"{name} of shape {'×'.join(map(str, first.shape or ())) or 'scalar'}{more}"
    return Problem(path, "unsuited-rule", expected, received, tuple(_fixes(design, number, wrong, good)))


def _fixes(design: Design, number: int, wrong: Sequence[TensorReport], good: Sequence[TensorReport]) -> Iterator[Fix]:
    """Saying which of the parameters the rule is for, where one name tells them apart; and doing without it."""
    rule = design.initializers[number]
    kinds, others = {row.layer for row in good}, {row.layer for row in wrong}
    called = {row.name.rpartition(".")[2] for row in good}
    if not rule.parameter and len(called) == 1 and called.isdisjoint(row.name.rpartition(".")[2] for row in wrong):
        (only,) = called
        yield Fix(f"let rule {number + 1} fill only {only}", (_change(number, rule, parameter=only),))
    elif not rule.kind and len(kinds) == 1 and kinds.isdisjoint(others) and "" not in kinds:
        (only,) = kinds
        yield Fix(f"let rule {number + 1} fill only {only}", (_change(number, rule, kind=only),))
    yield Fix(f"remove rule {number + 1}", ({"edit": "remove_rule", "index": number},))


def _change(number: int, rule: Rule, **fields: str) -> Mapping[str, object]:
    return {"edit": "set_rule", "index": number, "rule": rebuild(rule, **fields).model_dump(mode="json")}
