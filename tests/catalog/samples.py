"""For each layer and op: options and inputs that it works with, and how to make the inputs.

These are facts for tests; the catalog itself does not know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from composer.catalog import LAYERS, OPS


@dataclass(frozen=True)
class T:
    """A tensor to make: normal values, integers below `high`, or all of one `value`."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    high: int = 2
    value: float | None = None

    def make(self, device: str = "cpu") -> torch.Tensor:
        dtype = getattr(torch, self.dtype)
        if device == "meta":
            return torch.empty(self.shape, dtype=dtype, device=device)
        if self.value is not None:
            return torch.full(self.shape, self.value, dtype=dtype)
        if dtype.is_floating_point or dtype.is_complex:
            return torch.randn(self.shape, dtype=dtype)
        return torch.randint(0, self.high, self.shape).to(dtype)


@dataclass(frozen=True)
class Sample:
    """`inputs` holds T, tuples of T (a state of two tensors) or None (an optional input left out)."""

    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Any, ...] = (T((2, 4)),)

    def make(self, device: str = "cpu") -> list[Any]:
        return [_make(each, device) for each in self.inputs]


def _make(each: Any, device: str) -> Any:
    if isinstance(each, tuple):
        return tuple(_make(item, device) for item in each)
    return each.make(device) if each else None


def _sample(*inputs: Any, **options: Any) -> Sample:
    return Sample(options, inputs or (T((2, 4)),))


def ints(*shape: int, high: int = 2) -> T:
    return T(shape, "int64", high)


def ones(*shape: int) -> T:
    return T(shape, value=1.0)


DATA = {1: T((2, 4, 9)), 2: T((2, 4, 9, 8)), 3: T((2, 4, 9, 8, 7))}
SEQUENCE = T((5, 2, 8))
X, WIDE, IMAGE = T((2, 4)), T((2, 6, 8)), DATA[2]

LAYER_SAMPLES: dict[str, Sample] = {
    "Linear": _sample(WIDE, in_features=8, out_features=3, bias=False),
    "Bilinear": _sample(X, T((2, 3)), in1_features=4, in2_features=3, out_features=5),
    "Identity": _sample(),
    "Softmax": _sample(dim=1),
    "LogSoftmax": _sample(dim=-1),
    "Softmin": _sample(dim=1),
    "Softmax2d": _sample(IMAGE),
    "GELU": _sample(approximate="tanh"),
    "PReLU": _sample(num_parameters=4, init=0.1),
    "LeakyReLU": _sample(negative_slope=0.2, inplace=True),
    "Threshold": _sample(threshold=0.1, value=20.0),
    "Hardtanh": _sample(min_val=-2.0, max_val=0.5),
    "GLU": _sample(dim=1),
    "LayerNorm": _sample(WIDE, normalized_shape=(6, 8), bias=False),
    "RMSNorm": _sample(WIDE, normalized_shape=8, eps=1e-6),
    "GroupNorm": _sample(IMAGE, num_groups=2, num_channels=4),
    "LocalResponseNorm": _sample(IMAGE, size=3, alpha=0.1),
    "CrossMapLRN2d": _sample(IMAGE, size=3, alpha=0.1),
    "SyncBatchNorm": _sample(IMAGE, num_features=4),
    "Embedding": _sample(ints(2, 5, high=7), num_embeddings=7, embedding_dim=3, padding_idx=0, max_norm=1.0),
    "EmbeddingBag": _sample(ints(6, high=7), T((2,), "int64", value=0), num_embeddings=7, embedding_dim=3, mode="sum"),
    "LSTM": _sample(
        SEQUENCE, (T((2, 2, 3)), T((2, 2, 3))), input_size=8, hidden_size=3, num_layers=1, bidirectional=True
    ),
    "GRU": _sample(T((2, 5, 8)), input_size=8, hidden_size=3, num_layers=2, batch_first=True, dropout=0.5),
    "RNN": _sample(SEQUENCE, T((1, 2, 3)), input_size=8, hidden_size=3, nonlinearity="relu"),
    "LSTMCell": _sample(X, (T((2, 3)), T((2, 3))), input_size=4, hidden_size=3),
    "GRUCell": _sample(X, input_size=4, hidden_size=3, bias=False),
    "RNNCell": _sample(X, T((2, 3)), input_size=4, hidden_size=3, nonlinearity="relu"),
    "MultiheadAttention": _sample(
        SEQUENCE, SEQUENCE, SEQUENCE, None, T((5, 5)), embed_dim=8, num_heads=2, average_attn_weights=False
    ),
    "TransformerEncoderLayer": _sample(SEQUENCE, d_model=8, nhead=2, dim_feedforward=16, activation="gelu"),
    "TransformerDecoderLayer": _sample(SEQUENCE, SEQUENCE, d_model=8, nhead=2, dim_feedforward=16, norm_first=True),
    "TransformerEncoder": _sample(
        T((2, 5, 8)), d_model=8, nhead=2, dim_feedforward=16, batch_first=True, num_layers=2
    ),
    "TransformerDecoder": _sample(
        SEQUENCE, SEQUENCE, T((5, 5)), d_model=8, nhead=2, dim_feedforward=16, num_layers=2, tgt_is_causal=False
    ),
    "Transformer": _sample(
        T((2, 5, 8)), T((2, 5, 8)), d_model=8, nhead=2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=16,
        batch_first=True,
    ),
    "Flatten": _sample(IMAGE, start_dim=2),
    "Unflatten": _sample(WIDE, dim=2, unflattened_size=(2, -1)),
    "Unfold": _sample(IMAGE, kernel_size=(3, 2), stride=2),
    "Fold": _sample(T((2, 12, 28)), output_size=(5, 8), kernel_size=2),
    "PixelShuffle": _sample(IMAGE, upscale_factor=2),
    "PixelUnshuffle": _sample(T((2, 3, 4, 6)), downscale_factor=2),
    "ChannelShuffle": _sample(IMAGE, groups=2),
    "Upsample": _sample(IMAGE, scale_factor=(2.0, 3.0), mode="bilinear", align_corners=True),
    "UpsamplingNearest2d": _sample(IMAGE, scale_factor=2.0),
    "UpsamplingBilinear2d": _sample(IMAGE, size=(5, 6)),
    "CosineSimilarity": _sample(X, X, dim=0),
    "PairwiseDistance": _sample(X, X, p="inf", keepdim=True),
    "FractionalMaxPool2d": _sample(IMAGE, kernel_size=2, output_size=(4, 5)),
    "FractionalMaxPool3d": _sample(DATA[3], kernel_size=2, output_ratio=(0.5, 0.5, 0.5), return_indices=True),
}  # fmt: skip

