"""Layers that compare two inputs."""

from composer.catalog.layers.common import eps
from composer.catalog.options import Bool, Float, Int
from composer.catalog.spec import LayerSpec, inputs

DISTANCE = (
    LayerSpec(
        kind="CosineSimilarity",
        category="Distance",
        inputs=inputs("x1 x2"),
        positional=0,
        formula="y = x₁·x₂ / (max(‖x₁‖, eps)·max(‖x₂‖, eps))",
        help="The cosine of the angle between two vectors: 1 for the same direction, -1 for the opposite one.",
        aliases=("angle", "similarity", "compare"),
        options=(Int("dim", default=1, help="The dimension that holds the vectors."), eps(1e-8)),
    ),
    LayerSpec(
        kind="PairwiseDistance",
        category="Distance",
        inputs=inputs("x1 x2"),
        positional=0,
        formula="y = ‖x₁ − x₂ + eps‖ₚ",
        help="The distance between the vectors of two inputs, row by row.",
        aliases=("norm", "euclidean", "compare"),
        options=(
            Float("p", default=2.0, infinite=True, help="The p of the norm; 2 is the usual distance."),
            eps(1e-6, "Small number added to the differences."),
            Bool("keepdim", default=False, help="Keep the last dimension, with size 1."),
        ),
    ),
)
