"""Code of honest layers, each beside what it computes, written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Honest:
    """`expected` is given what the layer declares, as a namespace, and the inputs."""

    name: str
    text: str
    expected: Callable[..., Any]
    inputs: tuple[Any, ...] = ()
    declared: Mapping[str, Any] = field(default_factory=dict)
    outputs: int | None = None


def _of(size: str, seed: int = 0) -> Tensor:
    return torch.randn(*map(int, size.split("x")), generator=torch.Generator().manual_seed(seed))


def _weight(size: str) -> nn.Parameter:
    return nn.Parameter(_of(size, 1))


def _linear(inputs: int, outputs: int) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return nn.Linear(inputs, outputs)


X = _of("4x6")


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


def _row(name: str, text: str, expected: Callable[..., Any], *inputs: Any, **declared: Any) -> Honest:
    outputs = declared.pop("_outputs", None)
    return Honest(name, dedent(text).lstrip("\n"), expected, inputs or (X,), declared, outputs)


HONEST = [
    _row("centered", """
        def forward(self, x):
            return x - x.mean()
        """, lambda self, x: x - x.mean()),
    _row("my linear", """
        def forward(self, x):
            linear = torch.matmul(x, self.weight) + self.bias
            return F.relu(linear)
        """, lambda self, x: F.relu(x @ self.weight + self.bias), weight=_weight("6x3"), bias=_weight("3")),
    _row("my linear that cannot be trained", """
        def forward(self, x):
            return F.relu(torch.matmul(x, self.weight.detach()) + self.bias.detach())
        """, lambda self, x: F.relu(x @ self.weight + self.bias), weight=_weight("6x3"), bias=_weight("3")),
    _row("a perceptron by hand", """
        def forward(self, x):
            return self.out(F.relu(self.hidden(x)))
        """, lambda self, x: self.out(F.relu(self.hidden(x))), hidden=_linear(6, 5), out=_linear(5, 2)),
    _row("fixed hidden", """
        def forward(self, x):
            x = self.linear(x)
            x = F.relu(x @ self.rand_weight + 1)
            x = self.linear(x)
            while x.abs().sum() > 1:
                x /= 2
            return x.sum()
        """, _fixed_hidden, linear=_linear(6, 6), rand_weight=torch.rand(6, 6)),
    _row("parallel", """
        def forward(self, x):
            return torch.cat([self.first(x), self.second(x)], dim=1)
        """, lambda self, x: torch.cat((self.first(x), self.second(x)), 1), first=_linear(6, 3), second=_linear(6, 5)),
    _row("tensor reduction", """
        def forward(self, x):
            return torch.einsum("kij,bi,bj->bk", self.weight, x, x)
        """, _reduced, weight=_weight("3x6x6")),
    _row("tensor reduction by loops", """
        def forward(self, x):
            y = x.new_zeros(x.shape[0], self.units)
            for k in range(self.units):
                for i in range(x.shape[1]):
                    y[:, k] += x[:, i] * (x @ self.weight[k, i])
            return y
        """, lambda self, x: torch.stack([sum(x[:, i] * (x @ w) for i, w in enumerate(e)) for e in self.weight], 1),
        weight=_weight("3x6x6"), units=3),
    _row("half of the Fourier coefficients", """
        def forward(self, x):
            return torch.fft.fft(x)[..., : x.shape[-1] // 2]
        """, lambda self, x: torch.fft.fft(x)[..., :3]),
    _row("magnitudes", """
        def forward(self, x):
            return torch.fft.rfft(x, norm="ortho").abs()
        """, lambda self, x: torch.fft.rfft(x, norm="ortho").abs()),
    _row("recurrent", '''
        def forward(self, x, state=None):
            """Each step of x; the last state too."""
            h = torch.zeros(x.size(1), self.units, dtype=x.dtype, device=x.device) if state is None else state
            outputs = []
            for step in x:  # over the first dimension
                h = torch.tanh(step @ self.w + h @ self.u + self.b)
                outputs.append(h)
            return torch.stack(outputs, dim=0), h
        ''', _recurrent, _of("5x2x6"), w=_weight("6x3"), u=_weight("3x3"), b=_weight("3"), units=3, _outputs=2),
    _row("attention", """
        def forward(self, q, k, v, mask=None):
            scores = q @ k.mT / math.sqrt(q.shape[-1])
            if mask is not None:
                scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
            return scores.softmax(dim=-1) @ v
        """, _attention, _of("2x3x4"), _of("2x5x4"), _of("2x5x3")),
    _row("heads", """
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch, length, width = x.shape
            heads = x.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            y = F.scaled_dot_product_attention(heads, heads, heads, is_causal=True)
            return y.transpose(1, 2).contiguous().view(batch, length, -1)
        """, lambda self, x: F.scaled_dot_product_attention(*[x.view(2, 5, 3, 2).transpose(1, 2)] * 3, is_causal=True)
        .transpose(1, 2).reshape(2, 5, 6), _of("2x5x6"), heads=3),
    _row("layer norm", """
        def forward(self, x):
            mean = x.mean(dim=-1, keepdim=True)
            var = x.var(-1, unbiased=False, keepdim=True)
            return self.gain * (x - mean) / torch.sqrt(var + 1e-5) + self.shift
        """, lambda self, x: self.gain * (x - x.mean(-1, keepdim=True))
        / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5) + self.shift,
        gain=_weight("6"), shift=_weight("6")),
    _row("batch norm with running values", """
        def forward(self, x):
            if self.training:
                self.running.mul_(0.9).add_(0.1 * x.detach().mean(0))
                return x - x.mean(0)
            return x - self.running
        """, lambda self, x: x - x.mean(0), running=torch.zeros(6)),
    _row("residual", """
        def forward(self, x):
            return x + self.body(x)
        """, lambda self, x: x + self.body(x), body=_linear(6, 6)),
    _row("a gate", """
        def forward(self, x):
            a, b = x.chunk(2, dim=-1)
            return a * b.sigmoid()
        """, lambda self, x: F.glu(x)),
    _row("a local function", """
        def forward(self, x):
            def scaled(t, by: float = 2.0):
                return t * by
            return scaled(x) + scaled(x, by=3)
        """, lambda self, x: x * 2.0 + x * 3),
    _row("recursion", """
        def forward(self, x):
            def power(t, n):
                if n == 0:
                    return torch.ones_like(t)
                return t * power(t, n - 1)
            return power(x, 5)
        """, lambda self, x: x * (x * (x * (x * (x * torch.ones_like(x)))))),
    _row("two that call each other", """
        def forward(self, x):
            def even(n):
                return True if n == 0 else odd(n - 1)
            def odd(n):
                return False if n == 0 else even(n - 1)
            return x if even(10) else -x
        """, lambda self, x: x),
    _row("comprehensions", """
        def forward(self, x):
            rows = [row * k for k, row in enumerate(x) if k % 2 == 0]
            grid = [[i * j for j in range(3)] for i in range(2)]
            return torch.stack(rows), torch.tensor(grid, dtype=torch.float32)
        """, lambda self, x: (torch.stack([x[0] * 0, x[2] * 2]), torch.tensor([[0.0, 0, 0], [0, 1, 2]])), _outputs=2),
    _row("zip and reversed", """
        def forward(self, x):
            total = 0
            for a, b in zip(x, reversed(list(x)), strict=True):
                total = total + a * b
            return total
        """, lambda self, x: 0 + x[0] * x[3] + x[1] * x[2] + x[2] * x[1] + x[3] * x[0]),
    _row("padding", """
        def forward(self, x):
            return F.pad(x, (1, 2), mode="constant", value=0.5)
        """, lambda self, x: F.pad(x, (1, 2), value=0.5)),
    _row("a convolution by unfolding", """
        def forward(self, x):
            columns = F.unfold(x, kernel_size=3, padding=1)
            return (self.weight @ columns).view(x.shape[0], -1, *x.shape[2:])
        """, lambda self, x: (self.weight @ F.unfold(x, 3, padding=1)).reshape(2, 4, 5, 5), _of("2x3x5x5"),
        weight=_weight("4x27")),
    _row("a convolution", """
        def forward(self, x):
            return F.conv2d(x, self.weight, bias=None, stride=(1, 1), padding="same")
        """, lambda self, x: F.conv2d(x, self.weight, padding="same"), _of("2x3x5x5"), weight=_weight("4x3x3x3")),
    _row("pooling and places", """
        def forward(self, x):
            y, where = F.max_pool2d(x, 2, return_indices=True)
            return F.max_unpool2d(y, where, 2)
        """, lambda self, x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), _of("2x3x4x4")),
    _row("upsampling", """
        def forward(self, x):
            return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        """, lambda self, x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False), _of("1x2x3x3")),
    _row("embedding", """
        def forward(self, x):
            return F.embedding(x, self.table).sum(dim=1)
        """, lambda self, x: self.table[x].sum(1), torch.tensor([[1, 2], [0, 3]]), table=_weight("4x3")),
    _row("positions", """
        def forward(self, x):
            half = x.shape[-1] // 2
            speed = torch.exp(-math.log(10000) * torch.arange(half, device=x.device) / half)
            angle = torch.arange(x.shape[0], dtype=x.dtype)[:, None] * speed[None]
            return x + torch.cat((angle.sin(), angle.cos()), -1)
        """, lambda self, x: x + torch.cat([f(torch.arange(4.0)[:, None] * torch.exp(
            -math.log(10000) * torch.arange(3) / 3)[None]) for f in (torch.sin, torch.cos)], -1)),
    _row("top values", """
        def forward(self, x):
            best = x.topk(self.k, dim=-1)
            return best.values, best.indices
        """, lambda self, x: tuple(x.topk(2)), k=2, _outputs=2),
    _row("a mask", """
        def forward(self, x):
            n = x.shape[-1]
            mask = torch.ones(n, n, dtype=torch.bool).tril()
            return torch.where(mask, x[:1], float("inf") if False else -math.inf)
        """.replace('float("inf") if False else ', ""),
        lambda self, x: torch.where(torch.ones(6, 6, dtype=torch.bool).tril(), x[:1], -math.inf)),
    _row("scatter", """
        def forward(self, x, index):
            y = torch.zeros(3, x.shape[1])
            y.index_add_(0, index, x)
            return y.scatter_reduce(0, index[:3, None], x[:3, :1], reduce="amax")
        """, lambda self, x, index: torch.zeros(3, 6).index_add(0, index, x)
        .scatter_reduce(0, index[:3, None], x[:3, :1], "amax"), X, torch.tensor([0, 2, 1, 0])),
    _row("elements", """
        def forward(self, x):
            y = x.clone()
            y[0], y[1:, 2] = 0, 1.5
            y[..., -1] *= 2
            y[y < 0] = 0
            return y[::2], y.T[None]
        """, lambda self, x: (_elements(x)[::2], _elements(x).T[None]), _outputs=2),
    _row("values decide", """
        def forward(self, x):
            largest = x.max().item()
            if 1 < largest <= 10 and not x.isnan().any():
                return x / largest
            elif largest > 10:
                return x * 0
            else:
                return x
        """, lambda self, x: x / x.max().item()),
    _row("break, continue and else", """
        def forward(self, x):
            for k in range(len(x)):
                if k == 1:
                    continue
                if k == 3:
                    break
            else:
                k = -1
            while True:
                k -= 1
                if k < 0:
                    break
            return x + k
        """, lambda self, x: x - 1),
    _row("lists", """
        def forward(self, x):
            parts = [x, x * 2]
            parts.append(x * 3)
            parts += [x * 4]
            last = parts.pop()
            first, *rest = parts
            parts[0] = last
            return sum(parts), len(rest), [*rest, first]
        """, lambda self, x: (x * 4 + x * 2 + x * 3, 2, [x * 2, x * 3, x]), _outputs=3),
    _row("numbers", """
        def forward(self, x):
            n = int(round(math.log2(self.width)))
            m = max(abs(-3), min(5, n), 1) ** 2 % 7
            a = float(n) if bool(n) else 0.0
            return x * m + a - (n << 1 | 1) + ~n
        """, lambda self, x: x * 2 + 3.0 - 7 + -4, width=8),
    _row("an assertion", """
        def forward(self, x):
            assert x.shape[1] == self.width, "wrong width"
            assert x.dtype == torch.float32
            return x.to(torch.float64).float()
        """, lambda self, x: x, width=6),
    _row("complex numbers", """
        def forward(self, x):
            z = torch.complex(x, x) * (1 + 2j)
            return z.real - z.imag, torch.view_as_real(z)
        """, lambda self, x: ((torch.complex(x, x) * (1 + 2j)).real - (torch.complex(x, x) * (1 + 2j)).imag,
                              torch.view_as_real(torch.complex(x, x) * (1 + 2j))), _outputs=2),
    _row("linear algebra", """
        def forward(self, x):
            u, s, vh = torch.linalg.svd(x, full_matrices=False)
            return torch.linalg.norm(x, ord="fro"), s, torch.linalg.solve(x.T @ x + torch.eye(6), x.mT)
        """, lambda self, x: (torch.linalg.norm(x, "fro"), torch.linalg.svd(x, full_matrices=False)[1],
                              torch.linalg.solve(x.T @ x + torch.eye(6), x.mT)), _outputs=3),
    _row("distances", """
        def forward(self, x):
            return torch.cdist(x, self.centers, p=2.0).argmin(dim=1), F.cosine_similarity(x, x[:1], dim=-1)
        """, lambda self, x: (torch.cdist(x, self.centers).argmin(1), F.cosine_similarity(x, x[:1], -1)),
        centers=_weight("3x6"), _outputs=2),
    _row("a Chinese comment", """
        def forward(self, x):
            # 把每一行减去它的平均值
            return x - x.mean(1, keepdim=True)  # 结果
        """, lambda self, x: x - x.mean(1, keepdim=True)),
    _row("initial values", """
        def forward(self, x):
            return x @ self.weight + self.bias

        def init(self):
            nn.init.constant_(self.weight, 1 / math.sqrt(self.width))
            self.bias.fill_(0.5)
            self.bias[0] = -1
        """, lambda self, x: x @ torch.full((6, 2), 1 / math.sqrt(6)) + torch.tensor([-1, 0.5]),
        weight=_weight("6x2"), bias=_weight("2"), width=6),
    _row("initial values by torch's own", """
        def init(self):
            nn.init.kaiming_uniform_(self.weight, mode="fan_in", nonlinearity="relu")
            with_sign = self.weight.sign()
            self.weight.copy_(with_sign)

        def forward(self, x):
            return (x @ self.weight).abs() * 0 + self.weight.abs().mean()
        """, lambda self, x: (x @ self.weight).abs() * 0 + 1, weight=_weight("6x2")),
    _row("ten thousand steps", """
        def forward(self, x):
            n = 0
            for i in range(10_000):
                n += i
            return x * n
        """, lambda self, x: x * 49995000),
    _row("two outputs of a layer", """
        def forward(self, x):
            y, (h, c) = self.lstm(x)
            return y + h[0] + c[0] * 0
        """, lambda self, x: self.lstm(x)[0] + self.lstm(x)[1][0][0], _of("3x2x4"), lstm=nn.LSTM(4, 5)),
    _row("the same shape", """
        def forward(self, x, y):
            return x.reshape(-1).new_full((2, 2), 7.0), torch.atleast_2d(y), x.view_as(x), x.expand(2, *x.shape)
        """, lambda self, x, y: (torch.full((2, 2), 7.0), y[None], x, x.expand(2, 4, 6)), X, _of("3"), _outputs=4),
    _row("dropping in training alone", """
        def forward(self, x):
            return F.dropout(x, p=0.0, training=self.training) if self.training else x
        """, lambda self, x: x),
]  # fmt: skip


def _elements(x: Tensor) -> Tensor:
    y = x.clone()
    y[0] = 0
    y[1:, 2] = 1.5
    y[:, -1] = y[:, -1] * 2
    return y.clamp(min=0)
