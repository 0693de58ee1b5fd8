"""What the language has, each in a few lines."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.codegen.gate.honest import X, numbers, row, weight


def _elements(x: Tensor) -> Tensor:
    y = x.clone()
    y[0] = 0
    y[1:, 2] = 1.5
    y[:, -1] = y[:, -1] * 2
    return y.clamp(min=0)


LANGUAGE = [
    row("a local function", """
        def forward(self, x):
            def scaled(t, by: float = 2.0):
                return t * by
            return scaled(x) + scaled(x, by=3)
        """, lambda self, x: x * 2.0 + x * 3),
    row("recursion", """
        def forward(self, x):
            def power(t, n):
                if n == 0:
                    return torch.ones_like(t)
                return t * power(t, n - 1)
            return power(x, 5)
        """, lambda self, x: x * (x * (x * (x * (x * torch.ones_like(x)))))),
    row("two that call each other", """
        def forward(self, x):
            def even(n):
                return True if n == 0 else odd(n - 1)
            def odd(n):
                return False if n == 0 else even(n - 1)
            return x if even(10) else -x
        """, lambda self, x: x),
    row("comprehensions", """
        def forward(self, x):
            rows = [row * k for k, row in enumerate(x) if k % 2 == 0]
            grid = [[i * j for j in range(3)] for i in range(2)]
            return torch.stack(rows), torch.tensor(grid, dtype=torch.float32)
        """, lambda self, x: (torch.stack([x[0] * 0, x[2] * 2]), torch.tensor([[0.0, 0, 0], [0, 1, 2]])), _outputs=2),
    row("zip and reversed", """
        def forward(self, x):
            total = 0
            for a, b in zip(x, reversed(list(x)), strict=True):
                total = total + a * b
            return total
        """, lambda self, x: 0 + x[0] * x[3] + x[1] * x[2] + x[2] * x[1] + x[3] * x[0]),
    row("top values", """
        def forward(self, x):
            best = x.topk(self.k, dim=-1)
            return best.values, best.indices
        """, lambda self, x: tuple(x.topk(2)), k=2, _outputs=2),
    row("a mask", """
        def forward(self, x):
            n = x.shape[-1]
            mask = torch.ones(n, n, dtype=torch.bool).tril()
            return torch.where(mask, x[:1], float("inf") if False else -math.inf)
        """.replace('float("inf") if False else ', ""),
        lambda self, x: torch.where(torch.ones(6, 6, dtype=torch.bool).tril(), x[:1], -math.inf)),
    row("scatter", """
        def forward(self, x, index):
            y = torch.zeros(3, x.shape[1])
            y.index_add_(0, index, x)
            return y.scatter_reduce(0, index[:3, None], x[:3, :1], reduce="amax")
        """, lambda self, x, index: torch.zeros(3, 6).index_add(0, index, x)
        .scatter_reduce(0, index[:3, None], x[:3, :1], "amax"), X, torch.tensor([0, 2, 1, 0])),
    row("elements", """
        def forward(self, x):
            y = x.clone()
            y[0], y[1:, 2] = 0, 1.5
            y[..., -1] *= 2
            y[y < 0] = 0
            return y[::2], y.T[None]
        """, lambda self, x: (_elements(x)[::2], _elements(x).T[None]), _outputs=2),
    row("values decide", """
        def forward(self, x):
            largest = x.max().item()
            if 1 < largest <= 10 and not x.isnan().any():
                return x / largest
            elif largest > 10:
                return x * 0
            else:
                return x
        """, lambda self, x: x / x.max().item()),
    row("break, continue and else", """
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
    row("lists", """
        def forward(self, x):
            parts = [x, x * 2]
            parts.append(x * 3)
            parts += [x * 4]
            last = parts.pop()
            first, *rest = parts
            parts[0] = last
            return sum(parts), len(rest), [*rest, first]
        """, lambda self, x: (x * 4 + x * 2 + x * 3, 2, [x * 2, x * 3, x]), _outputs=3),
    row("numbers", """
        def forward(self, x):
            n = int(round(math.log2(self.width)))
            m = max(abs(-3), min(5, n), 1) ** 2 % 7
            a = float(n) if bool(n) else 0.0
            return x * m + a - (n << 1 | 1) + ~n
        """, lambda self, x: x * 2 + 3.0 - 7 + -4, width=8),
    row("annotations and built-ins", """
        def forward(self, x: torch.Tensor):
            device = x.device
            n: int = sorted([3, 1, 2], reverse=True)[0]
            y: torch.Tensor = torch.full((n,), float("-inf"), device=device)
            return y if any([True, False]) and not all([True, False]) else x
        """, lambda self, x: torch.full((3,), -math.inf)),
    row("an assertion", """
        def forward(self, x):
            assert x.shape[1] == self.width, "wrong width"
            assert x.dtype == torch.float32
            return x.to(torch.float64).float()
        """, lambda self, x: x, width=6),
    row("complex numbers", """
        def forward(self, x):
            z = torch.complex(x, x) * (1 + 2j)
            return z.real - z.imag, torch.view_as_real(z)
        """, lambda self, x: ((torch.complex(x, x) * (1 + 2j)).real - (torch.complex(x, x) * (1 + 2j)).imag,
                              torch.view_as_real(torch.complex(x, x) * (1 + 2j))), _outputs=2),
    row("linear algebra", """
        def forward(self, x):
            u, s, vh = torch.linalg.svd(x, full_matrices=False)
            return torch.linalg.norm(x, ord="fro"), s, torch.linalg.solve(x.T @ x + torch.eye(6), x.mT)
        """, lambda self, x: (torch.linalg.norm(x, "fro"), torch.linalg.svd(x, full_matrices=False)[1],
                              torch.linalg.solve(x.T @ x + torch.eye(6), x.mT)), _outputs=3),
    row("distances", """
        def forward(self, x):
            return torch.cdist(x, self.centers, p=2.0).argmin(dim=1), F.cosine_similarity(x, x[:1], dim=-1)
        """, lambda self, x: (torch.cdist(x, self.centers).argmin(1), F.cosine_similarity(x, x[:1], -1)),
        centers=weight("3x6"), _outputs=2),
    row("a Chinese comment", """
        def forward(self, x):
            # 把每一行减去它的平均值
            return x - x.mean(1, keepdim=True)  # 结果
        """, lambda self, x: x - x.mean(1, keepdim=True)),
    row("initial values", """
        def forward(self, x):
            return x @ self.weight + self.bias

        def init(self):
            nn.init.constant_(self.weight, 1 / math.sqrt(self.width))
            self.bias.fill_(0.5)
            self.bias[0] = -1
        """, lambda self, x: x @ torch.full((6, 2), 1 / math.sqrt(6)) + torch.tensor([-1, 0.5]),
        weight=weight("6x2"), bias=weight("2"), width=6),
    row("initial values by torch's own", """
        def init(self):
            nn.init.kaiming_uniform_(self.weight, mode="fan_in", nonlinearity="relu")
            with_sign = self.weight.sign()
            self.weight.copy_(with_sign)

        def forward(self, x):
            return (x @ self.weight).abs() * 0 + self.weight.abs().mean()
        """, lambda self, x: (x @ self.weight).abs() * 0 + 1, weight=weight("6x2")),
    row("ten thousand steps", """
        def forward(self, x):
            n = 0
            for i in range(10_000):
                n += i
            return x * n
        """, lambda self, x: x * 49995000),
    row("two outputs of a layer", """
        def forward(self, x):
            y, (h, c) = self.lstm(x)
            return y + h[0] + c[0] * 0
        """, lambda self, x: self.lstm(x)[0] + self.lstm(x)[1][0][0], numbers("3x2x4"), lstm=nn.LSTM(4, 5)),
    row("the same shape", """
        def forward(self, x, y):
            return x.reshape(-1).new_full((2, 2), 7.0), torch.atleast_2d(y), x.view_as(x), x.expand(2, *x.shape)
        """, lambda self, x, y: (torch.full((2, 2), 7.0), y[None], x, x.expand(2, 4, 6)), X, numbers("3"), _outputs=4),
    row("dropping in training alone", """
        def forward(self, x):
            return F.dropout(x, p=0.0, training=self.training) if self.training else x
        """, lambda self, x: x),
]  # fmt: skip
