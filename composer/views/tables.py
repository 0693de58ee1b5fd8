"""The summary of a design as rows: path, kind, output shape, parameters and FLOPs; and as text for a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from composer.catalog import OPS
from composer.design.document import Design
from composer.design.nodes import BLOCK_KINDS, TENSOR_KINDS, Shared, Use
from composer.design.paths import find
from composer.errors import EditError
from composer.reports import ShapesReport, StepReport, SummaryReport, ValueType, describe, under
from composer.views.numbers import humanize, size
from composer.views.wording import clean, columns, shorten

_RAN = ("shape", "some-sizes", "nothing-left", "no-such-item", "broken-tie", "tie-shape", "lazy-tie", "broken-freeze")
"""Codes of problems that leave a layer's parameters known."""
_WIDTH = 100  # columns of a terminal that lines are kept in


@dataclass(frozen=True, slots=True)
class Row:
    """One node at one instance. None is unknown. `shared`: its parameters belong to an earlier row."""

    path: str
    kind: str
    level: int
    output: ValueType | None
    parameters: int | None
    flops: int | None
    shared: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def summary_rows(design: Design, report: ShapesReport, definite: ShapesReport | None = None) -> list[Row]:
    """A row for every step; the first, of path "", is the whole design, with the totals.

    `report` gives the shapes, with their symbols; `definite` the FLOPs, at definite sizes. In a row, and so in
    the totals, parameters that are shared or tied count once.
    """
    counts, shared = _counts(report)
    flops = _flops(definite) if definite else {}
    return [
        Row(
            path,
            _kind(design, step),
            _level(path),
            step.output,
            counts.get(path, 0),
            flops.get(path),
            path in shared,
        )
        for path, step in report.steps.items()
    ]


def _level(path: str) -> int:
    return path.count(".") + 1 if path else 0


def _kind(design: Design, step: StepReport) -> str:
    """The kind; for a use the definition's name, for a shared module the original's path."""
    if step.kind in ("Use", "Shared"):
        try:
            node = find(design, step.node)
        except EditError:
            return step.kind
        if isinstance(node, Use):
            return node.of
        if isinstance(node, Shared):
            return f"= {node.of}"
    return step.kind


def _above(path: str) -> Iterator[str]:
    """`path` and every path around it, the design's "" last."""
    while path:
        yield path
        path = path.rpartition(".")[0]
    yield ""


def _counts(report: ShapesReport) -> tuple[dict[str, int | None], set[str]]:
    """The number of parameters by path, None where one is unknown; and the paths that own none of theirs."""
    inside: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
    for tensor in report.tensors:
        if tensor.parameter:
            for path in _above(tensor.name):
                inside[path][tensor.owner or tensor.name] = tensor.count
    for path in _unmade(report):
        for around in _above(path):
            inside[around][path] = None
    counts = {path: _sum(owners.values()) for path, owners in inside.items()}
    shared = {path for path, owners in inside.items() if not any(under(path, owner) for owner in owners)}
    return counts, shared


def _unmade(report: ShapesReport) -> Iterator[str]:
    """The steps that could not even be made, so that nobody knows what parameters they would have."""
    wrong = {problem.path for problem in report.problems if problem.code not in _RAN}
    made = {path for tensor in report.tensors for path in _above(tensor.name)}
    for path, step in report.steps.items():
        has_none = step.kind in (*OPS, *BLOCK_KINDS, *TENSOR_KINDS)
        if step.node in wrong and step.output is None and path not in made and not has_none:
            yield path


def _flops(report: ShapesReport) -> dict[str, int | None]:
    """FLOPs by path; a block's are those of what is inside."""
    around = {above for path in report.steps for above in _above(path) if above != path}
    inside: defaultdict[str, list[int | None]] = defaultdict(list)
    for path, step in report.steps.items():
        if path not in around:
            own = 0 if step.flops is None and step.kind in (*BLOCK_KINDS, *TENSOR_KINDS) else step.flops
            for above in _above(path):
                inside[above].append(own)
    return {path: _sum(numbers) for path, numbers in inside.items()}


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def summary_text(name: str, rows: Sequence[Row], depth: int | None = None) -> str:
    """The rows as a table, the tree indented; `depth` leaves out what is deeper."""
    shown = [row for row in rows if depth is None or row.level <= depth]
    lines = table(("", "kind", "output", "parameters", "FLOPs"), [_cells(name, row) for row in shown], right=(3, 4))
    if any(row.shared for row in shown):
        lines.append("(…) shared or tied with an earlier row: counted once in the totals")
    return "\n".join(lines)


