"""The layers of chapter 5 as one writes them in plain torch: what ours are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.out(F.relu(self.hidden(x)))
        return y


class Chain(nn.Module):
    """Registers what it is given under numbers, as Sequential does."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        for k, layer in enumerate(layers):
            self.add_module(str(k), layer)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = layer(x)
        return x


class Fixed(nn.Module):
    """The constant is a buffer that is not saved; in `Plain`, it is an attribute like any other."""

    saved = False

    def __init__(self) -> None:
        super().__init__()
        self.keep(torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def keep(self, weight: Tensor) -> None:
        self.register_buffer("rand_weight", weight, persistent=self.saved)

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()

    def before(self, x: Tensor) -> Tensor:
        """What the loop begins with."""
        y: Tensor = self.linear(F.relu(self.linear(x) @ self.rand_weight + 1))
        return y


class Saved(Fixed):
    saved = True


class Plain(Fixed):
    def keep(self, weight: Tensor) -> None:
        self.rand_weight = weight


class Nest(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.linear = nn.Linear(32, 16)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(self.net(x))
        return y


class Beside(nn.Module):
    def __init__(self, first: nn.Module, second: nn.Module, dim: int = 1) -> None:
        super().__init__()
        self.first, self.second, self.dim = first, second, dim

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.first(x), self.second(x)], dim=self.dim)


class Centered(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean()


class MyLinear(nn.Module):
    def __init__(self, in_units: int = 5, units: int = 3) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x @ self.weight + self.bias)


class Untrainable(MyLinear):
    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x @ self.weight.data + self.bias.data)


class Reduction(nn.Module):
    """`loops` writes the sum out."""

    def __init__(self, in_units: int = 5, units: int = 3) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, in_units, units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("ijk,...i,...j->...k", self.weight, x, x)

    def loops(self, x: Tensor) -> Tensor:
        y = torch.zeros(len(x), self.weight.shape[2])
        for k in range(self.weight.shape[2]):
            for i in range(self.weight.shape[0]):
                for j in range(self.weight.shape[1]):
                    y[:, k] += self.weight[i, j, k] * x[:, i] * x[:, j]
        return y


class HalfFourier(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = torch.fft.fft(x)
        return y[..., : x.shape[-1] // 2]


def block() -> nn.Sequential:
    """What the factory makes: 76 parameters."""
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())


BY_HAND: Mapping[str, Callable[[], nn.Module]] = {
    "mlp": MLP,
    "fixed_hidden_mlp": Fixed,
    "nest_mlp": Nest,
    "parallel": lambda: Beside(nn.Linear(20, 3), nn.Linear(20, 5)),
    "centered": Centered,
    "my_linear": MyLinear,
    "my_linear_untrainable": Untrainable,
    "tensor_reduction": Reduction,
    "half_fourier": HalfFourier,
    "chain": lambda: Chain(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10)),
    "chimera": lambda: nn.Sequential(Nest(), nn.Linear(16, 20), Fixed()),
    "factory_new": lambda: nn.Sequential(*(block() for _ in range(4))),
}
"""The same as a layer that is ready to take, by the layer's name; their values are drawn in the same order."""
