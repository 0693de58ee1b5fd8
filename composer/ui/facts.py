"""What is known of a node: what goes in and where it comes from, what comes out, its parameters and its work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import streamlit as st

from composer.design.nodes import Node, Op
from composer.reports import FlopsReport, ShapesReport, count_parameters, describe, under
from composer.ui import models
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.origins import origins
from composer.ui.rows import instances
from composer.views.numbers import humanize


def facts(document: Document, path: str, node: Node, report: ShapesReport) -> None:
    """The facts, one a line."""
    instance = instances(report).get(path, path)
    lines = list(_flow(document, path, instance, report))
    count = _parameters(path, instance, node, report)
    if count:
        lines.append(f"{_('parameters')} **{escape(count)}**")
    counted = models.flops(document.text)
    work = _flops(path, instance, counted)
    if work:
        lines.append(f"{_('FLOPs')} **{escape(work)}**")
    if lines:
        st.markdown("  \n".join(lines), help=_exact(counted, instance) if work else None)


def _flow(document: Document, path: str, instance: str, report: ShapesReport) -> Iterator[str]:
    step = report.steps.get(instance)
    if step is None:
        return
    if step.inputs:
        given = zip_longest(step.inputs, origins(document.design, path)[: len(step.inputs)], fillvalue="")
        yield f"{_('in')} {', '.join(_input(describe(value), origin) for value, origin in given)}"  # type: ignore[arg-type]
    yield f"{_('out')} **{escape(describe(step.output))}**"


def _input(value: str, origin: str) -> str:
    shown = f"**{escape(value)}**"
    return _("{input} from {node}").format(input=shown, node=escape(origin)) if origin else shown


def _parameters(path: str, instance: str, node: Node, report: ShapesReport) -> str:
    """How many parameters are the node's own, and how much of the whole that is."""
    inside = [each for each in report.tensors if each.parameter and under(instance, each.name)]
    if isinstance(node, Op) or not inside or (path.startswith(".") and path == instance):
        return ""
    own = [each for each in inside if not each.owner or under(instance, each.owner)]
    if not own:
        return _("shared with {owner}").format(owner=inside[0].owner)
    count, total = count_parameters(own), count_parameters(report.tensors)
    if count is None:
        return _("not known yet")
    return f"{count:,} ({share(count, total)})" if path and total else f"{count:,}"


def _flops(path: str, instance: str, counted: FlopsReport) -> str:
    """How much the node computes, and how much of the whole that is; nothing where it multiplies nothing."""
    count, total = counted.at(instance), counted.at("")
    if count is None:
        return _("not known")
    if not count:
        return ""
    return f"{humanize(count)} ({share(count, total)})" if path and total else humanize(count)


def _exact(counted: FlopsReport, instance: str) -> str:
    """The number in full, and what it is for."""
    count, sizes = counted.at(instance), ", ".join(f"{name}={size:,}" for name, size in counted.sizes.items())
    said = _("A multiplication with its addition is two FLOPs; products and convolutions are counted.")
    if count is None:
        return said
    number = _("{number} FLOPs for one sample").format(number=f"{count:,}")
    return f"{number} ({escape(sizes)}). {said}" if sizes else f"{number}. {said}"


def share(count: int, total: int) -> str:
    """`count` as a part of `total`, in percent, and never as a power of ten."""
    percent = 100 * count / total
    if 0 < percent < 0.01:
        return "< 0.01 %"
    return f"{percent:.2g} %" if percent < 99 else f"{percent:.3g} %"
