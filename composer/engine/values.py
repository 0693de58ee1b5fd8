"""Changes of a live model's values, each with a way back: the values that were there before."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.engine.held import named_tensors
from composer.engine.live import tensors_of
from composer.engine.preview import dtype_name
from composer.errors import DesignError, Problem
from composer.indices import Index, parse
from composer.tensor_reports import Number

How = Literal["set", "add"]
Copy = Callable[[Tensor, Tensor], object]
Recall = Callable[[], Mapping[str, Tensor]]
"""Gives values that are not kept once more, by name."""

STEPS = 100
BYTES = 256 * 2**20
"""As much as the values before all changes that can be taken back may take, unless a history is given another limit."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a step did at `index` of the tensor of these `names`.

    `other` holds the values of the other side; None where they can be recalled.
    """

    names: tuple[str, ...]
    index: tuple[Index, ...]
    other: Tensor | None


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    parts: tuple[_Part, ...]
    recall: Recall | None = None

    @property
    def nbytes(self) -> int:
        return sum(each.other.nbytes for each in self.parts if each.other is not None)


class Changes:
    """The history of changes to the values of one live model.

    A step is forgotten when its tensor is no longer what the step left: another shape, dtype or tie, or values that
    something else has changed. So is the oldest when they are too many or too large: together more than `nbytes`. What
    is kept is on the CPU, so that it goes with a model to any device.
    """

    def __init__(self, nbytes: int = 0) -> None:
        self._nbytes = nbytes
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._versions: dict[str, int] = {}
        self._groups: dict[str, tuple[str, ...]] = {}

    @property
    def limit(self) -> int:
        """How many bytes the values before all changes may take together."""
        return self._nbytes or BYTES

    @property
    def undo_name(self) -> str:
        """What `undo` would take back; "" for nothing."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_name(self) -> str:
        """What `redo` would do again; "" for nothing."""
        return self._undone[-1].label if self._undone else ""

    def change(self, model: nn.Module, name: str, where: str, how: How, number: Number) -> None:
        """Set the values at `where` in the tensor `name` to `number`, or add it to them. Gradients stay.

        Raises:
            DesignError: where there are no such values, or they cannot be that number.
        """
        self.follow(model)
        tensor = values_of(model, name)
        index = parse(where, tensor.shape, name)
        with torch.no_grad():
            before = tensor[index].clone()
            after = _after(before, name, how, number)
            tensor[index] = after
        self._add(named_tensors(model), _label(name, where, how, number), {name: (index, before.cpu())})

    def replace(
        self,
        model: nn.Module,
        values: Mapping[str, Tensor],
        label: str,
        copy: Copy = Tensor.copy_,
        recall: Recall | None = None,
    ) -> None:
        """Give saved tensors of `model` other values of the same shape, as one step. Gradients stay.

        `copy` gives the tensor that is its first argument the values of its second. `recall` gives the values of now
        again whenever it is called: then none of them are kept. Without it, what is too large to be kept for the way
        back cannot be undone, and nothing before it either. Where a copy fails, all values but such are put back.
        """
        self.follow(model)
        tensors = named_tensors(model)
        kept = recall is not None or sum(tensors[name].nbytes for name in values) <= self.limit
        whole: tuple[Index, ...] = ()
        before = {
            name: (whole, None if recall else tensors[name].detach().to("cpu", copy=True))
            for name in (values if kept else ())
        }
        try:
            with torch.no_grad():
                for name, value in values.items():
                    copy(tensors[name], value)
        except BaseException:
            recalled = recall() if recall else {}
            with torch.no_grad():
                for name, (_, old) in before.items():
                    tensors[name].copy_(recalled[name] if old is None else old)
            self._note_versions(tensors)
            raise
        self._add(tensors, label, before, recall)

    def _add(
        self,
        tensors: Mapping[str, Tensor],
        label: str,
        before: Mapping[str, tuple[tuple[Index, ...], Tensor | None]],
        recall: Recall | None = None,
    ) -> None:
        """Keep a step that was just done, with the values that were there."""
        self._undone.clear()
        if not before:
            self._done.clear()
        else:
            parts = tuple(_Part(self._groups[name], index, other) for name, (index, other) in before.items())
            self._done.append(_Step(label, parts, recall))
        while len(self._done) > STEPS or sum(each.nbytes for each in self._done) > self.limit:
            self._done.popleft()
        self._note_versions(tensors)

    def undo(self, model: nn.Module) -> None:
        """Put back the values before the last change; nothing where there is none."""
        self.follow(model)
        if self._done:
            self._swap(model, self._done.pop(), self._undone)

    def redo(self, model: nn.Module) -> None:
        """Do again what was undone last; nothing where there is nothing."""
        self.follow(model)
        if self._undone:
            self._swap(model, self._undone.pop(), self._done)

    def _swap(self, model: nn.Module, step: _Step, onto: MutableSequence[_Step]) -> None:
        """Put the other side's values in place, and what was there `onto` the steps back, unless it is too large."""
        tensors, parts = named_tensors(model), []
        recalled = step.recall() if step.recall else {}
        size = sum(tensors[part.names[0]][part.index].nbytes for part in step.parts)
        with torch.no_grad():
            for part in step.parts:
                tensor = tensors[part.names[0]]
                if size <= self.limit:
                    parts.append(_Part(part.names, part.index, tensor[part.index].to("cpu", copy=True)))
                other = recalled[part.names[0]] if part.other is None else part.other
                tensor[part.index] = other.to(tensor.device)
        if parts:
            onto.append(_Step(step.label, tuple(parts)))
        self._note_versions(tensors)

    def follow(self, model: nn.Module) -> None:
        """Forget the steps of tensors whose values something else has changed."""
        tensors = named_tensors(model)
        self._keep({name for name, each in tensors.items() if self._versions.get(name) == each._version})
        self._note_versions(tensors)
        self._groups = _groups(model)

    def rebuilt(self, model: nn.Module, kept: tuple[str, ...]) -> None:
        """Go on with `model`, built anew: of its tensors those named `kept` have the values of before."""
        groups = _groups(model)
        same = {name for name, group in groups.items() if self._groups.get(name) == group and group[0] in kept}
        self._keep(same)
        self._note_versions(named_tensors(model))
        self._groups = groups

    def _keep(self, names: set[str]) -> None:
        def is_kept(step: _Step) -> bool:
            return all(each.names[0] in names for each in step.parts)

        self._done = deque(filter(is_kept, self._done))
        self._undone = list(filter(is_kept, self._undone))

    def _note_versions(self, tensors: Mapping[str, Tensor]) -> None:
        self._versions = {name: each._version for name, each in tensors.items()}


