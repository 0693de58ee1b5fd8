"""The rules for initial values as cards: what each one is for, its scheme and options, and how many it fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from composer.catalog import INITIALIZERS, LAYERS
from composer.catalog.options import Choice, Value
from composer.design.document import Design, Rule
from composer.design.nodes import Initializer, rebuild
from composer.design.targets import target_of
from composer.reports import ShapesReport, TensorReport
from composer.ui import entering, state
from composer.ui.document import Document
from composer.ui.entries import Button, Entry
from composer.ui.fields import Field, initializer_options, whole
from composer.ui.forms import entry
from composer.ui.handler import Operation
from composer.ui.language import _, plural
from composer.ui.values import FieldError
from composer.ui.views import component
from composer.views.wording import clean

_SUGGESTED = 300  # paths that a field offers
_RULE = "..rule "  # what the entries of a rule are of: no path of a node begins so
_DESIGN = ".."
_NAMED = 3  # parameters of a rule that are told by name
_PATTERN = re.compile(r"[*?\[]")
Become = Callable[..., Sequence[Operation]]
"""What makes a rule one with other fields."""

_STARTS: Mapping[str, Mapping[str, Value]] = {
    "constant": {"val": 0.0},
    "sparse": {"sparsity": 0.9},
    "expression": {"expression": "v = uniform(-10, 10); v * (abs(v) >= 5)"},
}
"""What the required options of a scheme begin with; the expression is the book's, 5.2.2."""


def rules(document: Document, report: ShapesReport) -> None:
    """The cards, as a component."""
    component("rules", style="inspector")(
        key=state.RULES, data=shown(document, report), on_operations_change=lambda: _receive(document, report)
    )


def shown(document: Document, report: ShapesReport) -> dict[str, Any]:
    """What the component shows."""
    design = document.design
    return {
        "id": document.id,
        "acks": dict(document.acks),
        "cards": [_card(design, report, number) for number in range(len(design.initializers))],
        "path": _DESIGN,
        "entries": [
            entry(each).plain(state.drafts().get((_DESIGN, each.name))) for each in whole(design) if each.name == "seed"
        ],
        "add": Button(_("Add a rule"), [_new(design, report)]).plain(),
        "words": {"rules": _("Rules for initial values"), "add": _("add …"), "remove": _("Remove {name}")},
    }


def has_drafts(design: Design) -> bool:
    """Whether a field of a rule holds a text that is no value."""
    paths = {f"{_RULE}{number}" for number in range(len(design.initializers))}
    return any(path in paths for path, _key in state.drafts())


def _card(design: Design, report: ShapesReport, number: int) -> dict[str, Any]:
    drafts, path = state.drafts(), f"{_RULE}{number}"
    mark = re.compile(rf"initializer rule {number + 1}\b")
    problems = [each for each in report.problems if mark.search(f"{each.expected} {each.received}")]
    return {
        "path": path,
        "title": _("Rule {number}").format(number=number + 1),
        "note": "" if problems else _note(report.tensors, number),
        "problems": [clean(str(each)) for each in problems],
        "fixes": [Button(clean(fix.label), fix.edits).plain() for each in problems for fix in each.fixes],
        "buttons": [each.plain() for each in _buttons(design, number)],
        "entries": [each.plain(drafts.get((path, each.key))) for each in entries(design, report, number)],
    }


def _note(rows: Sequence[TensorReport], number: int) -> str:
    """How many parameters a rule fills, and how many of those that it names a later one does."""
    named = [row for row in rows if number in row.rules and not row.owner]
    mine = [row.name for row in named if row.rule == number]
    if not named:
        return _("names no parameter of this design")
    if not mine:
        return _("later rules fill all that it names")
    shown = ", ".join(mine[:_NAMED]) + (", …" if len(mine) > _NAMED else "")
    text = plural("fills {number} parameter: ", "fills {number} parameters: ", len(mine)) + shown
    later = len(named) - len(mine)
    return f"{text}; {plural('a later rule fills {number}', 'later rules fill {number}', later)}" if later else text


def _buttons(design: Design, number: int) -> Iterator[Button]:
    last, rule = len(design.initializers) - 1, design.initializers[number]
    up, down = ([{"edit": "move_rule", "index": number, "to": number + step}] for step in (-1, 1))
    copy = {"edit": "add_rule", "rule": rule.model_dump(mode="json")}
    yield Button("↑", up, _("Move rule {number} up").format(number=number + 1), number > 0)
    yield Button("↓", down, _("Move rule {number} down").format(number=number + 1), number < last)
    yield Button(_("copy"), [copy], _("Copy rule {number} to the end").format(number=number + 1))
    remove = [{"edit": "remove_rule", "index": number}]
    yield Button("×", remove, _("Remove rule {number}").format(number=number + 1))


