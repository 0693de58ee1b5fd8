"""Everything that a summary says of a design at definite sizes."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine import preview
from composer.engine.build import build
from composer.engine.custom import custom_layers
from composer.engine.memory import memory
from composer.engine.shapes import examine, type_of_input
from composer.reports import SummaryReport


def summarize(design: Design, sizes: Mapping[str, int], run_code: bool = True) -> SummaryReport:
    """Shapes, FLOPs, and the memory that inference and training need, with the symbols bound to `sizes`.

    Without `run_code` custom layers do not run, and the memory of a design that has some is not known.
    """
    report = examine(design, sizes, run_code)
    if report.problems:
        return SummaryReport(report, None, "the design has problems")
    if not run_code and custom_layers(design):
        return SummaryReport(report, None, "code of its own was not run (--run-code runs it)")
    inputs = [preview.build(type_of_input(each, report.sizes)) for each in design.inputs]
    try:
        with torch.device("meta"):  # nothing is allocated
            model = build(source(design), class_name_of(design), design.seed, custom_classes(design))
        return SummaryReport(report, memory(model, inputs))
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return SummaryReport(report, None, preview.text_of(error))
