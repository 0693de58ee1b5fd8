"""Functions and constants of `torch`."""

from __future__ import annotations

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64",
    "complex128", "float", "double", "half", "long", "int", "short", "cfloat", "cdouble",
)  # fmt: skip

CONSTANTS = ("pi", "e", "inf", "nan")

LIMITS = ("finfo", "iinfo")
"""Of a type; read at once, as in `torch.finfo(x.dtype).min`."""
LIMIT_NUMBERS = frozenset({"min", "max", "eps", "tiny", "smallest_normal", "resolution", "bits"})

TORCH: dict[str, tuple[str, ...]] = {
    "Creating": (
        "tensor", "as_tensor", "scalar_tensor", "zeros", "zeros_like", "ones", "ones_like", "full", "full_like", "eye",
        "arange", "linspace", "logspace", "complex", "polar", "tril_indices", "triu_indices", "hann_window",
        "hamming_window", "blackman_window", "bartlett_window", "kaiser_window",
    ),
    "Random": (
        "rand", "rand_like", "randn", "randn_like", "randint", "randint_like", "randperm", "bernoulli", "multinomial",
        "normal", "poisson", "dropout", "alpha_dropout", "feature_dropout",
    ),
    "Joining and splitting": (
        "cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack", "chunk",
        "split", "tensor_split", "hsplit", "vsplit", "dsplit", "unbind", "block_diag", "meshgrid", "cartesian_prod",
        "combinations", "broadcast_tensors", "atleast_1d", "atleast_2d", "atleast_3d",
    ),
    "Shape": (
        "reshape", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "permute", "transpose", "t", "adjoint",
        "movedim", "moveaxis", "swapaxes", "swapdims", "broadcast_to", "tile", "roll", "flip",
        "fliplr", "flipud", "rot90", "diag", "diag_embed", "diagflat", "diagonal", "tril", "triu", "narrow", "numel",
        "is_tensor", "is_complex", "is_floating_point", "broadcast_shapes",
    ),
    "Selecting and indexing": (
        "where", "gather", "take", "take_along_dim", "select", "index_select", "masked_select", "nonzero", "argwhere",
        "scatter", "scatter_add", "scatter_reduce", "index_add", "index_copy", "index_fill", "index_reduce",
        "masked_fill", "masked_scatter", "select_scatter", "slice_scatter", "diagonal_scatter", "bucketize",
        "searchsorted", "isin",
    ),
    "Elementwise": (
        "abs", "absolute", "acos", "acosh", "add", "addcdiv", "addcmul", "angle", "arccos", "arcsin", "arctan",
        "arctan2", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_not", "bitwise_or",
        "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "ceil", "clamp", "clamp_max", "clamp_min", "clip",
        "conj", "copysign", "cos", "cosh", "deg2rad", "digamma", "div", "divide", "erf", "erfc", "erfinv", "exp",
        "exp2", "expm1", "fix", "float_power", "floor", "floor_divide", "fmax", "fmin", "fmod", "frac", "frexp", "gcd",
        "heaviside", "hypot", "i0", "imag", "lcm", "ldexp", "lerp", "lgamma", "log", "log10", "log1p", "log2",
        "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "maximum",
        "minimum", "mul", "multiply", "nan_to_num", "neg", "negative", "nextafter", "polygamma", "positive", "pow",
        "rad2deg", "real", "reciprocal", "remainder", "round", "rsqrt", "rsub", "sgn", "sigmoid", "sign", "signbit",
        "sin", "sinc", "sinh", "sqrt", "square", "sub", "subtract", "tan", "tanh", "true_divide", "trunc", "xlogy",
        "view_as_complex", "view_as_real", "relu", "prelu", "selu", "celu", "softmax", "log_softmax", "threshold",
    ),
    "Comparing": (
        "allclose", "eq", "equal", "ge", "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf", "isnan",
        "isneginf", "isposinf", "isreal", "le", "less", "less_equal", "lt", "ne", "not_equal",
    ),
    "Reducing and sorting": (
        "all", "any", "amax", "amin", "aminmax", "argmax", "argmin", "argsort", "bincount", "count_nonzero",
        "cummax", "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "diff", "dist", "gradient", "histc",
        "kthvalue", "logcumsumexp", "logsumexp", "max", "mean", "median", "min", "mode", "msort", "nanmean",
        "nanmedian", "nanquantile", "nansum", "norm", "prod", "quantile", "renorm", "sort", "std", "std_mean", "sum",
        "topk", "trapezoid", "trapz", "unique", "unique_consecutive", "var", "var_mean",
    ),
    "Products": (
        "einsum", "matmul", "mm", "bmm", "mv", "dot", "vdot", "inner", "outer", "ger", "addmm", "addmv", "addr",
        "baddbmm", "addbmm", "chain_matmul", "matrix_power", "matrix_exp", "tensordot", "kron", "cross", "cdist",
        "bilinear", "cov", "corrcoef", "trace", "det", "logdet", "slogdet", "inverse", "pinverse", "vander",
        "cosine_similarity", "pairwise_distance",
    ),
    "Layers": (
        "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "layer_norm",
        "group_norm", "rms_norm", "embedding", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "stft",
        "clone", "detach",
    ),
}  # fmt: skip

FFT = (
    "fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn", "hfft",
    "ihfft", "fftfreq", "rfftfreq", "fftshift", "ifftshift",
)  # fmt: skip
LINALG = (
    "norm", "vector_norm", "matrix_norm", "det", "slogdet", "inv", "pinv", "solve", "cholesky", "qr", "svd",
    "svdvals", "eigh", "eigvalsh", "matrix_power", "matrix_exp", "matrix_rank", "multi_dot", "cross",
    "cond", "diagonal", "vecdot", "vander",
)  # fmt: skip
SPECIAL = (
    "bessel_j0", "bessel_j1", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1",
    "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln",
    "ndtr", "ndtri", "polygamma", "psi", "sinc", "softmax", "xlog1py", "xlogy", "zeta",
)  # fmt: skip
PARTS: dict[str, frozenset[str]] = {
    "fft": frozenset(FFT), "linalg": frozenset(LINALG), "special": frozenset(SPECIAL)
}  # fmt: skip
"""Modules within torch, as in `torch.fft.rfft`."""

TORCH_FUNCTIONS = frozenset(name for names in TORCH.values() for name in names)