LAYER_SAMPLES |= {
    "MSELoss": _sample(X, X, reduction="sum"),
    "L1Loss": _sample(X, X, reduction="none"),
    "SmoothL1Loss": _sample(X, X, beta=0.5),
    "HuberLoss": _sample(X, X, delta=0.5),
    "PoissonNLLLoss": _sample(X, X, full=True),
    "GaussianNLLLoss": _sample(X, X, ones(2, 4), full=True),
    "CrossEntropyLoss": _sample(X, ints(2, high=4), weight=(1.0, 2.0, 3.0, 4.0), label_smoothing=0.1),
    "NLLLoss": _sample(X, ints(2, high=4), ignore_index=0, reduction="sum"),
    "BCEWithLogitsLoss": _sample(X, ones(2, 4), pos_weight=(1.0, 2.0, 3.0, 4.0)),
    "BCELoss": _sample(T((2, 4), value=0.3), ones(2, 4)),
    "KLDivLoss": _sample(X, X, reduction="batchmean", log_target=True),
    "SoftMarginLoss": _sample(X, ones(2, 4)),
    "MultiMarginLoss": _sample(X, ints(2, high=4), p=2, margin=0.5),
    "MultiLabelMarginLoss": _sample(X, ints(2, 4, high=4)),
    "MultiLabelSoftMarginLoss": _sample(X, ones(2, 4), weight=(1.0, 2.0, 3.0, 4.0)),
    "CTCLoss": _sample(
        T((5, 2, 4)), T((2, 3), "int64", value=1), T((2,), "int64", value=5), T((2,), "int64", value=2),
        zero_infinity=True,
    ),
    "HingeEmbeddingLoss": _sample(X, ones(2, 4)),
    "CosineEmbeddingLoss": _sample(X, X, ones(2), margin=0.1),
    "MarginRankingLoss": _sample(T((3,)), T((3,)), ones(3), margin=0.1),
    "TripletMarginLoss": _sample(X, X, X, swap=True),
    "TripletMarginWithDistanceLoss": _sample(X, X, X, margin=0.5),
    "AdaptiveLogSoftmaxWithLoss": _sample(
        T((2, 16)), ints(2, high=9), in_features=16, n_classes=9, cutoffs=(3, 6)
    ),
    "LinearCrossEntropyLoss": _sample(X, ints(2, high=5), in_features=4, num_classes=5),
}  # fmt: skip

