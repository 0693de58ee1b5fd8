"""What is known of a node: what goes in and where it comes from, what comes out, its parameters and its work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from composer.design.nodes import Node, Op
from composer.reports import FlopsReport, ShapesReport, count_parameters, describe, under
from composer.ui import models
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.origins import origins
from composer.ui.rows import instances
from composer.views.numbers import humanize


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: what is told, its value, what stands beside that, and more for who wants to know."""

    name: str
    value: str
    note: str = ""
    title: str = ""


def facts(document: Document, path: str, node: Node, report: ShapesReport) -> Iterator[Fact]:
    """What is known of the node at `path`, where it has it: inputs, output, parameters, FLOPs."""
    instance = instances(report).get(path, path)
    yield from _flow(document, path, instance, report)
    count, part = _parameters(path, instance, node, report)
    if count:
        yield Fact(_("parameters"), count, part)
    counted = models.flops(document.text)
    work, part = _flops(path, instance, counted)
    if work:
        yield Fact(_("FLOPs"), work, part, _exact(counted, instance))


def _flow(document: Document, path: str, instance: str, report: ShapesReport) -> Iterator[Fact]:
    step = report.steps.get(instance)
    if step is None:
        return
    given = zip_longest(step.inputs, origins(document.design, path)[: len(step.inputs)], fillvalue="")
    for value, origin in given if step.inputs else ():
        note = _("from {node}").format(node=origin) if origin else ""
        yield Fact(_("in"), describe(value), note)  # type: ignore[arg-type]
    yield Fact(_("out"), describe(step.output))


def _parameters(path: str, instance: str, node: Node, report: ShapesReport) -> tuple[str, str]:
    """How many parameters are the node's own, and how much of the whole that is; "" where there are none."""
    inside = [each for each in report.tensors if each.parameter and under(instance, each.name)]
    if isinstance(node, Op) or not inside or (path.startswith(".") and path == instance):
        return "", ""
    own = [each for each in inside if not each.owner or under(instance, each.owner)]
    if not own:
        return _("shared with {owner}").format(owner=inside[0].owner), ""
    count, total = count_parameters(own), count_parameters(report.tensors)
    if count is None:
        return _("not known yet"), ""
    return f"{count:,}", share(count, total) if path and total else ""


def _flops(path: str, instance: str, counted: FlopsReport) -> tuple[str, str]:
    """How much the node computes, and how much of the whole that is; "" where it multiplies nothing."""
    count, total = counted.at(instance), counted.at("")
    if count is None:
        return _("not known"), ""
    if not count:
        return "", ""
    return humanize(count), share(count, total) if path and total else ""


def _exact(counted: FlopsReport, instance: str) -> str:
    """The number in full, and what it is for."""
    count, sizes = counted.at(instance), ", ".join(f"{name}={size:,}" for name, size in counted.sizes.items())
    said = _("A multiplication with its addition is two FLOPs; products and convolutions are counted.")
    if count is None:
        return said
    number = _("{number} FLOPs for one sample").format(number=f"{count:,}")
    return f"{number} ({sizes}). {said}" if sizes else f"{number}. {said}"


def share(count: int, total: int) -> str:
    """`count` as a part of `total`, in percent, and never as a power of ten."""
    percent = 100 * count / total
    if 0 < percent < 0.01:
        return "< 0.01 %"
    return f"{percent:.2g} %" if percent < 99 else f"{percent:.3g} %"
