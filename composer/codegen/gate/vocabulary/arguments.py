"""The keyword arguments of listed functions, and the words they take."""

from __future__ import annotations

import re

KEYWORDS = frozenset({
    # where, and of what size
    "dim", "dims", "dim0", "dim1", "axis", "keepdim", "size", "shape", "start", "end", "step", "steps", "n", "m", "k",
    "N", "offset", "diagonal", "sections", "chunks", "repeats", "shifts", "index", "indices", "length", "start_dim",
    "end_dim", "source", "destination", "split_size", "s", "d", "sizes", "dim2", "dimension", "axis0", "axis1",
    "row", "col", "window_length", "dx",
    # what
    "input", "other", "tensor", "tensors", "value", "values", "fill_value", "src", "mask", "target", "weight", "bias",
    "weights", "x1", "x2", "a", "b", "q", "p", "mat1", "mat2", "batch1", "batch2", "vec", "vec1", "vec2",
    "tensor1", "tensor2", "condition", "operands", "abs", "min", "max", "base", "exponent", "boundaries", "data",
    "query", "key", "attn_mask", "input1", "input2", "x", "y", "prepend", "append", "real", "imag",
    "A", "B",
    "mat", "angle", "elements", "test_elements", "sorted_sequence", "aweights", "fweights",
    # how
    "dtype", "device", "mode", "value_mode", "reduction", "reduce", "accumulate", "include_self", "descending",
    "largest", "sorted", "stable", "unbiased", "correction", "right", "side", "return_inverse", "return_counts",
    "alpha", "beta", "eps", "rtol", "atol", "equal_nan", "rounding_mode", "decimals", "ord", "norm", "nan", "posinf",
    "neginf", "indexing", "as_tuple", "amax", "maxnorm", "bins", "minlength", "interpolation", "upper", "full_matrices",
    "UPLO", "hermitian", "rcond", "replacement", "num_samples", "with_replacement", "return_complex", "n_fft",
    "hop_length", "win_length", "window", "center", "pad_mode", "normalized", "onesided", "periodic", "non_blocking",
    "copy", "low", "high", "mean", "std", "lambd", "spacing", "edge_order", "compute_mode", "r",
    "assume_unique", "increasing", "invert", "wrap", "median", "sigma", "out_int32",
    # layers
    "negative_slope", "inplace", "training", "approximate", "tau", "hard", "threshold", "num_classes", "padding",
    "padding_idx", "padding_mode", "stride", "dilation", "groups", "kernel_size", "output_padding", "ceil_mode",
    "count_include_pad", "divisor_override", "return_indices", "norm_type", "max_norm", "scale_grad_by_freq",
    "normalized_shape", "running_mean", "running_var", "momentum", "use_input_stats", "num_groups", "pad",
    "scale_factor", "align_corners", "recompute_scale_factor", "antialias", "dropout_p", "is_causal", "scale",
    "enable_gqa", "upscale_factor", "downscale_factor", "margin", "swap", "log_target", "pos_weight", "ignore_index",
    "label_smoothing", "delta", "log_input", "full", "var", "zero_point", "min_val", "max_val", "positive", "negative",
    "anchor", "lower", "train", "logits",
    # nn.init
    "val", "gain", "nonlinearity", "sparsity",
})  # fmt: skip
"""Of functions of torch and F and of a tensor's methods. A local function and a layer take any."""

WORDS = frozenset({
    "none", "mean", "sum", "batchmean", "prod", "amax", "amin", "max", "min",
    "same", "valid", "constant", "reflect", "replicate", "circular", "zeros",
    "nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area", "tanh",
    "floor", "trunc", "ij", "xy", "fro", "nuc", "forward", "backward", "ortho",
    "lower", "higher", "midpoint", "left", "right", "L", "U", "reduced", "complete",
    "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
    "fan_in", "fan_out", "relu", "leaky_relu", "selu", "sigmoid", "conv1d", "conv2d", "conv3d",
})  # fmt: skip
"""Every text that may be given to a listed function."""

EQUATION = re.compile(r"[A-Za-z., >-]*\Z")
"""Of `torch.einsum`, its first argument."""

KEYWORD_ALTERNATIVES: dict[str, str] = {
    "out": "The result is what the call gives.",
    "generator": "Random numbers come from the design's seed.",
    "requires_grad": "Declare a parameter.",
    "layout": "",
    "pin_memory": "",
    "names": "",
    "memory_format": "",
}
