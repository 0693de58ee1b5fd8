"""What became of an export, and of a load before it, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from composer.checkpoint_reports import LoadedTensor, LoadReport
from composer.export_reports import ExportReport
from composer.views.numbers import tensors
from composer.views.wording import clean

_NOTES = 6


def load_lines(report: LoadReport, name: str) -> Iterator[str]:
    """What was loaded from the file `name`, what is worth knowing of it, and what keeps its initial values."""
    kept = [each for each in report.kept if each.rpartition(".")[2] != "num_batches_tracked"]
    yield clean(f"Loaded {tensors(len(report.loaded))} from {name}.")
    odd = [each for each in report.loaded if _odd(each)]
    yield from (clean(f"  {each.name}: {_odd(each)}") for each in odd[:_NOTES])
    if len(odd) > _NOTES:
        yield f"  and {len(odd) - _NOTES:,} more"
    if kept:
        more = " …" if len(kept) > _NOTES else ""
        keep = "keeps its" if len(kept) == 1 else "keep their"
        yield clean(f"  {tensors(len(kept))} {keep} initial values: {', '.join(kept[:_NOTES])}{more}")


def plain_load(report: LoadReport, name: str) -> dict[str, object]:
    """The load for JSON."""
    return {"file": name, "loaded": [each.name for each in report.loaded], "kept": list(report.kept)}


def _odd(each: LoadedTensor) -> str:
    counts = ((each.nan, "NaN"), (each.inf, "infinite"))
    return ", ".join(filter(None, (each.note, *(f"{count:,} {what}" for count, what in counts if count))))


def export_lines(report: ExportReport) -> Iterator[str]:
    """What was verified: runs beside the model, and which sizes the file takes."""
    if report.checked:
        worst = max(report.checked, key=lambda each: each.difference)
        said = "outputs equal to the bit"
        if worst.difference:
            said = f"outputs differ by at most {worst.difference:.2g}, where the largest is {worst.scale:.3g}"
        count = len(report.checked)
        yield f"Ran {'once' if count == 1 else f'{count} times'} beside the model: {said}."
    if report.free:
        yield clean(f"Sizes that stay open: {', '.join(report.free)}.")
    for symbol, number in report.fixed:
        yield clean(f"{symbol} is fixed at {number} in it: the model's code decides by that size.")
    yield from map(clean, report.notes)
