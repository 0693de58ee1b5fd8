"""The rows of the tree: every node of a design with its output shape, parameters, badges and problems."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from composer.design.document import Design
from composer.design.nodes import BlockBase, Layer, Node, Op, Repeat, Residual, Shared, Tensor, Use
from composer.design.paths import join, scopes, walk
from composer.errors import Problem
from composer.memo import Memo
from composer.reports import ShapesReport, TensorReport, ValueType, count_parameters, describe, under
from composer.ui.language import _, plural
from composer.views.numbers import humanize
from composer.views.theme import family
from composer.views.tints import tints
from composer.views.wording import clean

COMFORTABLE = 60  # rows; beyond it, blocks inside blocks begin closed
VARIES = "…"  # instances of one node give different shapes


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as the component draws it. `problems` counts those at the node and inside; `wrong`: it has its own.

    `block` is the kind of a block ("" for what has no children), `inputs` are its input names, which no child may
    have; `shortcut`: it is the shortcut of a Residual, which has no place in the chain. `definition` is the path of
    what a use is of. Rows of one `tint` belong together: uses of one definition, or all that is one module (−1: none).
    """

    path: str
    name: str
    kind: str
    role: str
    family: str
    level: int
    children: bool
    folded: bool
    shape: str
    count: str
    badge: str
    problems: int
    wrong: bool
    title: str
    block: str
    inputs: tuple[str, ...]
    shortcut: bool
    definition: str
    tint: int


_NAMES = tuple(field.name for field in fields(Row))


def rows(design: Design, report: ShapesReport, problems: Sequence[Problem]) -> list[Row]:
    """The rows of `design`: its own tree, then its definitions."""
    return list(_Rows(design, report, problems).rows())


def plain(row: Row) -> Mapping[str, object]:
    """A row as the component gets it: what is empty is left out."""
    known = _plain.get(id(row))
    if known is not None:
        return known
    values = ((name, getattr(row, name)) for name in _NAMES)
    found = {name: value for name, value in values if value or name in ("path", "level", "tint")}
    return _plain.put(id(row), found, row)


class _Rows:
    def __init__(self, design: Design, report: ShapesReport, problems: Sequence[Problem]) -> None:
        self._design = design
        self._report = report
        self._wrong = {problem.path for problem in problems}
        self._problems = Counter(above for problem in problems for above in _prefixes(problem.path))
        self._instances = instances(report)
        self._varying = _varying(report)
        self._inside: defaultdict[str, list[TensorReport]] = defaultdict(list)
        for tensor in report.tensors:
            if tensor.parameter:
                for path in _prefixes(tensor.name):
                    self._inside[path].append(tensor)
        self._tied = {path for group in design.ties for path in group}
        self._tints = tints(design)
        self._shortcuts = {
            join(path, node.shortcut.id)
            for scope, root, _ in scopes(design)
            if "Residual" in (root.kind, *root.kinds)
            for path, node in walk(root, scope)
            if isinstance(node, Residual) and node.shortcut
        }

    def rows(self) -> Iterator[Row]:
        *definitions, (path, root, _options) = scopes(self._design)
        found = list(self._walk(path, self._design.name, root, 0))
        for path, root, _options in definitions:
            found += self._walk(path, path.removeprefix("."), root, 0)
        crowded = len(found) > COMFORTABLE
        for path, name, node, level in found:
            yield self._row(path, name, node, level, crowded)

    def _walk(self, path: str, name: str, node: Node, level: int) -> Iterator[tuple[str, str, Node, int]]:
        yield path, name, node, level
        if isinstance(node, BlockBase):
            for child in node.children:
                below = f"{path}.{child.id}" if path else child.id
                yield from self._walk(below, child.id, child, level + 1)

    def _row(self, path: str, name: str, node: Node, level: int, crowded: bool) -> Row:
        problems = self._problems.get(path, 0), path in self._wrong
        words = self._kind(path, node), self._badge(path, node), self._shape(path), *self._count(path, node)
        definition = f".{node.of}" if isinstance(node, Use) and self._design.definition(node.of) else ""
        place = path, name, level, crowded and level > 0, path in self._shortcuts, definition, self._tints.get(path, -1)
        key = (id(node), place, words, problems)
        return _rows.get(key) or _rows.put(key, _row(node, place, words, problems), node)

    def _kind(self, path: str, node: Node) -> str:
        if path.startswith(".") and path.count(".") == 1:
            return _("definition")
        match node:
            case Use():
                return node.of
            case Shared():
                return f"= {node.of}"
            case Repeat():
                return f"Repeat ×{node.times}".replace("×=", "×")
        return node.kind

    def _shape(self, path: str) -> str:
        if path in self._report.outputs:
            return describe(self._report.outputs[path])
        if path not in self._instances:
            return ""
        return VARIES if path in self._varying else "?"

    def _count(self, path: str, node: Node) -> tuple[str, str]:
        """The number of parameters, short and exact; nothing where there is none."""
        instance = self._instances.get(path, path)
        inside = self._inside.get(instance, [])
        own = [each for each in inside if not each.owner or under(instance, each.owner)]
        if not inside or isinstance(node, Op) or (path.startswith(".") and path not in self._instances):
            return "", ""
        if not own:
            return _("shared"), _("parameters shared with {owner}").format(owner=_module(inside[0]))
        number = count_parameters(own)
        exact = (
            _("unknown number of parameters")
            if number is None
            else plural("{number} parameter", "{number} parameters", number)
        )
        return humanize(number), exact

    def _badge(self, path: str, node: Node) -> str:
        words = []
        if isinstance(node, Layer) and node.spec.concrete:
            words.append(_("lazy"))
        if isinstance(node, Shared):
            words.append(_("shared"))
        if isinstance(node, Use):
            words.append(_("linked"))
        if not path.startswith(".") and not isinstance(node, Op):
            words += self._marks(path, node)
        return " · ".join(words)

    def _marks(self, path: str, node: Node) -> Iterator[str]:
        if path and any(under(frozen, path) for frozen in self._design.frozen):
            yield _("frozen")
        if isinstance(node, Layer | Tensor) and any(under(path, tied) for tied in self._tied):
            yield _("tied")