for n, data in DATA.items():
    _window = {"kernel_size": (3,) * n, "stride": 2, "padding": 1}
    _pooled = T((2, 4, *(5, 4, 4)[:n]))
    LAYER_SAMPLES |= {
        f"Conv{n}d": _sample(data, in_channels=4, out_channels=6, groups=2, dilation=(2,) * n, kernel_size=2),
        f"ConvTranspose{n}d": _sample(
            data, in_channels=4, out_channels=6, kernel_size=3, stride=2, output_padding=1, padding=1
        ),
        f"MaxPool{n}d": _sample(data, ceil_mode=True, **_window),
        f"AvgPool{n}d": _sample(data, count_include_pad=False, **_window),
        f"LPPool{n}d": _sample(data, norm_type=2.0, kernel_size=2),
        f"AdaptiveAvgPool{n}d": _sample(data, output_size=(3,) if n == 1 else (3, None, 2)[:n]),
        f"AdaptiveMaxPool{n}d": _sample(data, output_size=3, return_indices=True),
        f"MaxUnpool{n}d": _sample(_pooled, T(_pooled.shape, "int64", value=1), kernel_size=2),
        f"BatchNorm{n}d": _sample(data, num_features=4, momentum=None),
        f"InstanceNorm{n}d": _sample(data, num_features=4, affine=True),
        f"Dropout{n}d": _sample(data, p=0.2),
        f"ZeroPad{n}d": _sample(data, padding=1),
        f"ConstantPad{n}d": _sample(data, padding=(1, 2) * n, value="-inf"),
        f"ReflectionPad{n}d": _sample(data, padding=(1, 2) * n),
        f"ReplicationPad{n}d": _sample(data, padding=2),
        f"CircularPad{n}d": _sample(data, padding=(1, 0) * n),
    }


def layer_sample(kind: str) -> Sample:
    """The sample of a layer; that of a lazy one is its concrete one's, without the options that are inferred."""
    spec = LAYERS[kind]
    sample = LAYER_SAMPLES.get(spec.concrete or kind, Sample())
    options = {name: value for name, value in sample.options.items() if name in spec.by_name}
    return Sample(options, sample.inputs)


V = T((4,))
COMPLEX = T((2, 4, 6), "complex64")
POSITIVE = T((2, 4), value=2.5)
BOOL = T((2, 4), "bool")

