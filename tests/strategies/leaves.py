"""Layers and ops of one input: for a shape without its batch, what can take it and what shape comes out."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, prod
from typing import Any

Shape = tuple[int, ...]
Options = dict[str, Any]
Leaf = tuple[str, Options, Shape]

LARGEST = 256  # entries of a sample

ACTIVATIONS = (
    "ReLU", "GELU", "SiLU", "Sigmoid", "Tanh", "LeakyReLU", "PReLU", "RReLU", "ReLU6", "ELU", "SELU", "CELU", "Mish",
    "Hardswish", "Hardsigmoid", "Hardtanh", "Softplus", "Softsign", "LogSigmoid", "Tanhshrink", "Hardshrink",
    "Softshrink", "Identity", "Dropout", "AlphaDropout",
)  # fmt: skip
FUNCTIONS = (
    "relu", "gelu", "silu", "sigmoid", "tanh", "leaky_relu", "elu", "celu", "selu", "relu6", "softplus", "softsign",
    "logsigmoid", "mish", "hardswish", "hardsigmoid", "Neg", "Abs", "Sin", "Cos", "Erf", "Sign", "Floor", "dropout",
    "Detach", "Contiguous", "NanToNum", "softmax", "log_softmax", "Normalize", "ZerosLike", "OnesLike",
)  # fmt: skip


def keeping(shape: Shape) -> list[Leaf]:
    """What leaves the shape as it is."""
    found = [(kind, {}) for kind in (*ACTIVATIONS, *FUNCTIONS)]
    found += [
        ("GELU", {"approximate": "tanh"}), ("LeakyReLU", {"negative_slope": 0.25}), ("Dropout", {"p": 0.1}),
        ("Threshold", {"threshold": 0.1, "value": -1.5}), ("Hardtanh", {"min_val": -0.5}), ("elu", {"alpha": 0.5}),
        ("AddScalar", {"value": 1}), ("AddScalar", {"value": 0.5}), ("SubScalar", {"value": 2}),
        ("MulScalar", {"value": -0.5}), ("DivScalar", {"value": 3.0}), ("Clamp", {"min": -1.0}),
        ("Clamp", {"min": -0.5, "max": 0.5}), ("NanToNum", {"nan": 1.0}), ("dropout", {"p": 0.25}),
    ]  # fmt: skip
    if not shape:
        found = [leaf for leaf in found if leaf[0] != "Normalize"]
    else:
        found += _with_features(shape[-1], shape[0])
    found += {1: _vector, 2: _sequence, 3: _image}.get(len(shape), lambda *_: [])(*shape)
    return [(kind, options, shape) for kind, options in found]


def _with_features(width: int, channels: int) -> list[tuple[str, Options]]:
    return [
        ("Linear", {"in_features": width, "out_features": width}),
        ("Linear", {"in_features": width, "out_features": width, "bias": False}),
        ("LazyLinear", {"out_features": width}),
        ("LayerNorm", {"normalized_shape": width}),
        ("LayerNorm", {"normalized_shape": (width,), "elementwise_affine": False}),
        ("RMSNorm", {"normalized_shape": width}),
        ("GroupNorm", {"num_groups": 1, "num_channels": channels}),
        ("GroupNorm", {"num_groups": channels, "num_channels": channels, "affine": False}),
        ("Softmax", {"dim": -1}), ("LogSoftmax", {"dim": 1}), ("Softmin", {"dim": 1}),
        ("PReLU", {"num_parameters": channels, "init": 0.1}),
        ("Roll", {"shifts": 1, "dims": -1}), ("Roll", {"shifts": (1,), "dims": (1,)}), ("Flip", {"dims": (1,)}),
        ("Cumsum", {"dim": -1}), ("layer_norm", {"normalized_shape": (width,)}), ("group_norm", {"num_groups": 1}),
        ("rms_norm", {"normalized_shape": (width,)}), ("softmax", {"dim": 1}), ("Normalize", {"p": 1.0, "dim": -1}),
        ("Slice", {"index": ("...",)}), ("Slice", {"index": ((None, None, None), (0, None, 1))}),
    ]  # fmt: skip


def _vector(width: int) -> list[tuple[str, Options]]:
    return [
        ("BatchNorm1d", {"num_features": width}),
        ("BatchNorm1d", {"num_features": width, "affine": False}),
        ("LazyBatchNorm1d", {}),
        ("GRUCell", {"input_size": width, "hidden_size": width}),
        ("RNNCell", {"input_size": width, "hidden_size": width, "nonlinearity": "relu"}),
        ("Reshape", {"sizes": ("=d0", "=d1")}),
        ("Tile", {"repeats": (1, 1)}),
    ]


def _sequence(length: int, width: int) -> list[tuple[str, Options]]:
    heads = 2 if width % 2 == 0 else 1
    encoder = {"d_model": width, "nhead": heads, "dim_feedforward": 8, "batch_first": True}
    return [
        ("BatchNorm1d", {"num_features": length, "track_running_stats": False}),
        ("Dropout1d", {"p": 0.2}),
        ("TransformerEncoderLayer", encoder),
        ("TransformerEncoderLayer", {**encoder, "norm_first": True, "activation": "gelu", "dropout": 0.0}),
        ("Tril", {}), ("Triu", {"diagonal": -1}),
        ("Conv1d", {"in_channels": length, "out_channels": length, "kernel_size": 3, "padding": "same"}),
        ("Reshape", {"sizes": (-1, "=d1", "=d2")}),
    ]  # fmt: skip


def _image(channels: int, height: int, width: int) -> list[tuple[str, Options]]:
    same = {"in_channels": channels, "out_channels": channels, "kernel_size": 3, "padding": 1}
    return [
        ("BatchNorm2d", {"num_features": channels}),
        ("BatchNorm2d", {"num_features": channels, "momentum": None}),
        ("LazyBatchNorm2d", {}),
        ("Conv2d", same),
        ("Conv2d", {**same, "groups": channels, "bias": False}),
        ("Conv2d", {**same, "dilation": (1, 1), "padding_mode": "replicate"}),
        ("Dropout2d", {}), ("FeatureAlphaDropout", {}), ("Softmax2d", {}), ("LocalResponseNorm", {"size": 2}),
        ("ChannelShuffle", {"groups": 1}),
        ("Permute", {"dims": (0, 1, 2, 3)}),
        ("Interpolate", {"size": (height, width), "mode": "bilinear"}),
        ("AdaptiveAvgPool2d", {"output_size": (None, width)}),
    ]  # fmt: skip


def changing(shape: Shape) -> list[Leaf]:
    """What makes another shape of it, that is not too large."""
    found = {0: _from_scalar, 1: _from_vector, 2: _from_sequence, 3: _from_image}.get(len(shape), _from_other)(shape)
    return [leaf for leaf in found if leaf[2] != shape and 1 <= prod(leaf[2]) <= LARGEST]


def _from_scalar(shape: Shape) -> Iterator[Leaf]:
    yield "Unsqueeze", {"dim": 1}, (1,)


def _from_other(shape: Shape) -> Iterator[Leaf]:
    yield "flatten", {}, (prod(shape),)
    yield "Flatten", {"start_dim": 2}, (shape[0], prod(shape[1:]))


def _from_vector(shape: Shape) -> Iterator[Leaf]:
    (width,) = shape
    for out in (3, 5, 8):
        yield "Linear", {"in_features": width, "out_features": out}, (out,)
    yield "LazyLinear", {"out_features": 6, "bias": False}, (6,)
    yield "Pad", {"pad": (1, 2), "value": 0.5}, (width + 3,)
    yield "Tile", {"repeats": (1, 2)}, (2 * width,)
    yield "RepeatInterleave", {"repeats": 2, "dim": 1}, (2 * width,)
    yield "Unsqueeze", {"dim": 1}, (1, width)
    yield "Unsqueeze", {"dim": -1}, (width, 1)
    yield "Slice", {"index": ("...", (None, None, 2))}, (ceil(width / 2),)
    yield "Slice", {"index": ((None, None, None), None)}, (1, width)
    if width > 1:
        yield "Narrow", {"dim": 1, "start": 1, "length": width - 1}, (width - 1,)
    if width % 2 == 0:
        yield "GLU", {}, (width // 2,)
        yield "glu", {"dim": 1}, (width // 2,)
        yield "Unflatten", {"dim": 1, "unflattened_size": (2, width // 2)}, (2, width // 2)
        yield "unflatten", {"dim": 1, "sizes": (-1, 2)}, (width // 2, 2)
        yield "Reshape", {"sizes": ("=d0", 2, "=d1//2")}, (2, width // 2)
    if width % 4 == 0:
        yield "Reshape", {"sizes": ("=d0", "=d1//4", 2, 2)}, (width // 4, 2, 2)


def _from_sequence(shape: Shape) -> Iterator[Leaf]:
    length, width = shape
    yield from _from_other(shape)
    yield "Linear", {"in_features": width, "out_features": 4}, (length, 4)
    yield "Conv1d", {"in_channels": length, "out_channels": 3, "kernel_size": 1}, (3, width)
    yield "LazyConv1d", {"out_channels": 2, "kernel_size": (1,)}, (2, width)
    yield "ConvTranspose1d", {"in_channels": length, "out_channels": 2, "kernel_size": 2}, (2, width + 1)
    yield "Mean", {"dim": 1}, (width,)
    yield "Sum", {"dim": (-1,)}, (length,)
    yield "Amax", {"dim": 1, "keepdim": True}, (1, width)
    yield "LogSumExp", {"dim": -1}, (length,)
    yield "Norm", {"dim": -1}, (length,)
    yield "Select", {"dim": 1, "index": -1}, (width,)
    yield "Slice", {"index": ((None, None, None), 0)}, (width,)
    yield "Transpose", {"dim0": 1, "dim1": 2}, (width, length)
    yield "Permute", {"dims": (0, 2, 1)}, (width, length)
    yield "Unsqueeze", {"dim": 1}, (1, length, width)
    yield "AdaptiveAvgPool1d", {"output_size": 2}, (length, 2)
    yield "ZeroPad1d", {"padding": (1, 0)}, (length, width + 1)
    yield "ConstantPad1d", {"padding": 1, "value": 0.5}, (length, width + 2)
    if width > 1:
        yield "MaxPool1d", {"kernel_size": 2, "stride": 1}, (length, width - 1)
        yield "AvgPool1d", {"kernel_size": 2}, (length, width // 2)


def _from_image(shape: Shape) -> Iterator[Leaf]:
    channels, height, width = shape
    yield from _from_other(shape)
    yield "Conv2d", {"in_channels": channels, "out_channels": 2, "kernel_size": 1}, (2, height, width)
    yield "LazyConv2d", {"out_channels": 3, "kernel_size": (1, 1)}, (3, height, width)
    yield "ConvTranspose2d", {"in_channels": channels, "out_channels": 2, "kernel_size": 2}, (2, height + 1, width + 1)
    yield "Mean", {"dim": (-2, -1)}, (channels,)
    yield "Mean", {"dim": (2, 3), "keepdim": True}, (channels, 1, 1)
    yield "AdaptiveAvgPool2d", {"output_size": 1}, (channels, 1, 1)
    yield "Upsample", {"scale_factor": 2.0}, (channels, 2 * height, 2 * width)
    yield "ZeroPad2d", {"padding": (1, 0, 0, 1)}, (channels, height + 1, width + 1)
    yield "ReplicationPad2d", {"padding": 1}, (channels, height + 2, width + 2)
    yield "Permute", {"dims": (0, 2, 3, 1)}, (height, width, channels)
    yield "Reshape", {"sizes": ("=d0", "=d1", "=d2*d3")}, (channels, height * width)
    yield "Interpolate", {"scale_factor": 2.0, "mode": "nearest"}, (channels, 2 * height, 2 * width)
    if height > 1 and width > 1:
        yield "MaxPool2d", {"kernel_size": 2, "stride": 1}, (channels, height - 1, width - 1)
        yield "AvgPool2d", {"kernel_size": (2, 2)}, (channels, height // 2, width // 2)
        yield "ReflectionPad2d", {"padding": 1}, (channels, height + 2, width + 2)
        yield "Unfold", {"kernel_size": 2}, (4 * channels, (height - 1) * (width - 1))
    if channels % 4 == 0:
        yield "PixelShuffle", {"upscale_factor": 2}, (channels // 4, 2 * height, 2 * width)
    if height % 2 == 0 and width % 2 == 0:
        yield "PixelUnshuffle", {"downscale_factor": 2}, (4 * channels, height // 2, width // 2)
