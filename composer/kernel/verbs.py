"""What a kernel can be asked: a fixed table of verbs. The engine, and with it torch, is imported by the verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from composer.design.document import Design
from composer.design.text import dumps, loads
from composer.reports import (
    FlopsReport,
    KernelReport,
    LiveReport,
    OpenReport,
    RepairReport,
    ResolvedReport,
    RunReport,
    ShapesReport,
    SourceReport,
    SummaryReport,
)
from composer.reports import (
    Progress as ProgressReport,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

    from composer.engine.data import Sample
    from composer.engine.held import Known
    from composer.engine.optimizing import Optimizing
    from composer.engine.shelf import Shelf
    from composer.engine.values import Changes
    from composer.signals import GradientsReport

Progress = Callable[[Any], None]
Verb = Callable[..., Any]


@dataclass(slots=True)
class State:
    """What a kernel holds. `initial`: building the source with the seed again would give the same values.

    `draws` is the random state from which lazy layers draw their values; `resolved` are those that did. `known` are the
    statistics of its tensors, and `changes` what a person did to their values. `shelf` holds tensors made by hand,
    and `optimizing` what the optimizer of its last step keeps. `device` is where the model is, and is built again.
    """

    model: nn.Module | None = None
    source: str = ""
    class_name: str = ""
    seed: int = 0
    initial: bool = True
    draws: Tensor | None = None
    resolved: tuple[ResolvedReport, ...] = ()
    known: Known = field(default_factory=dict)
    changes: Changes | None = None
    shelf: Shelf | None = None
    optimizing: Optimizing | None = None
    device: str = "cpu"


def ping(state: State, progress: Progress) -> KernelReport:
    """What the kernel holds."""
    initial = state.initial and not state.shelf and state.device == "cpu"
    return KernelReport(state.class_name, initial, state.device, not state.initial)


def shapes(
    state: State, progress: Progress, text: str, sizes: Mapping[str, int] | None = None, run_code: bool = True
) -> ShapesReport:
    """The problems of a design, and the shapes of all that can be run of it; without `run_code` not custom layers."""
    from composer.engine.shapes import examine

    return examine(read(text), sizes, run_code)


@lru_cache(maxsize=4)
def read(text: str) -> Design:
    """The design that `text` says: the app asks for its shapes, its FLOPs and its source, one soon after the other."""
    return loads(text)


def summary(state: State, progress: Progress, text: str, sizes: Mapping[str, int]) -> SummaryReport:
    """Shapes, FLOPs and memory at definite sizes."""
    from composer.engine.summary import summarize

    return summarize(loads(text), sizes)


def flops(state: State, progress: Progress, text: str, run_code: bool = True) -> FlopsReport:
    """The FLOPs of a design for one sample."""
    from composer.engine.flops import flops as engine

    return engine(read(text), run_code)


def repair(state: State, progress: Progress, text: str, run_code: bool = True) -> RepairReport:
    """The design after all fixes that involve no choice."""
    from composer.engine.repair import repair as engine

    mended, done = engine(loads(text), run_code)
    return RepairReport(dumps(mended), done)


def source(state: State, progress: Progress, text: str, run_code: bool = True) -> SourceReport:
    """The design's source, with its shapes as comments."""
    from composer.engine.build import listing_of

    return listing_of(read(text), run_code)


def open_model(state: State, progress: Progress, text: str) -> OpenReport:
    """Build the design's model, or change the one that is there to it; values whose place did not change are kept.

    A new one has the values of the design's seed, which are drawn on the CPU, and goes where the one before it was.
    """
    from composer.codegen.judging import custom_classes
    from composer.codegen.source import class_name_of, source
    from composer.engine import build
    from composer.engine.carry import carry, holds
    from composer.engine.devices import device_of
    from composer.engine.moving import send

    design = read(text)
    report = build.shapes_checked(design)
    code = source(design, build.notes_of(report))
    if state.model is not None and (code, design.seed) == (state.source, state.seed):
        return OpenReport(state.class_name, code, build.saved_names(state.model), ())
    name = class_name_of(design)
    model, draws = build.drawn(code, name, design.seed, custom_classes(design))
    kept: tuple[str, ...] = ()
    if state.model is not None:
        carry(state.model, model, report)
    if state.device != "cpu":
        send(model, device_of(state.device))
    if state.model is not None:
        if state.changes:
            state.changes.follow(state.model)
        kept = build.transfer(state.model, model)
        if state.changes:
            state.changes.rebuilt(model, kept)
    state.model, state.source, state.class_name, state.seed, state.draws = model, code, name, design.seed, draws
    state.initial = not kept  # what was kept may come from another design's place in the random numbers
    state.resolved = tuple(each for each in state.resolved if holds(model, each.path, each.tensors))
    same = set(kept)
    return OpenReport(name, code, kept, tuple(each for each in build.saved_names(model) if each not in same))


