"""What is to be done so that both sides are the same: decided from marks alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from composer.training.layout import CONFIG, STATE
from composer.workspace.remote.manifest import Pair

Kind = Literal["compare", "push", "pull", "remove-there", "remove-here", "forget"]
_ORDER: tuple[Kind, ...] = ("compare", "push", "pull", "remove-there", "remove-here", "forget")
_LATE = (STATE, CONFIG)  # with them a checkpoint, or a run, is whole: they come last and go first


class Action(NamedTuple):
    """Something to do for a file, whose marks are such when it is decided."""

    kind: Kind
    name: str
    here: str
    there: str


def plan(files: Mapping[str, Pair], here: Mapping[str, str], there: Mapping[str, str]) -> list[Action]:
    """The actions, in an order in which a stop at any place leaves nothing half: what removes comes last."""
    known = files if there else {}  # a folder that is gone as a whole was hardly meant to be: it is filled again
    found = []
    for name in {*files, *here, *there}:
        was, now = known.get(name, Pair()), Pair(here.get(name, ""), there.get(name, ""))
        if now != was or now == Pair():
            found.append(Action(_kind(was, now), name, *now))
    return sorted(found, key=_rank)


def _kind(was: Pair, now: Pair) -> Kind:
    if now == Pair():
        return "forget"
    if now.there == was.there:
        return "push" if now.here else "remove-there"
    if now.here == was.here:
        return "pull" if now.there else "remove-here"
    if now.here and now.there:
        return "compare"
    return "push" if now.here else "pull"  # one side removed what the other changed: the change stays


def _rank(action: Action) -> tuple[int, int, str]:
    last = action.name.rpartition("/")[2]
    late = _LATE.index(last) + 1 if last in _LATE else 0
    return _ORDER.index(action.kind), -late if action.kind.startswith("remove") else late, action.name
