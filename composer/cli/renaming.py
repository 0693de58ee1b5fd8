"""The options that say how names in a file become names of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.checkpoint_reports import FileReport, Part
    from composer.matching.rename import Kind, Rename
    from composer.reports import TensorReport

    Rules = tuple[Rename, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """A part of a file (None: the one that fits best) and rules for the names in it, perhaps the suggested ones."""

    part: str | None = None
    renames: tuple[Rename, ...] = ()
    suggested: bool = False

    def of(self, report: FileReport, model: Sequence[TensorReport] = ()) -> tuple[Part | None, tuple[Rename, ...]]:
        """The part that is meant, None where the file has no tensors, and the rules for `model`.

        Raises:
            UsageError: where the file has no such part, or nothing is suggested for it.
        """
        from composer.matching.suggest import suggest

        part = self._part(report, model)
        if part is None or not self.suggested:
            return part, self.renames
        found = suggest(model, part)
        if not found:
            raise click.UsageError("There are no rules to suggest for this file: leave --suggested out.")
        return part, found[0].renames

    def _part(self, report: FileReport, model: Sequence[TensorReport]) -> Part | None:
        from composer.matching.parts import best_part

        if self.part is None:
            return best_part(report.parts, model, self.renames)
        found = report.part(self.part)
        if found is None:
            there = ", ".join(repr(each.path) for each in report.parts) or "none"
            raise click.UsageError(f"There is no part {clean(repr(self.part))} in the file; there: {clean(there)}.")
        return found


def rules_of(kind: Kind) -> Callable[[click.Context, click.Parameter, Sequence[str]], tuple[Rename, ...]]:
    """What reads the rules of an option."""

    def read(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[Rename, ...]:
        return tuple(_rule(kind, value) for value in values)

    return read


def _rule(kind: Kind, value: str) -> Rename:
    from composer.matching.rename import Rename, problem

    old, equals, new = value.partition("=")
    if not equals:
        raise click.BadParameter(f"{clean(value)!r} is not of the form OLD=NEW.")
    rule = Rename(kind, old, new)
    wrong = problem(rule)
    if wrong:
        raise click.BadParameter(f"{clean(value)!r}: {clean(wrong)}")
    return rule


def naming_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options for the argument `naming` of a command: what they say together, None where none is given."""

    @click.option("--part", metavar="PATH", help="The part of the file; by default the one that fits best.")
    @click.option(
        "--rename",
        "prefixes",
        multiple=True,
        callback=rules_of("prefix"),
        metavar="OLD=NEW",
        help="A name of the file that begins with OLD begins with NEW instead; may be repeated.",
    )
    @click.option(
        "--regex",
        "patterns",
        multiple=True,
        callback=rules_of("regex"),
        metavar="OLD=NEW",
        help=r"What matches OLD in a name of the file becomes NEW (\1 is a group), after all --rename.",
    )
    @click.option("--suggested", is_flag=True, help="Use the rules that `look` suggests first.")
    @wraps(command)
    def collected(part: str | None, prefixes: Rules, patterns: Rules, suggested: bool, **rest: Any) -> Any:
        renames = (*prefixes, *patterns)
        if renames and suggested:
            raise click.UsageError("Give rules or --suggested, not both.")
        given = part is not None or renames or suggested
        return command(naming=Naming(part, renames, suggested) if given else None, **rest)

    return collected
