"""What is read of a tensor, and its methods; also those of a list, and the fields of torch's named results."""

from __future__ import annotations

from composer.codegen.gate.vocabulary.functions import TORCH

PROPERTIES: dict[str, tuple[str, ...]] = {
    "Of a tensor": ("shape", "ndim", "device", "T", "mT", "H", "mH", "real", "imag"),
    "Of a result with fields": (
        "values", "indices", "Q", "R", "U", "S", "Vh", "L", "eigenvalues", "eigenvectors", "logabsdet", "mantissa",
        "exponent",
    ),
}  # fmt: skip
PROPERTY_NAMES = frozenset(name for names in PROPERTIES.values() for name in names)

TYPES = frozenset({"dtype"})
"""Read of a tensor as an argument or to be compared, and no value otherwise."""

_FUNCTIONS_ALONE = {"is_tensor", "broadcast_shapes", "numel", "is_complex", "is_floating_point"}
METHODS: dict[str, tuple[str, ...]] = {
    "Size and values": (
        "size", "dim", "numel", "nelement", "item", "tolist", "is_complex", "is_floating_point", "is_contiguous",
        "element_size",
    ),
    "Type and place": (
        "to", "type_as", "float", "double", "half", "bfloat16", "int", "long", "short", "bool", "cfloat", "cdouble",
        "cpu", "contiguous", "clone", "detach",
    ),
    "Shape": (
        "view", "view_as", "reshape_as", "expand", "expand_as", "repeat", "unfold", "sum_to_size",
        *(name for name in TORCH["Shape"] if name not in _FUNCTIONS_ALONE),
    ),
    "Joining and splitting": ("chunk", "split", "tensor_split", "hsplit", "vsplit", "dsplit", "unbind"),
    "New ones of the same type": ("new_zeros", "new_ones", "new_full", "new_tensor"),
    "Selecting and indexing": (
        *(name for name in TORCH["Selecting and indexing"] if name not in ("bucketize", "searchsorted", "isin")),
        "index_put",
    ),
    "Elementwise": tuple(
        name
        for name in TORCH["Elementwise"]
        if name not in ("rsub", "real", "imag", "view_as_complex", "view_as_real", "selu", "celu", "threshold")
    ),
    "Comparing": TORCH["Comparing"],
    "Reducing and sorting": tuple(
        name
        for name in TORCH["Reducing and sorting"]
        if name not in ("cumulative_trapezoid", "gradient", "std_mean", "trapezoid", "trapz", "var_mean")
    ),
    "Products": (
        "matmul", "mm", "bmm", "mv", "dot", "vdot", "inner", "outer", "ger", "addmm", "addmv", "addr", "baddbmm",
        "addbmm", "matrix_power", "matrix_exp", "kron", "cross", "cov", "corrcoef", "trace", "det", "logdet",
        "slogdet", "inverse", "pinverse",
    ),
    "Random": ("bernoulli", "multinomial"),
    "Of a list": ("append", "pop"),
}  # fmt: skip

IN_PLACE: dict[str, tuple[str, ...]] = {
    "Filling": (
        "zero_", "fill_", "copy_", "fill_diagonal_", "uniform_", "normal_", "bernoulli_", "exponential_",
        "log_normal_", "cauchy_", "geometric_", "random_",
    ),
    "Arithmetic": (
        "add_", "sub_", "mul_", "div_", "neg_", "pow_", "sqrt_", "rsqrt_", "square_", "abs_", "exp_", "log_", "log1p_",
        "sigmoid_", "tanh_", "relu_", "sin_", "cos_", "round_", "floor_", "ceil_", "trunc_", "sign_", "reciprocal_",
        "clamp_", "clamp_min_", "clamp_max_", "clip_", "lerp_", "addcmul_", "addcdiv_", "addmm_", "baddbmm_",
        "addmv_", "remainder_", "fmod_", "floor_divide_", "erfinv_", "nan_to_num_", "logical_and_", "logical_or_",
        "logical_xor_", "logical_not_", "cumsum_", "cumprod_", "tril_", "triu_", "renorm_",
    ),
    "At indices": (
        "masked_fill_", "masked_scatter_", "scatter_", "scatter_add_", "scatter_reduce_", "index_add_", "index_copy_",
        "index_fill_", "index_put_",
    ),
}  # fmt: skip

METHOD_NAMES = frozenset(name for lists in (METHODS, IN_PLACE) for names in lists.values() for name in names)
