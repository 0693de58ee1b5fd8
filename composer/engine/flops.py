"""What a design computes for one sample: its FLOPs, counted on the meta device at definite sizes."""

from __future__ import annotations

import torch

from composer.codegen.judging import code_problems
from composer.design.check import check
from composer.design.document import Design
from composer.design.nodes import BLOCK_KINDS, TENSOR_KINDS
from composer.engine.custom import custom_layers
from composer.engine.data import OTHER_SIZE, batch_symbol
from composer.engine.flow import Record
from composer.engine.shapes import NOT_RUN, type_of_input
from composer.engine.symbols import symbols
from composer.engine.walk import walk
from composer.reports import FlopsReport


def flops(design: Design, run_code: bool = True) -> FlopsReport:
    """The FLOPs of every layer and op of `design` for one sample; other symbols than the batch's have a usual size.

    What is wrong is not run, nor without `run_code` what custom layers say, and their FLOPs are unknown.
    """
    problems = (*check(design), *code_problems(design))
    if any(each.code in NOT_RUN for each in problems):
        return FlopsReport()
    skip = {each.path for each in problems} | (frozenset() if run_code else custom_layers(design))
    batch = batch_symbol(design.inputs)
    sizes = {name: 1 if name == batch else OTHER_SIZE for name in symbols(design)}
    types = {each.name: type_of_input(each, sizes) for each in design.inputs}
    with torch.random.fork_rng(devices=[]):
        records = walk(design, types, flops=True, skip=skip).records
    around = {path.rpartition(".")[0] for path in records if path}
    own = {path: _own(record) for path, record in records.items() if path not in around}
    return FlopsReport({path: number for path, number in own.items() if number != 0}, sizes)


def _own(record: Record) -> int | None:
    """What a node without others inside computes; None where nobody knows."""
    nothing = record.flops is None and record.kind in (*BLOCK_KINDS, *TENSOR_KINDS)
    return 0 if nothing else record.flops
