"""What a backward pass can begin from: losses of the catalog that need only an output, and two plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from composer.reports import TensorType, ValueType

Needs = Literal["classes", "values", "anything"]


@dataclass(frozen=True, slots=True)
class Objective:
    """`needs`: scores N×C for a class of each sample, a first output of real numbers, or anything at all."""

    name: str
    needs: Needs


OBJECTIVES = (
    Objective("CrossEntropyLoss", "classes"),
    Objective("NLLLoss", "classes"),
    Objective("MultiMarginLoss", "classes"),
    Objective("MSELoss", "values"),
    Objective("L1Loss", "values"),
    Objective("SmoothL1Loss", "values"),
    Objective("HuberLoss", "values"),
    Objective("sum", "anything"),
    Objective("squares", "anything"),
)
"""`sum` adds up all outputs; `squares` is the mean of their squares."""

BY_NAME = {each.name: each for each in OBJECTIVES}


def fitting(output: ValueType | None) -> tuple[str, ...]:
    """The objectives that an output of this type can be given to; where it is not known, those that take anything."""
    first = first_tensor(output)
    real = isinstance(first, TensorType) and first.dtype.startswith(("float", "bfloat"))
    able: set[Needs] = {"anything"}
    if real:
        able.add("values")
    if real and isinstance(first, TensorType) and len(first.dims) == 2 and first.dims[1] != 1:
        able.add("classes")
    return tuple(each.name for each in OBJECTIVES if each.needs in able)


def first_tensor(value: ValueType | None) -> TensorType | None:
    """The first tensor of an output."""
    if isinstance(value, tuple):
        return next((found for each in value if (found := first_tensor(each))), None)
    return value
