"""How a file fits a design, as text for a terminal and as plain data for JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from composer.matching.match import MatchReport, MatchRow
from composer.matching.rename import Rename
from composer.matching.suggest import Suggestion
from composer.views.matching import matching_rows
from composer.views.tables import noted, table
from composer.views.wording import clean

_RULES = 12  # of a suggestion that are printed


def fitting_lines(found: MatchReport) -> Iterator[str]:
    """A row for each name of the model and for each key without a place, and how many there are of each state."""
    counts = found.counts()
    columns = matching_rows(found.rows, {state: state for state in counts})
    names = [name or key for name, key in zip(columns["name"], columns["key"], strict=True)]
    cells = list(zip(columns["state"], names, columns["shape"], columns["dtype"], strict=True))
    yield from noted(table(("state", "name", "shape", "dtype"), cells), list(map(_note, found.rows)))
    yield ", ".join(f"{state}: {number:,}" for state, number in counts.items()) or "nothing to match"


def _note(row: MatchRow) -> str:
    """Where its values come from, where that is another name, and what becomes of them."""
    origin = f"from {row.key}" if row.name and row.key and row.key != row.name else ""
    return "; ".join(filter(None, (origin, row.reason or row.note)))


def suggestion_lines(suggestions: Sequence[Suggestion]) -> Iterator[str]:
    """The rules of each suggestion after its evidence; the first is the one that `--suggested` takes."""
    for each in suggestions:
        yield clean(f"suggested: {each.evidence}")
        yield from (f"  {clean(_rule(rule))}" for rule in each.renames[:_RULES])
        if len(each.renames) > _RULES:
            yield f"  … {len(each.renames) - _RULES:,} more; --json has all"
    if suggestions:
        yield f"--suggested takes {'it' if len(suggestions) == 1 else 'the first one'}"


def _rule(rule: Rename) -> str:
    """The rule as an option of the command, quoted for a shell, where there is one for it."""
    if rule.kind == "pair":
        text = f"{rule.old} is {rule.new}"
    else:
        option = "--rename" if rule.kind == "prefix" else "--regex"
        text = f"{option} {shlex.quote(f'{rule.old}={rule.new}')}"
    return f"{text}, transposed" if rule.transpose else text


def plain_fitting(found: MatchReport, suggestions: Sequence[Suggestion], part: str) -> dict[str, object]:
    """The match of the part at `part` for JSON."""
    return {
        "part": part,
        "complete": found.complete,
        "counts": found.counts(),
        "rows": [asdict(row) for row in found.rows],
        "suggestions": [asdict(each) for each in suggestions],
    }
