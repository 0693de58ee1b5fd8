"""Ops that multiply tensors with each other."""

from composer.catalog import formulas
from composer.catalog.options import Bool, Float, Str
from composer.catalog.spec import OpSpec, inputs

PRODUCTS = (
    OpSpec(
        kind="MatMul",
        category="Product",
        inputs=inputs("input other"),
        call="{0} @ {1}",
        operator=True,
        help="The matrix product of the last two dimensions; the others count as batch.",
        aliases=("@", "matrix", "dot", "bmm", "matmul"),
    ),
    OpSpec(
        kind="Einsum",
        category="Product",
        variadic=True,
        call="torch.einsum({equation}, {inputs})",
        help="Sums of products, written with a letter for each dimension.",
        aliases=("einstein", "contraction", "tensor product"),
        options=(Str("equation", help="For example “bij,bjk->bik”, the product of matrices."),),
    ),
    OpSpec(
        kind="ScaledDotProductAttention",
        category="Product",
        inputs=inputs("query key value attn_mask=?"),
        call="F.scaled_dot_product_attention",
        formula=formulas.ATTENTION,
        help="Each query gathers the values whose keys match it; heads are a batch dimension.",
        aliases=("attention", "sdpa", "self-attention", "transformer", "flash"),
        options=(
            Float(
                "dropout_p",
                default=0.0,
                low=0.0,
                high=1.0,
                training_only=True,
                help="Dropout of attention weights while training.",
            ),
            Bool("is_causal", default=False, help="Let each position see only itself and those before it."),
            Float("scale", default=None, optional=True, help="Factor of the products; none: 1/√features."),
            Bool("enable_gqa", default=False, help="Let several query heads share one key and value head."),
        ),
    ),
)
