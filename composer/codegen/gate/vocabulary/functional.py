"""Functions of `F`, which is `torch.nn.functional`, and of `nn.init`."""

from __future__ import annotations

FUNCTIONAL: dict[str, tuple[str, ...]] = {
    "Activations": (
        "relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "selu", "celu", "gelu", "silu", "mish", "glu",
        "sigmoid", "logsigmoid", "hardsigmoid", "tanh", "hardtanh", "tanhshrink", "softplus", "softsign", "softshrink",
        "hardshrink", "hardswish", "threshold", "softmax", "softmin", "log_softmax", "gumbel_softmax",
    ),
    "Layers": (
        "linear", "bilinear", "embedding", "one_hot", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
        "conv_transpose2d", "conv_transpose3d", "unfold", "fold", "scaled_dot_product_attention",
    ),
    "Normalizing and dropping": (
        "layer_norm", "rms_norm", "group_norm", "batch_norm", "instance_norm", "local_response_norm", "normalize",
        "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout",
    ),
    "Pooling": (
        "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d", "lp_pool1d", "lp_pool2d",
        "lp_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
        "adaptive_max_pool2d", "adaptive_max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d",
    ),
    "Size and place": (
        "pad", "interpolate", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle",
    ),
    "Distances and losses": (
        "cosine_similarity", "pairwise_distance", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
        "cross_entropy", "nll_loss", "kl_div", "binary_cross_entropy", "binary_cross_entropy_with_logits",
        "poisson_nll_loss", "gaussian_nll_loss", "hinge_embedding_loss", "margin_ranking_loss",
        "cosine_embedding_loss", "soft_margin_loss", "multi_margin_loss", "multilabel_margin_loss",
        "multilabel_soft_margin_loss", "triplet_margin_loss",
    ),
}  # fmt: skip
FUNCTIONAL_FUNCTIONS = frozenset(name for names in FUNCTIONAL.values() for name in names)

INIT = (
    "uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_", "eye_", "dirac_", "xavier_uniform_",
    "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_", "sparse_", "calculate_gain",
)  # fmt: skip
"""Of `nn.init`, in `init` alone."""
