"""Layers that drop values while training, and pass everything on otherwise."""

from composer.catalog import formulas
from composer.catalog.layers.common import inplace, probability
from composer.catalog.spec import LayerSpec


def _dropout(kind: str, help: str, rate: str, *aliases: str, formula: str = formulas.DROPOUT) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Dropout",
        formula=formula,
        help=help,
        aliases=("regularization", "noise", *aliases),
        options=(probability(rate), inplace()),
    )


_VALUE = "Probability that a value is dropped."
_CHANNEL = "Probability that a channel is dropped."

DROPOUT = (
    _dropout("Dropout", "Sets random values to zero while training, and scales up the others.", _VALUE),
    _dropout("Dropout1d", "Drops whole channels of sequences (N×C×L) while training.", _CHANNEL, "spatial"),
    _dropout("Dropout2d", "Drops whole channels of images (N×C×H×W) while training.", _CHANNEL, "spatial"),
    _dropout("Dropout3d", "Drops whole channels of volumes (N×C×D×H×W) while training.", _CHANNEL, "spatial"),
    _dropout("AlphaDropout", "Dropout that keeps mean and variance; belongs with SELU.", _VALUE, "selu", formula=""),
    _dropout("FeatureAlphaDropout", "AlphaDropout of whole channels.", _CHANNEL, "selu", "spatial", formula=""),
)
