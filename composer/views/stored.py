"""What a file of tensors holds, as text for a terminal and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from composer.checkpoint_reports import FileReport, Part, StoredTensor
from composer.design.text import loads
from composer.export_reports import BundleReport
from composer.matching.match import sizes
from composer.views.held import numbers
from composer.views.numbers import plain, size, tensors
from composer.views.tables import facts, noted, table
from composer.views.wording import shorten

_VALUES, _WIDTH = 20, 60  # other values that are printed, and characters of each


def file_lines(report: FileReport, part: Part | None) -> Iterator[str]:
    """Its facts, and the tensors of `part` in a table."""
    rows = [("format", report.format), ("size", f"{size(report.nbytes)} ({report.nbytes:,} bytes)")]
    rows += [("part", _part(each)) for each in report.parts]
    others = [*report.values, *sorted((key, text) for key, text in report.metadata.items() if key != "format")]
    rows += [("also", f"{name} = {shorten(text, _WIDTH)}") for name, text in others[:_VALUES]]
    if len(others) > _VALUES:
        rows.append(("also", f"{len(others) - _VALUES:,} more; --json has all"))
    yield from facts(rows)
    yield ""
    if part is None:
        yield "There is no tensor in it."
        return
    if len(report.parts) > 1:
        yield f"{_part(part)}:"
    yield from _tensor_lines(part.tensors)


def _part(part: Part) -> str:
    return f"{part.path or 'the whole file'}: {part.sort}, {tensors(len(part.tensors))}"


def _tensor_lines(rows: Sequence[StoredTensor]) -> Iterator[str]:
    cells = []
    for each in rows:
        found = each.statistics
        mean, std = (found.mean, found.std) if found else (None, None)
        cells.append((each.name, sizes(each.shape), each.dtype, _number(mean), _number(std)))
    lines = table(("tensor", "shape", "dtype", "mean", "std"), cells, right=(3, 4))
    yield from noted(lines, [_notes(each) for each in rows])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _notes(tensor: StoredTensor) -> str:
    """What is odd about a tensor: its values are another's, or not all of them are finite numbers."""
    notes = [f"tied: the same values as {tensor.of}"] if tensor.of else []
    found = tensor.statistics
    if found and found.finite < found.count:
        infinite = found.plus_inf + found.minus_inf
        odd = [f"{found.nan:,} NaN"] * bool(found.nan) + [f"{infinite:,} infinite"] * bool(infinite)
        notes.append(f"{' and '.join(odd)} of {found.count:,} values")
    return "; ".join(notes)


def bundle_lines(report: BundleReport) -> Iterator[str]:
    """What a bundle holds besides its weights."""
    rows = [
        ("design", loads(report.text).name),
        ("saved by", f"Block Composer {report.composer} with torch {report.torch}"),
    ]
    if report.waiting:
        rows.append(("without sizes", ", ".join(report.waiting)))
    rows.append(("a run", "is in it, which can be repeated" if report.trial else "is not in it"))
    yield from facts(rows)


def plain_file(report: FileReport, parts: Sequence[Part]) -> dict[str, object]:
    """The report for JSON, with the tensors of `parts`; null is unknown."""
    return {
        "format": report.format,
        "bytes": report.nbytes,
        "parts": [
            {"path": each.path, "sort": each.sort, "tensors": [_plain_tensor(tensor) for tensor in each.tensors]}
            for each in parts
        ],
        "values": dict(report.values),
        "metadata": dict(report.metadata),
    }


def _plain_tensor(tensor: StoredTensor) -> dict[str, object]:
    found = {name: plain(value) for name, value in numbers(tensor.statistics).items()}
    facts = {"name": tensor.name, "shape": list(tensor.shape), "dtype": tensor.dtype, "bytes": tensor.nbytes}
    return {**facts, "tied_to": tensor.of or None, **found}


def plain_bundle(report: BundleReport) -> dict[str, object]:
    """What a bundle holds besides its weights, for JSON."""
    wrote = {"composer": report.composer, "torch": report.torch}
    return {"design": loads(report.text).name, **wrote, "waiting": list(report.waiting), "trial": report.trial}
