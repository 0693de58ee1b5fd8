"""Rename rules offered where names differ, each with its evidence. They are for a person to judge, never applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from composer.checkpoint_reports import Part, StoredTensor
from composer.matching.match import match
from composer.matching.pairing import Paired, pair_layers
from composer.matching.rename import Rename, rename
from composer.matching.rules import rules_for
from composer.matching.structure import Shape, layers_of
from composer.reports import TensorReport

_WRAPPERS = Rename("regex", r"(^|\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.", r"\1")
"""Names that wrappers of torch put into paths: `torch.compile`, FSDP, activation checkpointing."""

_DEPTH = 3  # parts of a prefix, at most


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Rules with which `loads` of the `names` of a model find values in the file that fit. `evidence` says why."""

    renames: tuple[Rename, ...]
    evidence: str
    loads: int
    names: int


def suggest(model: Sequence[TensorReport], part: Part) -> tuple[Suggestion, ...]:
    """Suggestions, of which each makes more fit than the names do as they are; the one that makes most comes first.

    Another beginning of all names is looked for, and layers of the same shapes in the same order. Nothing is
    suggested that less than half of the smaller side supports, or whose order says nothing.
    """
    saved = [each for each in model if each.saved]
    least = max(len(_fitting(saved, part, ())) + 1, min(len(saved), len(part.tensors)) / 2)
    found = [each for each in (_beginning(saved, part), _pairs(saved, part)) if each and each.loads >= least]
    found.sort(key=lambda each: -each.loads)
    return tuple(found[:1] if found and found[0].loads == found[-1].loads else found)


def _fitting(saved: Sequence[TensorReport], part: Part, renames: Sequence[Rename]) -> list[str]:
    """The names of the model for which the file has values that fit, or which are the same parameter as one of them."""
    rows = match(saved, part, renames).rows
    return [row.name for row in rows if row.loads or (row.state == "tied" and row.note)]


def _beginning(saved: Sequence[TensorReport], part: Part) -> Suggestion | None:
    """Another beginning of the names, or names of wrappers taken out of them."""
    shapes = {each.name: each.shape for each in saved}
    stored = {each.name: each.shape for each in part.tensors}
    best: tuple[int, Sequence[Rename]] = 0, ()
    for rules in _candidates(shapes, stored):
        count = _count(shapes, stored, rules)
        if count > best[0]:
            best = count, rules
    if not best[1]:
        return None
    loads = len(_fitting(saved, part, best[1]))
    told = " and ".join(_told(rule) for rule in best[1])
    return Suggestion(tuple(best[1]), f"{loads} of {len(saved)} names fit with {told}", loads, len(saved))


def _told(rule: Rename) -> str:
    if rule is _WRAPPERS:
        return "the names of wrappers taken out"
    if not rule.new:
        return f"{rule.old!r} taken away"
    return f"{rule.old!r} exchanged for {rule.new!r}" if rule.old else f"{rule.new!r} put before"


def _candidates(shapes: Iterable[str], stored: Iterable[str]) -> list[list[Rename]]:
    plain = rename(stored, [_WRAPPERS]).names
    first = [_WRAPPERS] if any(each.name != key for key, each in plain.items()) else []
    ours, theirs = _prefixes(shapes), _prefixes(each.name for each in plain.values())
    changes = [(old, new) for old in ("", *theirs) for new in ("", *ours) if old != new]
    return [first, *([*first, Rename("prefix", old, new)] for old, new in changes)]


def _prefixes(names: Iterable[str]) -> list[str]:
    """The beginnings that at least half of the names have, up to some depth."""
    found: Counter[str] = Counter()
    total = 0
    for name in names:
        total += 1
        parts = name.split(".")[:-1][:_DEPTH]
        found.update(".".join(parts[:end]) + "." for end in range(1, len(parts) + 1))
    return [prefix for prefix, count in found.items() if 2 * count >= total]


def _count(shapes: Mapping[str, Shape | None], stored: Mapping[str, Shape], rules: Sequence[Rename]) -> int:
    """How many tensors of the file fit under the names that the rules give them."""
    names = rename(stored, rules).names
    return sum((name := names[key].name) in shapes and shapes[name] in (None, shape) for key, shape in stored.items())


def _pairs(saved: Sequence[TensorReport], part: Part) -> Suggestion | None:
    """Layers paired by their shapes and their order."""
    own = [each for each in part.tensors if not each.of]
    file = layers_of((each.name, each.shape) for each in own)
    model = layers_of((each.name, each.shape) for each in saved if each.shape is not None and not each.owner)
    pairs = pair_layers(file, model)
    keys = [each.name for each in own]
    alphabetical = keys == sorted(keys) and len(keys) > 2
    doubtful = [pair for pair in pairs if pair.how == "order"]
    if not pairs or (alphabetical and 2 * len(doubtful) > len(pairs)):
        return None
    renames = _fewest(saved, part, pairs, own)
    loads = len(_fitting(saved, part, renames))
    return Suggestion(renames, _evidence(pairs, loads, len(saved), alphabetical), loads, len(saved))


def _fewest(
    saved: Sequence[TensorReport], part: Part, pairs: Sequence[Paired], own: Sequence[StoredTensor]
) -> tuple[Rename, ...]:
    """Rules for roles where they make as much fit as a rule for each key does, which meets nothing else."""
    single = tuple(
        Rename("pair", each.file.key(slot), each.model.key(slot), each.turned)
        for each in pairs
        for slot, _ in each.file.slots
    )
    few = rules_for(pairs, [each.name for each in own])
    return few if set(_fitting(saved, part, few)) >= set(_fitting(saved, part, single)) else single


def _evidence(pairs: Sequence[Paired], loads: int, names: int, alphabetical: bool) -> str:
    told = [f"{loads} of {names} names fit: layers of the same shapes, in blocks of the same numbers"]
    doubtful = sum(pair.how == "order" for pair in pairs)
    if doubtful:
        order = "their order alone, which is alphabetical in this file" if alphabetical else "their order alone"
        told.append(f"{doubtful} of {len(pairs)} layers have several candidates and are told apart by {order}")
    named = sum(pair.how == "name" and pair.file.path != pair.model.path for pair in pairs)
    if named:
        told.append(f"{named} have several and are told apart by the end of their names")
    if turned := sum(pair.turned for pair in pairs):
        told.append(f"{turned} are stored transposed")
    return "; ".join(told)
