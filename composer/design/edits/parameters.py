"""What holds for parameters: ties, frozen paths, and rules for initial values. Paths are as in a state dict.

A path that leads nowhere is kept, for `check` to name: the node that it was of may come back.
"""

from __future__ import annotations

from composer.design.document import Design, Rule
from composer.design.edits.refusal import changed, refusal
from composer.design.nodes import Text


def tie(design: Design, owner: Text, others: tuple[Text, ...]) -> Design:
    """Make `others` the same parameter as `owner`. Groups that any of them is in already become one.

    Raises:
        EditError: where there is nothing to tie, or a path is named twice.
    """
    named = (owner, *others)
    if len(set(named)) < max(2, len(named)):
        raise refusal(owner, "two or more different parameters", ", ".join(map(repr, named)))
    joined = [group for group in design.ties if not set(named).isdisjoint(group)]
    members = dict.fromkeys((*named, *(path for group in joined for path in group)))
    return changed(design, ties=(*(group for group in design.ties if group not in joined), tuple(members)))


def untie(design: Design, path: Text) -> Design:
    """Make the parameter at `path` one of its own. Where it was the owner, the next in the group is.

    Raises:
        EditError: where it is not tied.
    """
    if not any(path in group for group in design.ties):
        raise refusal(path, "a tied parameter", "one of its own")
    groups = (tuple(each for each in group if each != path) for group in design.ties)
    return changed(design, ties=tuple(group for group in groups if len(group) > 1))


def freeze(design: Design, path: Text) -> Design:
    """Exclude the parameter, or all of the module, at `path` from training; "" is the whole design."""
    return design if path in design.frozen else changed(design, frozen=(*design.frozen, path))


def unfreeze(design: Design, path: Text) -> Design:
    """Take back what `freeze` did.

    Raises:
        EditError: where `path` is not frozen itself.
    """
    if path not in design.frozen:
        above = next((each for each in design.frozen if not each or path.startswith(f"{each}.")), None)
        reason = "one that is not" if above is None else f"one that is because {above or 'the whole design'!r} is"
        raise refusal(path, "a path that is frozen itself", reason)
    return changed(design, frozen=tuple(each for each in design.frozen if each != path))


def set_rules(design: Design, rules: tuple[Rule, ...]) -> Design:
    """Replace all rules for initial values. A later rule has the last word."""
    return changed(design, initializers=tuple(rules))


def add_rule(design: Design, rule: Rule) -> Design:
    """Add a rule for initial values behind the others."""
    return changed(design, initializers=(*design.initializers, rule))


def set_rule(design: Design, index: int, rule: Rule) -> Design:
    """Replace the rule at a position.

    Raises:
        EditError: where there is none.
    """
    rules = _around(design, index)
    return changed(design, initializers=(*rules[0], rule, *rules[1]))


def move_rule(design: Design, index: int, to: int) -> Design:
    """Move the rule at a position to another one, counted without it.

    Raises:
        EditError: where there is no such position.
    """
    before, after = _around(design, index)
    _around(design, to)
    rest = (*before, *after)
    return changed(design, initializers=(*rest[:to], design.initializers[index], *rest[to:]))


def remove_rule(design: Design, index: int) -> Design:
    """Remove the rule at a position.

    Raises:
        EditError: where there is none.
    """
    before, after = _around(design, index)
    return changed(design, initializers=(*before, *after))


def _around(design: Design, index: int) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules before and behind that at a position."""
    rules = design.initializers
    if not 0 <= index < len(rules):
        raise refusal("", f"the position of a rule (there are {len(rules)})", str(index))
    return rules[:index], rules[index + 1 :]
