"""The types of options: what a value may be, and how it is written in Python.

One declaration serves the form, the check, the code and the documentation. Sizes may also be integer
expressions (`"=2*channels"`); all other values are literals.
"""

from composer.catalog.options.base import REQUIRED, Option, Value, literal, quote
from composer.catalog.options.reals import Float, FloatList, FloatOrTuple, FloatTuple, Number
from composer.catalog.options.sizes import Dims, Index, Int, IntList, IntOrTuple, Measure
from composer.catalog.options.tensors import TensorExpression
from composer.catalog.options.words import DTYPES, Bool, Choice, DType, Str

__all__ = [
    "DTYPES", "REQUIRED", "Bool", "Choice", "DType", "Dims", "Float", "FloatList", "FloatOrTuple", "FloatTuple",
    "Index", "Int", "IntList", "IntOrTuple", "Measure", "Number", "Option", "Str", "TensorExpression", "Value",
    "literal", "quote",
]  # fmt: skip
