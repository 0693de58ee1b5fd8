"""Layers as people write them."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.codegen.gate.honest import linear, numbers, row, weight


def _halved(x: Tensor) -> Tensor:
    while x.abs().sum() > 1:
        x = x / 2
    return x


def _fixed_hidden(self: Any, x: Tensor) -> Tensor:
    x = self.linear(x)
    x = F.relu(x @ self.rand_weight + 1)
    return _halved(self.linear(x)).sum()


def _recurrent(self: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    h = torch.zeros(x.shape[1], 3)
    states = []
    for step in x:
        h = torch.tanh(step @ self.w + h @ self.u + self.b)
        states.append(h)
    return torch.stack(states), h


def _reduced(self: Any, x: Tensor) -> Tensor:
    return torch.einsum("kij,bi,bj->bk", self.weight, x, x)


def _attention(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1) @ v


LAYERS = [
    row("centered", """
        def forward(self, x):
            return x - x.mean()
        """, lambda self, x: x - x.mean()),
    row("my linear", """
        def forward(self, x):
            linear = torch.matmul(x, self.weight) + self.bias
            return F.relu(linear)
        """, lambda self, x: F.relu(x @ self.weight + self.bias), weight=weight("6x3"), bias=weight("3")),
    row("my linear that cannot be trained", """
        def forward(self, x):
            return F.relu(torch.matmul(x, self.weight.detach()) + self.bias.detach())
        """, lambda self, x: F.relu(x @ self.weight + self.bias), weight=weight("6x3"), bias=weight("3")),
    row("a perceptron by hand", """
        def forward(self, x):
            return self.out(F.relu(self.hidden(x)))
        """, lambda self, x: self.out(F.relu(self.hidden(x))), hidden=linear(6, 5), out=linear(5, 2)),
    row("fixed hidden", """
        def forward(self, x):
            x = self.linear(x)
            x = F.relu(x @ self.rand_weight + 1)
            x = self.linear(x)
            while x.abs().sum() > 1:
                x /= 2
            return x.sum()
        """, _fixed_hidden, linear=linear(6, 6), rand_weight=torch.rand(6, 6)),
    row("parallel", """
        def forward(self, x):
            return torch.cat([self.first(x), self.second(x)], dim=1)
        """, lambda self, x: torch.cat((self.first(x), self.second(x)), 1), first=linear(6, 3), second=linear(6, 5)),
    row("tensor reduction", """
        def forward(self, x):
            return torch.einsum("kij,bi,bj->bk", self.weight, x, x)
        """, _reduced, weight=weight("3x6x6")),
    row("tensor reduction by loops", """
        def forward(self, x):
            y = x.new_zeros(x.shape[0], self.units)
            for k in range(self.units):
                for i in range(x.shape[1]):
                    y[:, k] += x[:, i] * (x @ self.weight[k, i])
            return y
        """, lambda self, x: torch.stack([sum(x[:, i] * (x @ w) for i, w in enumerate(e)) for e in self.weight], 1),
        weight=weight("3x6x6"), units=3),
    row("half of the Fourier coefficients", """
        def forward(self, x):
            return torch.fft.fft(x)[..., : x.shape[-1] // 2]
        """, lambda self, x: torch.fft.fft(x)[..., :3]),
    row("magnitudes", """
        def forward(self, x):
            return torch.fft.rfft(x, norm="ortho").abs()
        """, lambda self, x: torch.fft.rfft(x, norm="ortho").abs()),
    row("recurrent", '''
        def forward(self, x, state=None):
            """Each step of x; the last state too."""
            h = torch.zeros(x.size(1), self.units, dtype=x.dtype, device=x.device) if state is None else state
            outputs = []
            for step in x:  # over the first dimension
                h = torch.tanh(step @ self.w + h @ self.u + self.b)
                outputs.append(h)
            return torch.stack(outputs, dim=0), h
        ''', _recurrent, numbers("5x2x6"), w=weight("6x3"), u=weight("3x3"), b=weight("3"), units=3, _outputs=2),
    row("attention", """
        def forward(self, q, k, v, mask=None):
            scores = q @ k.mT / math.sqrt(q.shape[-1])
            if mask is not None:
                scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
            return scores.softmax(dim=-1) @ v
        """, _attention, numbers("2x3x4"), numbers("2x5x4"), numbers("2x5x3")),
    row("heads", """
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch, length, width = x.shape
            heads = x.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            y = F.scaled_dot_product_attention(heads, heads, heads, is_causal=True)
            return y.transpose(1, 2).contiguous().view(batch, length, -1)
        """, lambda self, x: F.scaled_dot_product_attention(*[x.view(2, 5, 3, 2).transpose(1, 2)] * 3, is_causal=True)
        .transpose(1, 2).reshape(2, 5, 6), numbers("2x5x6"), heads=3),
    row("layer norm", """
        def forward(self, x):
            mean = x.mean(dim=-1, keepdim=True)
            var = x.var(-1, unbiased=False, keepdim=True)
            return self.gain * (x - mean) / torch.sqrt(var + 1e-5) + self.shift
        """, lambda self, x: self.gain * (x - x.mean(-1, keepdim=True))
        / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5) + self.shift,
        gain=weight("6"), shift=weight("6")),
    row("batch norm with running values", """
        def forward(self, x):
            if self.training:
                self.running.mul_(0.9).add_(0.1 * x.detach().mean(0))
                return x - x.mean(0)
            return x - self.running
        """, lambda self, x: x - x.mean(0), running=torch.zeros(6)),
    row("residual", """
        def forward(self, x):
            return x + self.body(x)
        """, lambda self, x: x + self.body(x), body=linear(6, 6)),
    row("a gate", """
        def forward(self, x):
            a, b = x.chunk(2, dim=-1)
            return a * b.sigmoid()
        """, lambda self, x: F.glu(x)),
    row("padding", """
        def forward(self, x):
            return F.pad(x, (1, 2), mode="constant", value=0.5)
        """, lambda self, x: F.pad(x, (1, 2), value=0.5)),
    row("a convolution by unfolding", """
        def forward(self, x):
            columns = F.unfold(x, kernel_size=3, padding=1)
            return (self.weight @ columns).view(x.shape[0], -1, *x.shape[2:])
        """, lambda self, x: (self.weight @ F.unfold(x, 3, padding=1)).reshape(2, 4, 5, 5), numbers("2x3x5x5"),
        weight=weight("4x27")),
    row("a convolution", """
        def forward(self, x):
            return F.conv2d(x, self.weight, bias=None, stride=(1, 1), padding="same")
        """, lambda self, x: F.conv2d(x, self.weight, padding="same"), numbers("2x3x5x5"), weight=weight("4x3x3x3")),
    row("pooling and places", """
        def forward(self, x):
            y, where = F.max_pool2d(x, 2, return_indices=True)
            return F.max_unpool2d(y, where, 2)
        """, lambda self, x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), numbers("2x3x4x4")),
    row("upsampling", """
        def forward(self, x):
            return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        """, lambda self, x: F.interpolate(x, scale_factor=2, mode="bilinear"), numbers("1x2x3x3")),
    row("embedding", """
        def forward(self, x):
            return F.embedding(x, self.table).sum(dim=1)
        """, lambda self, x: self.table[x].sum(1), torch.tensor([[1, 2], [0, 3]]), table=weight("4x3")),
    row("positions", """
        def forward(self, x):
            half = x.shape[-1] // 2
            speed = torch.exp(-math.log(10000) * torch.arange(half, device=x.device) / half)
            angle = torch.arange(x.shape[0], dtype=x.dtype)[:, None] * speed[None]
            return x + torch.cat((angle.sin(), angle.cos()), -1)
        """, lambda self, x: x + torch.cat([f(torch.arange(4.0)[:, None] * torch.exp(
            -math.log(10000) * torch.arange(3) / 3)[None]) for f in (torch.sin, torch.cos)], -1)),
]  # fmt: skip