def totals_text(total: Row, trainable: int | None, summary: SummaryReport) -> str:
    """What the whole design needs, exact and humanized; `total` is the row of the whole design."""
    sizes = ", ".join(f"{symbol}={number:,}" for symbol, number in summary.shapes.sizes.items())
    at = f" for {sizes}" if sizes else ""
    lines = [("parameters", _exact(total.parameters)), ("trainable", _exact(trainable))]
    lines.append((f"FLOPs{at}", f"{_exact(total.flops)}; products and convolutions, a multiply-add is two"))
    memory = summary.memory
    if memory:
        kept = f"parameters and buffers {size(memory.parameters + memory.buffers)}"
        lines.append((f"inference{at}", f"{size(memory.inference_peak)} at the peak; {kept}"))
        lines.append((f"training{at}", f"{size(memory.training_peak)} at the peak, with {memory.optimizer}"))
    else:
        lines.append((f"memory{at}", f"unknown: {summary.note}"))
    return "\n".join(facts(lines))


def facts(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Lines of labels and what there is to say of each, one below the other."""
    width = max(columns(clean(label)) for label, _ in rows)
    return [f"{_padded(clean(label), width, False)}  {clean(text)}" for label, text in rows]


def noted(lines: Sequence[str], notes: Sequence[str]) -> list[str]:
    """The lines of a table, each row with its note: at its end where there is room, else on a line of its own."""
    width = columns(lines[1])
    noted = list(lines[:2])
    for row, note in zip(lines[2:], map(clean, notes), strict=True):
        if note and width + 2 + columns(note) <= _WIDTH:
            noted.append(f"{_padded(row, width, False)}  {note}")
        else:
            noted += [row, f"  {note}"] if note else [row]
    return noted


def _exact(number: int | None) -> str:
    if number is None:
        return "unknown"
    return f"{number:,}" if number < 1000 else f"{number:,} ({humanize(number)})"


def _cells(name: str, row: Row) -> tuple[str, ...]:
    count = humanize(row.parameters) if row.parameters != 0 else "–"
    return (
        f"{'  ' * row.level}{shorten(row.name if row.path else name, 40)}",
        shorten(row.kind, 40),
        describe(row.output),
        f"({count})" if row.shared else count,
        humanize(row.flops) if row.flops != 0 else "–",
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of aligned columns under a head and a rule; those in `right` end at one place."""
    cleaned = [[clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(columns, column)) for column in zip(*cleaned, strict=True)]
    lines = []
    for row in cleaned:
        cells = [_padded(cell, width, k in right) for k, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return [lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]]


def _padded(cell: str, width: int, right: bool) -> str:
    blank = " " * (width - columns(cell))
    return blank + cell if right else cell + blank


def plain_summary(rows: Sequence[Row], trainable: int | None, summary: SummaryReport) -> dict[str, object]:
    """The summary for JSON, with exact numbers; null is unknown."""
    return {
        "sizes": dict(summary.shapes.sizes),
        "parameters": rows[0].parameters if rows else None,
        "trainable": trainable,
        "flops": rows[0].flops if rows else None,
        "memory": asdict(summary.memory) if summary.memory else None,
        "rows": [
            {
                "path": row.path,
                "kind": row.kind,
                "output": plain_type(row.output),
                "parameters": row.parameters,
                "flops": row.flops,
                "shared": row.shared,
            }
            for row in rows
        ],
    }


def plain_type(value: ValueType | None) -> object:
    """A value's type for JSON: an object with shape and dtype, a list of them for a tuple, null where unknown."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return [plain_type(each) for each in value]
    return {"shape": list(value.dims), "dtype": value.dtype}
