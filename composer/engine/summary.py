"""Everything that a summary says of a design at definite sizes."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine import preview
from composer.engine.build import build
from composer.engine.memory import memory
from composer.engine.shapes import examine, type_of_input
from composer.reports import SummaryReport


def summarize(design: Design, sizes: Mapping[str, int]) -> SummaryReport:
    """Shapes, FLOPs, and the memory that inference and training need, with the symbols bound to `sizes`."""
    report = examine(design, sizes)
    if report.problems:
        return SummaryReport(report, None, "the design has problems")
    inputs = [preview.build(type_of_input(each, report.sizes)) for each in design.inputs]
    try:
        with torch.device("meta"):  # nothing is allocated
            model = build(source(design), class_name_of(design), design.seed)
        return SummaryReport(report, memory(model, inputs))
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return SummaryReport(report, None, preview.text_of(error))