def values_of(model: nn.Module, name: str) -> Tensor:
    """The saved parameter or buffer `name`, which has values.

    Raises:
        DesignError: where there is none, or it has no values yet, or is a constant of the design.
    """
    tensor = tensor_at(model, name)
    if name not in model.state_dict(keep_vars=True):
        raise DesignError(Problem(name, "bad-value", "a parameter or buffer", "a constant, which the design says"))
    return tensor


def tensor_at(model: nn.Module, name: str) -> Tensor:
    """The parameter or buffer `name`.

    Raises:
        DesignError: where there is none, or it has no values yet.
    """
    tensor = named_tensors(model).get(name)
    if tensor is None:
        raise DesignError(Problem(name, "no-tensor", "a parameter or buffer of the live model", "none of that name"))
    if is_lazy(tensor):
        raise DesignError(Problem(name, "no-tensor", "a tensor that has values", "one that is uninitialized"))
    return tensor


def _after(before: Tensor, name: str, how: How, number: Number) -> Tensor:
    """The values after a change, in the tensor's own dtype."""
    dtype = before.dtype
    whole = not (dtype.is_floating_point or dtype.is_complex)
    fits = not isinstance(number, complex) or dtype.is_complex
    if fits and whole:
        fits = not isinstance(number, complex) and math.isfinite(number) and number == int(number)
    if fits and dtype == torch.bool:
        fits = how == "set" and number in (0, 1)
    elif fits and whole and not isinstance(number, complex):
        limits = torch.iinfo(dtype)
        ends = [each.item() for each in before.aminmax()] if how == "add" and before.numel() else [0]
        fits = all(limits.min <= end + int(number) <= limits.max for end in ends)
        number = int(number)
    elif fits and not isinstance(number, complex) and math.isfinite(number):
        fits = math.isfinite(torch.tensor(number, dtype=dtype).abs().item())
    if not fits:
        raise DesignError(Problem(name, "bad-value", f"a number that {dtype_name(dtype)} can hold", str(number)))
    return before + number if how == "add" else torch.full_like(before, number)


def _label(name: str, where: str, how: How, number: Number) -> str:
    place = f"{name}{where.strip()}"
    text = f"{number:g}" if isinstance(number, float) else str(number)
    return f"add {text} to {place}" if how == "add" else f"set {place} to {text}"


def _groups(model: nn.Module) -> dict[str, tuple[str, ...]]:
    """For each name all names of its tensor, with shape and dtype, so that equal groups are the same place."""
    groups: dict[str, list[str]] = {}
    rows = tensors_of(model)
    for each in rows:
        groups.setdefault(each.owner or each.name, []).append(each.name)
    facts = {each.name: f"{each.shape} {each.dtype}" for each in rows}
    return {name: (*names, facts[names[0]]) for names in groups.values() for name in names}