_rows: Memo[Row] = Memo(20_000)
_plain: Memo[Mapping[str, object]] = Memo(20_000)


def _row(
    node: Node,
    place: tuple[str, str, int, bool, bool, str, int],
    words: tuple[str, str, str, str, str],
    problems: tuple[int, bool],
) -> Row:
    path, name, level, folded, shortcut, definition, tint = place
    kind, badge, shape, count, exact = words
    number, wrong = problems
    block = isinstance(node, BlockBase)
    return Row(
        path=path,
        name=clean(name),
        kind=kind,
        role="block" if block else "op" if isinstance(node, Op) else "leaf",
        family=family(_category(node)),
        level=level,
        children=isinstance(node, BlockBase) and bool(node.children),
        folded=folded,
        shape=shape,
        count=count,
        badge=badge,
        problems=number,
        wrong=wrong,
        title=" · ".join(filter(None, [clean(path), kind, shape, exact])),
        block=node.kind if block else "",
        inputs=node.input_names if isinstance(node, BlockBase) else (),
        shortcut=shortcut,
        definition=definition,
        tint=tint,
    )


def _prefixes(path: str) -> Iterator[str]:
    """`path` and every path above it. What is in a definition is not below the design itself, "": its uses are."""
    inside = path.startswith(".")
    yield path
    while path:
        path = path.rpartition(".")[0]
        if path or not inside:
            yield path


def _category(node: Node) -> str:
    match node:
        case Layer() | Op():
            return node.spec.category
        case Tensor():
            return "Parameter"
        case Use() | Shared():
            return "Use"
    return "Block"


def _module(tensor: TensorReport) -> str:
    return tensor.owner.rpartition(".")[0]


def instances(report: ShapesReport) -> Mapping[str, str]:
    """For each path of the document the first path in the live model that it stands for."""
    found: dict[str, str] = {}
    for path, step in report.steps.items():
        found.setdefault(step.node, path)
    return found


def _varying(report: ShapesReport) -> set[str]:
    """The paths of the document whose instances give different shapes."""
    outputs: defaultdict[str, set[ValueType | None]] = defaultdict(set)
    for step in report.steps.values():
        outputs[step.node].add(step.output)
    return {node for node, found in outputs.items() if len(found) > 1}
