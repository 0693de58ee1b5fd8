"""Layers that multiply by a weight matrix."""

from composer.catalog import formulas
from composer.catalog.layers.common import bias
from composer.catalog.options import Int, Measure
from composer.catalog.spec import LayerSpec, inputs

LINEAR = (
    LayerSpec(
        kind="Linear",
        category="Linear",
        lazy="LazyLinear",
        infers=("in_features",),
        positional=2,
        formula=formulas.LINEAR,
        help="Multiplies the last dimension by a weight matrix and adds a bias.",
        aliases=("dense", "fully connected", "fc", "affine", "projection", "head"),
        options=(
            Int(
                "in_features",
                low=1,
                measures=Measure(-1, "input features"),
                help="Size of the last dimension of the input.",
            ),
            Int("out_features", low=1, help="Size of the last dimension of the output."),
            bias(),
        ),
    ),
    LayerSpec(
        kind="Bilinear",
        category="Linear",
        inputs=inputs("input1 input2"),
        positional=3,
        formula="yₖ = x₁ᵀ·Wₖ·x₂ + bₖ",
        help="A weighted sum of all products of an entry of one input with an entry of the other, for each output.",
        aliases=("quadratic", "tensor product"),
        options=(
            Int(
                "in1_features",
                low=1,
                measures=Measure(-1, "features of the first input"),
                help="Size of the last dimension of the first input.",
            ),
            Int(
                "in2_features",
                low=1,
                measures=Measure(-1, "features of the second input", input=1),
                help="Size of the last dimension of the second input.",
            ),
            Int("out_features", low=1, help="Size of the last dimension of the output."),
            bias(),
        ),
    ),
    LayerSpec(
        kind="Identity",
        category="Linear",
        help="Passes its input on unchanged. Useful as a placeholder and as an explicit skip connection.",
        aliases=("skip", "no-op", "pass", "placeholder"),
    ),
)
