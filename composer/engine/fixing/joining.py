"""Inputs that do not fit each other: joined elsewhere, projected, pooled or enlarged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from composer.design.nodes import Op, Parallel, Residual
from composer.design.paths import join
from composer.engine.fixing.case import Case, fix, shown
from composer.engine.fixing.placing import New, before_each, new
from composer.errors import Fix
from composer.reports import TensorType

Dims = tuple[int | str, ...]


def dimension(case: Case) -> Iterator[Fix]:
    """A concat along the one dimension in which its inputs differ."""
    shapes = _shapes(case)
    if case.failure.kind != "Concat" or not shapes or len({len(dims) for dims in shapes}) != 1:
        return
    differ = [axis for axis, sizes in enumerate(zip(*shapes, strict=True)) if len(set(sizes)) > 1]
    if len(differ) != 1:
        return
    edit = "set_field" if isinstance(case.node, Parallel) else "set_option"
    if isinstance(case.node, Parallel) or (isinstance(case.node, Op) and case.node.kind == "Concat"):
        change = {"edit": edit, "path": case.path, "name": "dim", "value": differ[0]}
        yield Fix(f"join along dimension {differ[0]}", (change,), certain=True)


def shortcut(case: Case) -> Iterator[Fix]:
    """A residual whose body changes the number of features or channels."""
    shapes = _shapes(case)
    if not isinstance(case.node, Residual) or case.node.shortcut or case.failure.kind != "Add" or len(shapes) != 2:
        return
    body, entry = shapes
    found = projection(entry, body)
    if found:
        edits = before_each(case.design, case.path, {1: [found]})
        yield from fix(f"add a shortcut, {found['kind']}", edits, certain=True)


def project(case: Case) -> Iterator[Fix]:
    """Terms and factors of other sizes: which of them changes is a choice."""
    shapes = _shapes(case)
    if case.category != "Arithmetic" or len(shapes) < 2:
        return
    for target in dict.fromkeys(shapes):
        chains = _chains(shapes, target)
        if chains and not (isinstance(case.node, Residual) and _is_odd(case.node, shapes, chains)):
            yield from fix(_label(case, chains), before_each(case.design, case.path, chains))


def _is_odd(node: Residual, shapes: Sequence[Dims], chains: Mapping[int, Sequence[New]]) -> bool:
    """Whether a Residual would not be mended so: there is a plain shortcut, or its body is resized at its end."""
    has_shortcut_fix = not node.shortcut and 1 in chains and projection(shapes[1], shapes[0]) is not None
    resized = any(len(nodes) > 1 or nodes[0]["kind"] == "Upsample" for k, nodes in chains.items() if k == 0)
    return has_shortcut_fix or resized


def resize(case: Case) -> Iterator[Fix]:
    """Images, sequences or volumes of several sizes to be joined: all get the size of one of them."""
    shapes = _shapes(case)
    ranks = {len(dims) for dims in shapes}
    if case.failure.kind != "Concat" or len(shapes) < 2 or len(ranks) != 1 or not 3 <= max(ranks) <= 5:
        return
    if len({dims[0] for dims in shapes}) > 1 or _dim(case) != 1:
        return
    for size in dict.fromkeys(dims[2:] for dims in shapes):
        chains: dict[int, Sequence[New]] = {
            k: _resized(dims, size) for k, dims in enumerate(shapes) if dims[2:] != size
        }
        if all(chains.values()):
            edits = before_each(case.design, case.path, chains)
            yield from fix(_label(case, chains), edits)


def raise_rank(case: Case) -> Iterator[Fix]:
    """A vector for each sample beside others, or beside feature maps."""
    shapes = _shapes(case)
    ranks = sorted({len(dims) for dims in shapes})
    if len(ranks) != 2:
        return
    model = next(dims for dims in shapes if len(dims) == ranks[1])
    chains: dict[int, Sequence[New]] = {}
    for k, dims in enumerate(shapes):
        if len(dims) == ranks[1]:
            continue
        if case.failure.kind == "Concat" and ranks[1] == ranks[0] + 1 and _dim(case) == ranks[0]:
            chains[k] = [new("Unsqueeze", dim=ranks[0])]
        elif case.category == "Arithmetic" and len(dims) == 2 and dims == model[:2] and isinstance(dims[1], int):
            chains[k] = [new("Unflatten", dim=1, unflattened_size=[dims[1], *[1] * (ranks[1] - 2)])]
    if chains:
        yield from fix(_label(case, chains), before_each(case.design, case.path, chains))


def projection(entry: Dims, wanted: Dims) -> New | None:
    """A layer from sizes `entry` to sizes `wanted`: a Linear, or a 1×1 convolution that may stride."""
    if len(entry) != len(wanted) or len(entry) < 2 or entry[0] != wanted[0] or entry == wanted:
        return None
    if entry[:-1] == wanted[:-1] and len(entry) <= 3:
        numbers = isinstance(entry[-1], int) and isinstance(wanted[-1], int)
        return new("Linear", in_features=entry[-1], out_features=wanted[-1]) if numbers else None
    if len(entry) not in (3, 4) or not isinstance(entry[1], int) or not isinstance(wanted[1], int):
        return None
    strides = [_stride(before, after) for before, after in zip(entry[2:], wanted[2:], strict=True)]
    if not all(strides):
        return None
    options = {"in_channels": entry[1], "out_channels": wanted[1], "kernel_size": 1}
    if set(strides) != {1}:
        options["stride"] = strides[0] if len(set(strides)) == 1 else strides  # type: ignore[assignment]
    return new(f"Conv{len(entry) - 2}d", **options)


def _stride(before: int | str, after: int | str) -> int:
    """The stride that leaves `after` of `before` points; 0 where there is none."""
    if before == after:
        return 1
    if not isinstance(before, int) or not isinstance(after, int) or not 0 < after < before:
        return 0
    stride = before // after
    return stride if -(-before // stride) == after else 0


def _shapes(case: Case) -> list[Dims]:
    """The shapes of the inputs; none where one is no tensor."""
    shapes = [each.dims for each in case.inputs if isinstance(each, TensorType)]
    return shapes if len(shapes) == len(case.inputs) else []


def _dim(case: Case) -> int | None:
    if isinstance(case.node, Parallel):
        return case.node.dim
    return case.number("dim")


def _chains(shapes: Sequence[Dims], target: Dims) -> dict[int, Sequence[New]]:
    """What each input needs that does not fit `target`; nothing where one cannot be made to fit."""
    chains: dict[int, Sequence[New]] = {}
    for k, dims in enumerate(shapes):
        if not _fits(dims, target):
            chains[k] = _to(dims, target)
            if not chains[k]:
                return {}
    return chains


def _fits(dims: Dims, target: Dims) -> bool:
    """Whether adding `dims` to `target` leaves the target's sizes."""
    short = target[len(target) - len(dims) :] if len(dims) <= len(target) else ()
    return len(short) == len(dims) and all(a in (b, 1) for a, b in zip(dims, short, strict=True))


