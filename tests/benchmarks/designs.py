"""Large designs for benchmarks."""

from __future__ import annotations

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Layer, Op, Repeat, Residual, Sequential, Use


def _conv(id: str, in_channels: int | str, out_channels: int | str, kernel_size: int, stride: int | str = 1) -> Layer:
    options = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size, "bias": False}
    more = {"stride": stride, "padding": kernel_size // 2}
    return Layer(id=id, kind="Conv2d", options=options | more)


def _norm(id: str, channels: int | str) -> Layer:
    return Layer(id=id, kind="BatchNorm2d", options={"num_features": channels})


def _bottleneck(name: str, shortcut: bool) -> Definition:
    body = (
        _conv("conv1", "=cin", "=width", 1),
        _norm("bn1", "=width"),
        Op(id="relu1", kind="relu"),
        _conv("conv2", "=width", "=width", 3, "=stride"),
        _norm("bn2", "=width"),
        Op(id="relu2", kind="relu"),
        _conv("conv3", "=width", "=4*width", 1),
        _norm("bn3", "=4*width"),
    )
    project = Sequential(
        id="shortcut", nodes=(_conv("conv", "=cin", "=4*width", 1, "=stride"), _norm("bn", "=4*width"))
    )
    residual = Residual(id="residual", nodes=body, shortcut=project if shortcut else None)
    options = (DefinitionOption(name="cin"), DefinitionOption(name="width"), DefinitionOption(name="stride", default=1))
    return Definition(name=name, options=options, body=Sequential(nodes=(residual, Op(id="relu", kind="relu"))))


def resnet152() -> Design:
    """ResNet-152 for 3×224×224 images and 1,000 classes: 60,192,808 parameters, as in torchvision."""
    nodes = [_conv("conv", 3, 64, 7, 2), _norm("bn", 64), Layer(id="relu", kind="ReLU")]
    pool = Layer(id="pool", kind="MaxPool2d", options={"kernel_size": 3, "stride": 2, "padding": 1})
    stages = []
    channels = 64
    for k, (width, times) in enumerate(((64, 3), (128, 8), (256, 36), (512, 3)), start=1):
        first = Use(id="first", of="Down", options={"cin": channels, "width": width, "stride": 1 if k == 1 else 2})
        channels = 4 * width
        block = Use(id="0", of="Block", options={"cin": channels, "width": width})
        stages.append(Sequential(id=f"layer{k}", nodes=(first, Repeat(id="rest", times=times - 1, body=block))))
    head = (
        Layer(id="avgpool", kind="AdaptiveAvgPool2d", options={"output_size": 1}),
        Layer(id="flatten", kind="Flatten"),
        Layer(id="fc", kind="Linear", options={"in_features": 2048, "out_features": 1000}),
    )
    return Design(
        name="ResNet152",
        inputs=(Input(shape=("N", 3, 224, 224)),),
        definitions=(_bottleneck("Block", False), _bottleneck("Down", True)),
        root=Sequential(nodes=(*nodes, pool, *stages, *head)),
    )


def thousand_layers() -> Design:
    """1,000 layers of 100 different widths in a row."""
    widths = [8 + k % 100 for k in range(501)]
    nodes: list[Layer] = []
    for k in range(500):
        options = {"in_features": widths[k], "out_features": widths[k + 1]}
        nodes += [Layer(id=str(2 * k), kind="Linear", options=options), Layer(id=str(2 * k + 1), kind="ReLU")]
    return Design(name="Thousand", inputs=(Input(shape=("N", widths[0])),), root=Sequential(nodes=tuple(nodes)))


def four_parameters() -> Design:
    """As good as no design: two layers, weights and biases."""
    nodes = tuple(Layer(id=str(k), kind="Linear", options={"in_features": 4, "out_features": 4}) for k in range(2))
    return Design(name="Four", inputs=(Input(shape=("N", 4)),), root=Sequential(nodes=nodes))
