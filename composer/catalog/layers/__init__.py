"""All layers of `torch.nn`, one file for each category, in the order of the palette."""

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
from composer.catalog.spec import LayerSpec

__all__ = ["LAYERS", "LEFT_OUT", "OPTIONS_LEFT_OUT"]

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
    """Each concrete layer followed by its lazy variant, which is made here unless a file declares it."""
    every: dict[str, LayerSpec] = {}
    for spec in specs:
        every[spec.kind] = spec
        if spec.lazy:
            every[spec.lazy] = lazy(spec)
    return every


LAYERS: dict[str, LayerSpec] = _with_lazy(_CONCRETE)