def _to(dims: Dims, target: Dims) -> Sequence[New]:
    single = projection(dims, target)
    if single:
        return [single]
    if len(dims) != len(target) or not 3 <= len(dims) <= 5 or dims[0] != target[0]:
        return []
    resized = _resized(dims, target[2:])
    if not resized or dims[1] == target[1]:
        return resized
    rest = projection((*dims[:2], *target[2:]), target)
    return [*resized, rest] if rest and rest["kind"] != "Linear" else []


def _resized(dims: Dims, size: Dims) -> list[New]:
    """Pooling to a smaller size, interpolation to a larger one; nothing where that is not clear."""
    pairs = list(zip(dims[2:], size, strict=True))
    if not all(isinstance(a, int) and isinstance(b, int) and b > 0 for a, b in pairs):
        return []
    value = size[0] if len(set(size)) == 1 else list(size)
    if all(a >= b for a, b in pairs):  # type: ignore[operator]  # integers
        return [new(f"AdaptiveAvgPool{len(size)}d", output_size=value)]
    return [new("Upsample", size=list(size))] if all(a <= b for a, b in pairs) else []  # type: ignore[operator]


def _label(case: Case, chains: dict[int, Sequence[New]]) -> str:
    parts = [f"{' and '.join(map(_words, nodes))} on {_name(case, k)}" for k, nodes in chains.items()]
    return f"insert {', '.join(parts)}" if len(parts) <= 2 else f"insert {parts[0]}, and {len(parts) - 1} more"


def _name(case: Case, k: int) -> str:
    """Where an input comes from, unless that is ambiguous; the branch itself, for a block of branches."""
    if isinstance(case.node, Parallel) and k < len(case.node.nodes):
        return join(case.path, case.node.nodes[k].id)
    origin = case.failure.origins[k]
    twice = case.failure.origins.count(origin) > 1
    return f"input {k + 1}" if twice or not origin else origin


def _words(node: New) -> str:
    """`Linear(32, 64)`, `AdaptiveAvgPool2d(4)`, `Upsample(8×8)`."""
    return f"{node['kind']}({', '.join(shown(value) for value in node.get('options', {}).values())})"
