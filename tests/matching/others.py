"""Models of other libraries, built from their configurations: nothing is downloaded."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_WHY = "needs the extra `bench`: pip install -e .[bench]"


def _import(name: str) -> Any:
    """A library of the extra, or a reason to skip.

    torchvision, which both import, comes from PyPI with operators for CUDA. On another build of torch they cannot be
    loaded, and its import fails where it describes two of them; declared by name, they are there as long as nobody
    calls them.
    """
    if find_spec("torchvision"):
        for operator in ("nms", "qnms"):
            if not hasattr(torch.ops.torchvision, operator):
                schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
                torch.library.define(f"torchvision::{operator}", schema)
    return pytest.importorskip(name, reason=_WHY)


def randomized(model: nn.Module, seed: int = 0) -> Any:
    """The model in evaluation mode with random values everywhere: no scale is 1 and no bias 0, so each one counts."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, each in (*model.named_parameters(), *model.named_buffers()):
            if not each.is_floating_point():
                continue
            if name.endswith("running_var") or (each.dim() == 1 and name.endswith("weight")):
                each.copy_(0.5 + torch.rand(each.shape, generator=draw))
            elif each.dim() > 1:
                each.copy_(torch.randn(each.shape, generator=draw) * (each.numel() / each.shape[0]) ** -0.5)
            else:
                each.copy_(0.2 * torch.randn(each.shape, generator=draw))
    return model.eval()


def gpt2(**options: Any) -> Any:
    """GPT-2 small of transformers, whose matrices are stored transposed."""
    transformers = _import("transformers")
    return randomized(transformers.GPT2LMHeadModel(transformers.GPT2Config(**options)))


def vit() -> Any:
    """timm's vision transformer in the size of the template `vit`, which has no bias behind its attention.

    An option of timm takes the biases of its perceptrons away with those, so these alone are taken out by hand.
    """
    made = _import("timm.models.vision_transformer").VisionTransformer(
        img_size=96, patch_size=16, in_chans=1, num_classes=10, embed_dim=512, depth=2, num_heads=8, qkv_bias=False,
        norm_layer=partial(nn.LayerNorm, eps=1e-5),
    )  # fmt: skip
    for block in made.blocks:
        block.attn.proj.bias = None
    return randomized(made)


def resnet18() -> Any:
    """timm's ResNet-18 for one channel and ten classes; see `without_norm_of_shortcuts`."""
    resnet = _import("timm.models.resnet")
    return randomized(resnet.ResNet(resnet.BasicBlock, [2, 2, 2, 2], in_chans=1, num_classes=10))


def without_norm_of_shortcuts(model: Any) -> Any:
    """The same function with the normalization of each shortcut in its convolution, as torch itself puts it there.

    The book's ResNet, which the template is, has none behind the convolutions of its shortcuts.
    """
    for layer in (model.layer2, model.layer3, model.layer4):
        convolution, norm = layer[0].downsample
        layer[0].downsample = nn.Sequential(fuse_conv_bn_eval(convolution, norm))
    return model
