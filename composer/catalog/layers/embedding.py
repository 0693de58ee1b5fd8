"""Tables of vectors, looked up by integers."""

from composer.catalog import formulas
from composer.catalog.options import Bool, Choice, Float, Int
from composer.catalog.spec import LayerSpec, inputs

_COUNT = Int("num_embeddings", low=1, help="Number of rows: one more than the largest integer.")
_WIDTH = Int("embedding_dim", low=1, help="Length of each vector.")
_PADDING = Int("padding_idx", default=None, optional=True, help="An integer whose row gets no gradient.")
_MAX_NORM = Float("max_norm", default=None, optional=True, low=0.0, help="Rows longer than this are shortened on use.")
_NORM_TYPE = Float("norm_type", default=2.0, infinite=True, help="The p of the norm that max_norm limits.")
_SCALE = Bool("scale_grad_by_freq", default=False, help="Divide a row's gradient by its count in the batch.")
_SPARSE = Bool("sparse", default=False, help="Give a sparse gradient, which not every optimizer takes.")

EMBEDDING = (
    LayerSpec(
        kind="Embedding",
        category="Embedding",
        positional=2,
        formula=formulas.LOOKUP,
        help="Replaces each integer, such as a token, by its own learned vector.",
        aliases=("token", "lookup", "vocabulary", "word", "positional", "sparse"),
        options=(_COUNT, _WIDTH, _PADDING, _MAX_NORM, _NORM_TYPE, _SCALE, _SPARSE),
    ),
    LayerSpec(
        kind="EmbeddingBag",
        category="Embedding",
        inputs=inputs("input offsets? per_sample_weights?"),
        positional=2,
        help="The sum, mean or maximum of the vectors of a bag of integers, without keeping the single ones.",
        aliases=("token", "bag of words", "lookup", "recommendation", "sparse"),
        options=(
            _COUNT,
            _WIDTH,
            _MAX_NORM,
            _NORM_TYPE,
            _SCALE,
            Choice("mode", default="mean", choices=("sum", "mean", "max"), help="How the vectors of a bag are joined."),
            _SPARSE,
            Bool("include_last_offset", default=False, help="The offsets also hold the end of the last bag."),
            _PADDING,
        ),
    ),
)
