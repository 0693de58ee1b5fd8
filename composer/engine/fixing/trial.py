"""Trying repairs before they are offered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from composer.design.document import Design
from composer.engine.fixing.placing import applied
from composer.engine.flow import Failure, Walk
from composer.engine.walk import walk
from composer.errors import EditError, Fix
from composer.reports import ValueType

BUDGET = 4_000  # steps that all trials of one report run together: about a quarter of a second


class Trial:
    """Keeps the repairs after which the failed step runs. `skip` are paths that are not run, as they are wrong."""

    def __init__(self, design: Design, inputs: Mapping[str, ValueType], skip: Collection[str]) -> None:
        self._design = design
        self._inputs = inputs
        self._skip = skip
        self._left = BUDGET

    def kept(self, before: Walk, failure: Failure, offered: Iterable[Fix]) -> tuple[Fix, ...]:
        """Those of `offered` that mend `failure`. One that makes another step fail is not certain."""
        return tuple(fix for each in offered for fix in self._tried(before, failure, each))

    def _tried(self, before: Walk, failure: Failure, fix: Fix) -> Iterator[Fix]:
        only = failure.at.node == failure.at.path and not failure.at.bodies
        if failure.mended and only and _sets_own_options(failure, fix):
            yield fix  # it ran with these sizes, and there is no other instance
            return
        after = self._run(before, fix)
        if after is None:
            return
        wrong = {*after.failures, *(node for node, _ in after.problems)}
        known = {record.node for record in before.records.values()}
        if failure.at.node in wrong or not wrong <= known:
            return
        ran = {record.node for record in before.records.values() if record.output.type is not None}
        breaks = wrong & ran - set(before.failures) if len(before.failures) == 1 else ()
        yield replace(fix, certain=False) if breaks else fix

    def _run(self, before: Walk, fix: Fix) -> Walk | None:
        """The design as it runs after `fix`; None where that cannot be done, or the budget is spent."""
        if self._left <= 0:
            return None
        self._left -= len(before.records)
        try:
            design = applied(self._design, fix.edits)
        except EditError:
            return None
        return walk(design, self._inputs, skip=self._skip)


def _sets_own_options(failure: Failure, fix: Fix) -> bool:
    """Whether a repair sets the options that were wrong to what came in, or has them inferred, and nothing else."""
    sizes = [(failure.at.node, each.option, each.received) for each in failure.mismatches]
    if len(fix.edits) == 1 and fix.edits[0]["edit"] == "set_kind":
        return str(fix.edits[0]["kind"]).startswith("Lazy")
    found = [(edit.get("path"), edit.get("name"), _frozen(edit.get("value"))) for edit in fix.edits]
    return found == sizes and all(edit["edit"] == "set_option" for edit in fix.edits)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