def _new(design: Design, report: ShapesReport) -> Operation:
    """A first rule fits the weights of the first layer that has a matrix; it can be changed at once."""
    matrices = [row for row in report.tensors if row.name.endswith(".weight") and len(row.shape or ()) > 1]
    kind = next((row.layer for row in matrices if row.layer in LAYERS), "")
    scheme = "xavier_uniform" if kind else "normal"
    rule = Rule(kind=kind, parameter="weight" if kind else "", init=Initializer(scheme=scheme))
    return {"edit": "add_rule", "rule": rule.model_dump(mode="json")}


def entries(design: Design, report: ShapesReport, number: int) -> Iterator[Entry]:
    """The rows of the form of a rule."""
    rule = design.initializers[number]

    def become(**fields: str) -> Sequence[Operation]:
        changed = rebuild(rule, **fields)
        return () if changed == rule else [_set(number, changed)]

    yield _where(design, report, rule, become)
    if rule.where and rule.glob:
        help = _("Whole names of parameters, in which * stands for anything.")
        yield Entry("pattern", _("pattern"), "text", rule.glob, lambda text: become(glob=text), help=help, given=True)
    layers = dict.fromkeys(row.layer for row in report.tensors if row.parameter and row.layer in LAYERS)
    yield _choice("type", _("type"), rule.kind, layers, _("Of which layers."), lambda kind: become(kind=kind))
    names = dict.fromkeys(row.name.rpartition(".")[2] for row in report.tensors if row.parameter)
    help = _("Which parameters of them.")
    yield _choice("parameter", _("parameter"), rule.parameter, names, help, lambda name: become(parameter=name))
    yield from map(entry, _scheme(rule, number))


def _where(design: Design, report: ShapesReport, rule: Rule, become: Become) -> Entry:
    paths = dict.fromkeys(path for row in report.tensors for path in _above(row.name))
    known = list(paths)[:_SUGGESTED]
    help = _(
        "A block or layer, with all that is in it; or a pattern of names such as encoder.*.weight, in which * stands "
        "for anything. Empty: everywhere."
    )

    def operations(text: str) -> Sequence[Operation]:
        asked = text.strip()
        if not asked or target_of(design, "", tuple(asked.split("."))) is not None:
            return become(where=asked, glob="")
        if _PATTERN.search(asked) or any(row.name == asked for row in report.tensors):
            return become(where="", glob=asked)
        raise FieldError(_("expects the path of a block or layer, or a pattern such as *.weight"))

    value = rule.where or rule.glob
    hint = _("everywhere")
    return Entry(
        "where", _("where"), "text", value, operations, {each: each for each in known}, help, hint, bool(value)
    )


def _above(name: str) -> Iterator[str]:
    """The paths of the modules that a tensor is in, the outermost first."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))


def _choice(
    key: str, label: str, value: str, known: Mapping[str, None], help: str, become: Callable[[str], Sequence[Operation]]
) -> Entry:
    """A word out of those that the design has; "" is any."""
    words = {"": _("any"), **{each: each for each in (*known, *([value] if value else []))}}
    return Entry(key, label, "choice", value, become, words, help, given=bool(value))


def _scheme(rule: Rule, number: int) -> Iterator[Field]:
    def say(scheme: Value, options: Mapping[str, Value]) -> Operation:
        return _set(number, rebuild(rule, init=Initializer(scheme=str(scheme), options=dict(options))))

    spec = INITIALIZERS.get(rule.init.scheme)
    option = Choice("scheme", choices=tuple(INITIALIZERS), help=spec.help if spec else "")
    yield Field(option, rule.init.scheme, True, lambda new: say(new, _STARTS.get(str(new), {})), None)
    yield from initializer_options(rule.init, say)


def _set(number: int, rule: Rule) -> Operation:
    return {"edit": "set_rule", "index": number, "rule": rule.model_dump(mode="json")}


def _receive(document: Document, report: ShapesReport) -> None:
    message = state.said(state.RULES, "operations")
    if isinstance(message, dict):
        receive(document, report, message)


def receive(document: Document, report: ShapesReport, message: Mapping[str, Any]) -> None:
    """Apply what a page says that is not applied yet: what was entered in a card, or the operations of a button."""

    def rows(path: str) -> Iterator[Entry]:
        number = path.removeprefix(_RULE)
        if path == _DESIGN:
            return (entry(each) for each in whole(document.design) if each.name == "seed")
        there = number.isdecimal() and int(number) < len(document.design.initializers)
        return entries(document.design, report, int(number)) if there else iter(())

    entering.receive(document, message, rows)


__all__ = ["entries", "receive", "rules", "shown"]
