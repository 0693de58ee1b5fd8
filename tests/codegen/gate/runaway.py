"""Code that passes the gate and would go on for ever, or take all memory."""

from __future__ import annotations

from tests.codegen.gate.hostile import inside

CUT_OFF = {
    "halving what is infinite": (inside("while x.abs().sum() > 1:\n    x = x / 2"), "loop", 2),
    "while true": (inside("while True:\n    pass"), "loop", 2),
    "a while within a while": (inside("while True:\n    n = 0\n    while n < 10:\n        n += 1"), "loop", 4),
    "a range": (inside("for i in range(10**12):\n    pass"), "loop", 2),
    "ranges within ranges": (inside("for i in range(10**6):\n    for j in range(10**6):\n        pass"), "loop", 3),
    "a list that grows while it is read": (inside("l = [1]\nfor i in l:\n    l.append(i)"), "loop", 3),
    "a comprehension": (inside("y = [i for i in range(10**12)]"), "comprehension", 2),
    "a nested comprehension": (inside("y = [j for i in range(10**9) for j in range(10) if j > 9]"), "comprehension", 2),
    "a comprehension of comprehensions": (inside("y = [[j for j in range(999)] for i in range(10**9)]"), "compr", 2),
    "a list that grows in a comprehension": (inside("l = [1]\ny = [l.append(i) for i in l]"), "comprehension", 3),
    "recursion": (inside("def f(n):\n    return f(n + 1)\nf(0)"), "recursion", 2),
    "recursion of two": (inside("def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nf(0)"), "recursion", None),
    "recursion that branches": (inside("def f(n):\n    return f(n - 1) + f(n - 1) if n else 1\nf(99)"), "recursion", 2),
    "recursion in a loop": (inside("def f(n):\n    return f(n - 1) if n else 1\nwhile True:\n    f(9)"), "", None),
    "a loop in a local function": (inside("def f(n):\n    for i in range(n):\n        f(n)\nf(9)"), "recursion", None),
    "a loop in recursion": (inside("def f(n):\n    while n:\n        pass\n    return f(n)\nf(9)"), "loop", 3),
    "sampling until it fits": (inside("y = torch.rand(2)\nwhile y.sum() < 100:\n    y = torch.rand(2)"), "loop", 3),
}  # fmt: skip
"""By what they do: the text, and what is cut off in which line (None: in one of several)."""

_MEMORY = "ran out of memory"
_TIME = "did not answer"
_EITHER = f"{_MEMORY}|{_TIME}"

LIMITED = {
    "zeros": (inside("y = torch.zeros(10**12)"), "ran out of memory when it asked for"),
    "repeat": (inside("y = x.repeat(10**9, 10)"), "ran out of memory when it asked for"),
    "more than there are bytes": (inside("y = torch.zeros(10**18, 10**9)"), "failed with"),
    "a long list": (inside("y = [0] * 10**12"), _MEMORY),
    "a list of a range": (inside("y = list(range(10**12))"), _EITHER),
    "a list that doubles": (inside("l = [1]\nwhile True:\n    l = l + l"), _EITHER),
    "a list that takes itself": (inside("l = [1]\nl += enumerate(l)"), _EITHER),
    "a tensor that doubles": (inside("while True:\n    x = torch.cat([x, x])"), _EITHER),
    "a tensor that doubles in a list": (inside("l = [x]\nfor y in l:\n    l.append(torch.cat([y, y]))"), _EITHER),
    "a square of a number, again and again": (inside("n = 3\nwhile True:\n    n = n * n"), _EITHER),
    "a power at run time": (inside("n = 10**9\ny = n ** n"), _EITHER),
    "a shift at run time": (inside("n = 10**12\ny = 1 << n"), _EITHER),
    "a sum of a range": (inside("y = sum(range(10**12))"), _TIME),
    "the largest of a range": (inside("y = max(range(10**12))"), _TIME),
    "steps that are slow": (inside("y = torch.rand(1000, 1000)\nwhile True:\n    y = y @ y"), _TIME),
    "what is large and not there": (inside("y = x[:1, :1].expand(10**6, 10**7).sum()"), _TIME),
    "outer products": (inside("y = x.flatten()\nwhile True:\n    y = torch.outer(y, y).flatten()"), _EITHER),
    "padding": (inside("y = F.pad(x, (10**6, 10**7))\ny = F.pad(y, (0, 0, 10**6, 0))"), _EITHER),
}  # fmt: skip
"""What the kernel's limits stop: the text, and words of the error."""
