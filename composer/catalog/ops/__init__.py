"""All ops, one file for each idea, in the order of the palette."""

from composer.catalog.ops.arithmetic import ARITHMETIC, COMPARISON
from composer.catalog.ops.functions import FUNCTIONS
from composer.catalog.ops.indexing import INDEXING
from composer.catalog.ops.joining import JOINING
from composer.catalog.ops.products import PRODUCTS
from composer.catalog.ops.reductions import REDUCTIONS
from composer.catalog.ops.reshaping import RESHAPING
from composer.catalog.ops.spectral import SPECTRAL
from composer.catalog.ops.tensors import TENSORS
from composer.catalog.ops.weighted import WEIGHTED
from composer.catalog.spec import OpSpec

__all__ = ["OPS"]

_ALL = (
    *ARITHMETIC,
    *JOINING,
    *RESHAPING,
    *INDEXING,
    *PRODUCTS,
    *WEIGHTED,
    *REDUCTIONS,
    *FUNCTIONS,
    *COMPARISON,
    *SPECTRAL,
    *TENSORS,
)

OPS: dict[str, OpSpec] = {spec.kind: spec for spec in _ALL}