def live(state: State, progress: Progress, text: str) -> LiveReport:
    """What the design's live model holds, built where it is not there yet. Lazy layers stay as they are."""
    from composer.engine.build import shapes_checked
    from composer.engine.live import look

    open_model(state, progress, text)
    assert state.model is not None
    design = read(text)
    return look(design, state.model, shapes_checked(design).steps, state.resolved)


def dry_run(
    state: State,
    progress: Progress,
    text: str,
    data: str,
    samples: int,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> LiveReport:
    """Run the design's live model once, which gives its lazy layers sizes and values; and what it holds then.

    `inputs` are a shape and a dtype for each input, in place of those that the design declares.
    """
    from composer.engine import data as data_sets
    from composer.engine.live import typed

    declared = loads(text).inputs
    given = typed(declared, inputs) if inputs is not None else declared
    forward(state, progress, text, data_sets.load(data, given, samples), 0)
    return live(state, progress, text)


def reset(state: State, progress: Progress, text: str) -> LiveReport:
    """Build the design's model anew: initial values, and lazy layers that wait for their first input."""
    state.model, state.resolved, state.changes, state.optimizing = None, (), None, None
    return live(state, progress, text)


def run(
    state: State,
    progress: Progress,
    text: str,
    data: str,
    samples: int,
    seed: int,
    sizes: Mapping[str, int] | None = None,
) -> RunReport:
    """Run the design's live model, built where it is not there yet, on a sample of a named data set."""
    from composer.engine import data as data_sets

    sample = data_sets.load(data, loads(text).inputs, samples, seed, sizes)
    return forward(state, progress, text, sample, seed)


def gradients(
    state: State,
    progress: Progress,
    text: str,
    data: str,
    samples: int,
    seed: int,
    loss: str,
    training: bool,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> GradientsReport:
    """A forward and backward pass of the design's live model, which is left as it is. `inputs` as in `dry_run`."""
    open_model(state, progress, text)
    assert state.model is not None
    return signals(state, state.model, text, data, samples, seed, loss, training, inputs)


def signals(
    state: State,
    model: nn.Module,
    text: str,
    data: str,
    samples: int,
    seed: int,
    loss: str,
    training: bool,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> GradientsReport:
    """What `gradients` tells, of a model that has the source of the live one."""
    from composer.engine import gradients as engine
    from composer.engine.build import listing_of
    from composer.engine.origins import ops_by_line

    design = read(text)
    sample = sample_for(design, model, data, samples, seed, inputs)
    code = engine.Code(f"<{state.class_name}>", ops_by_line(design, listing_of(design)))
    return engine.gradients(model, sample, loss, training, seed, code)


def sample_for(
    design: Design,
    model: nn.Module,
    data: str,
    samples: int,
    seed: int,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> Sample:
    """A sample of a data set that the design's model takes. `inputs` as in `dry_run`.

    Raises:
        DesignError: where it does not fit.
    """
    from composer.engine import data as data_sets
    from composer.engine.live import typed
    from composer.engine.preflight import preflight
    from composer.engine.preview import type_of

    given = typed(design.inputs, inputs) if inputs is not None else design.inputs
    sample = data_sets.load(data, given, samples, seed)
    types = {each.name: type_of(tensor) or () for each, tensor in zip(given, sample.tensors, strict=True)}
    preflight(design, model, types)
    return sample


def forward(state: State, progress: Progress, text: str, sample: Sample, seed: int) -> RunReport:
    """A run of the live model. Lazy layers draw their values under the design's seed, whatever the run's is."""
    from composer.engine.forward import forward as engine
    from composer.engine.lazy import waiting

    open_model(state, progress, text)
    assert state.model is not None and state.draws is not None
    total, done = len(waiting(state.model)), count(1)

    def tell(row: ResolvedReport) -> None:
        progress(ProgressReport(row.path, next(done), total))

    report, resolved = engine(read(text), state.model, sample, seed, state.draws, tell)
    if resolved:
        state.initial = False  # building the model anew would give these layers no values
        fresh = {each.path for each in resolved}
        state.resolved = (*(each for each in state.resolved if each.path not in fresh), *resolved)
    return report


VERBS: Mapping[str, Verb] = {
    "dry_run": dry_run,
    "flops": flops,
    "gradients": gradients,
    "live": live,
    "open": open_model,
    "ping": ping,
    "repair": repair,
    "reset": reset,
    "run": run,
    "shapes": shapes,
    "source": source,
    "summary": summary,
}
