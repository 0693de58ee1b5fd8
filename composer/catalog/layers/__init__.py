"""All layers of `torch.nn`, one file for each category, in the order of the palette."""

from collections.abc import Mapping

from composer.catalog.layers.activation import ACTIVATION
from composer.catalog.layers.common import lazy
from composer.catalog.layers.convolution import CONVOLUTION
from composer.catalog.layers.distance import DISTANCE
from composer.catalog.layers.dropout import DROPOUT
from composer.catalog.layers.embedding import EMBEDDING
from composer.catalog.layers.left_out import LEFT_OUT, OPTIONS_LEFT_OUT
from composer.catalog.layers.linear import LINEAR
from composer.catalog.layers.loss import LOSS
from composer.catalog.layers.normalization import NORMALIZATION
from composer.catalog.layers.padding import PADDING
from composer.catalog.layers.pooling import POOLING
from composer.catalog.layers.recurrent import RECURRENT
from composer.catalog.layers.shape import SHAPE
from composer.catalog.layers.transformer import TRANSFORMER
from composer.catalog.options import Value
from composer.catalog.spec import LayerSpec

__all__ = ["LAYERS", "LEFT_OUT", "OPTIONS_LEFT_OUT", "concrete_options"]

_CONCRETE: tuple[LayerSpec, ...] = (
    *LINEAR,
    *CONVOLUTION,
    *POOLING,
    *ACTIVATION,
    *NORMALIZATION,
    *DROPOUT,
    *EMBEDDING,
    *RECURRENT,
    *TRANSFORMER,
    *SHAPE,
    *PADDING,
    *DISTANCE,
    *LOSS,
)


def _with_lazy(specs: tuple[LayerSpec, ...]) -> dict[str, LayerSpec]:
    """Each concrete layer followed by its lazy variant, which is made here unless `specs` declares it further on."""
    every: dict[str, LayerSpec] = {}
    for spec in specs:
        every[spec.kind] = spec
        if spec.lazy:
            every[spec.lazy] = lazy(spec)
    return every


LAYERS: dict[str, LayerSpec] = _with_lazy(_CONCRETE)


def concrete_options(spec: LayerSpec, options: Mapping[str, Value], inferred: Mapping[str, Value]) -> dict[str, Value]:
    """The options with which `spec.concrete` is the layer that the lazy `spec` becomes.

    Where the two have different defaults (lazy instance norms learn a scale, the others don't), it is written out.
    """
    concrete = LAYERS[spec.concrete]
    given = {**options, **inferred}
    for option in spec.options:
        if option.default != concrete.by_name[option.name].default:
            given.setdefault(option.name, option.default)
    return {option.name: given[option.name] for option in concrete.options if option.name in given}