OP_SAMPLES: dict[str, Sample] = {
    "Add": _sample(X, X, V),
    "Sub": _sample(X, X),
    "Mul": _sample(X, X, X),
    "Div": _sample(X, X),
    "Pow": _sample(POSITIVE, X),
    "AddScalar": _sample(ints(2, 4), value=1),
    "SubScalar": _sample(value=-1.5),
    "MulScalar": _sample(value=3),
    "DivScalar": _sample(value=8.0),
    "PowScalar": _sample(value=2),
    "Maximum": _sample(X, X),
    "Minimum": _sample(X, X),
    "And": _sample(BOOL, BOOL),
    "Or": _sample(BOOL, BOOL),
    "Not": _sample(BOOL),
    "Where": _sample(BOOL, X, X),
    "MaskedFill": _sample(X, BOOL, value="-inf"),
    "MatMul": _sample(X, T((4, 3))),
    "Einsum": _sample(X, T((4, 3)), equation="ij,jk->ik"),
    "ScaledDotProductAttention": _sample(
        T((2, 2, 5, 8)), T((2, 2, 5, 8)), T((2, 2, 5, 8)), is_causal=True, dropout_p=0.5
    ),
    "linear": _sample(X, T((3, 4)), T((3,))),
    "conv2d": _sample(IMAGE, T((6, 4, 3, 3)), padding="same"),
    "embedding": _sample(ints(2, 3, high=5), T((5, 4))),
    "layer_norm": _sample(X, V, V, normalized_shape=(4,)),
    "rms_norm": _sample(X, V, normalized_shape=(4,)),
    "group_norm": _sample(IMAGE, None, V, num_groups=2),
    "batch_norm": _sample(IMAGE, V, ones(4), V, V, momentum=0.2),
    "Concat": _sample(X, T((2, 3)), X),
    "Stack": _sample(X, X, dim=0),
    "Chunk": _sample(WIDE, chunks=3, dim=1),
    "Split": _sample(WIDE, split_size=(2, 4), dim=1),
    "Unbind": _sample(WIDE, dim=1),
    "Tuple": _sample(X, T((2, 3))),
    "Reshape": _sample(WIDE, sizes=("=d0", "=d1//2", -1, 4)),
    "flatten": _sample(IMAGE),
    "unflatten": _sample(WIDE, dim=2, sizes=(2, "=d2//2")),
    "Permute": _sample(WIDE, dims=(2, 0, 1)),
    "Transpose": _sample(WIDE, dim0=1, dim1=2),
    "Squeeze": _sample(T((2, 1, 4)), dim=1),
    "Unsqueeze": _sample(dim=1),
    "Expand": _sample(T((1, 1, 8)), WIDE, sizes=("=d0", -1, -1)),
    "Tile": _sample(repeats=(2, 1, 3)),
    "RepeatInterleave": _sample(repeats=2, dim=1),
    "Roll": _sample(WIDE, shifts=(1, -2), dims=(1, 2)),
    "Flip": _sample(WIDE, dims=(1, 2)),
    "Pad": _sample(WIDE, pad=(1, 2), mode="reflect"),
    "Interpolate": _sample(IMAGE, size=(4, 5), mode="bilinear", antialias=True),
    "Slice": _sample(WIDE, index=("...", (None, "=d1-2", None), (None, None, 2), None)),
    "Select": _sample(WIDE, dim=1, index=-1),
    "Narrow": _sample(WIDE, dim=2, start=1, length=3),
    "IndexSelect": _sample(WIDE, ints(3, high=6), dim=1),
    "Gather": _sample(WIDE, ints(2, 3, 8, high=6), dim=1),
    "Tril": _sample(WIDE, diagonal=1),
    "Triu": _sample(WIDE),
    "Diagonal": _sample(WIDE, dim1=1, dim2=2),
    "Mean": _sample(WIDE, dim=(1, 2), keepdim=True),
    "Sum": _sample(WIDE),
    "Amax": _sample(WIDE, dim=1),
    "Amin": _sample(WIDE, dim=(0, 1)),
    "Max": _sample(WIDE, dim=1),
    "Min": _sample(WIDE, dim=1, keepdim=True),
    "Argmax": _sample(dim=1),
    "Var": _sample(dim=1, correction=0),
    "Std": _sample(dim=-1, keepdim=True),
    "Prod": _sample(dim=1),
    "LogSumExp": _sample(dim=1),
    "Cumsum": _sample(dim=1),
    "Cumprod": _sample(dim=0),
    "Norm": _sample(ord="inf", dim=1),
    "Normalize": _sample(p=1.0),
    "TopK": _sample(k=2, largest=False),
    "softmax": _sample(),
    "log_softmax": _sample(dim=0),
    "gelu": _sample(approximate="tanh"),
    "leaky_relu": _sample(negative_slope=0.2),
    "dropout": _sample(p=0.3),
    "Log": _sample(POSITIVE),
    "Log2": _sample(POSITIVE),
    "Log1p": _sample(POSITIVE),
    "Sqrt": _sample(POSITIVE),
    "Rsqrt": _sample(POSITIVE),
    "Clamp": _sample(min=-0.5),
    "FFT": _sample(norm="ortho"),
    "IFFT": _sample(COMPLEX),
    "IRFFT": _sample(COMPLEX, n=11),
    "IFFT2": _sample(COMPLEX),
    "FFT2": _sample(WIDE, dim=(0, 1)),
    "RFFT2": _sample(WIDE, norm="ortho"),
    "IRFFT2": _sample(COMPLEX, s=(4, 11)),
    "Real": _sample(COMPLEX),
    "Imag": _sample(COMPLEX),
    "Angle": _sample(COMPLEX),
    "Conj": _sample(COMPLEX),
    "Complex": _sample(X, X),
    "Polar": _sample(POSITIVE, X),
    "ViewAsComplex": _sample(T((3, 2))),
    "ViewAsReal": _sample(COMPLEX),
    "Arange": _sample(WIDE),
    "Cast": _sample(dtype="float64"),
    "OneHot": _sample(ints(2, 3, high=5), num_classes=5),
}  # fmt: skip


def op_sample(kind: str) -> Sample:
    """The sample of an op; a comparison takes its own, and what has none takes one 2×4 tensor."""
    spec = OPS[kind]
    if kind in OP_SAMPLES:
        return OP_SAMPLES[kind]
    if "value" in spec.by_name:
        return _sample(value=0)
    return Sample({}, (X,) * spec.required_inputs)
