"""What a kernel can be asked: a fixed table of verbs. The engine, and with it torch, is imported by the verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from composer.design.document import Design
from composer.design.text import dumps, loads
from composer.reports import (
    FlopsReport,
    KernelReport,
    OpenReport,
    RepairReport,
    RunReport,
    ShapesReport,
    SourceReport,
    SummaryReport,
)

if TYPE_CHECKING:
    from torch import nn

Progress = Callable[[Any], None]
Verb = Callable[..., Any]


@dataclass(slots=True)
class State:
    """What a kernel holds. `initial`: building the source with the seed again would give the same values."""

    model: nn.Module | None = None
    source: str = ""
    class_name: str = ""
    seed: int = 0
    initial: bool = True


def ping(state: State, progress: Progress) -> KernelReport:
    """What the kernel holds."""
    return KernelReport(state.class_name, state.initial)


def shapes(state: State, progress: Progress, text: str, sizes: Mapping[str, int] | None = None) -> ShapesReport:
    """The problems of a design, and the shapes of all that can be run of it."""
    from composer.engine.shapes import examine

    return examine(_read(text), sizes)


@lru_cache(maxsize=4)
def _read(text: str) -> Design:
    """The design that `text` says: the app asks for its shapes, its FLOPs and its source, one soon after the other."""
    return loads(text)


def summary(state: State, progress: Progress, text: str, sizes: Mapping[str, int]) -> SummaryReport:
    """Shapes, FLOPs and memory at definite sizes."""
    from composer.engine.summary import summarize

    return summarize(loads(text), sizes)


def flops(state: State, progress: Progress, text: str) -> FlopsReport:
    """The FLOPs of a design for one sample."""
    from composer.engine.flops import flops as engine

    return engine(_read(text))


def repair(state: State, progress: Progress, text: str) -> RepairReport:
    """The design after all fixes that involve no choice."""
    from composer.engine.repair import repair as engine

    mended, done = engine(loads(text))
    return RepairReport(dumps(mended), done)


def source(state: State, progress: Progress, text: str) -> SourceReport:
    """The design's source, with its shapes as comments."""
    from composer.engine.build import listing_of

    return listing_of(_read(text))


def open_model(state: State, progress: Progress, text: str) -> OpenReport:
    """Build the design's model, or change the one that is there to it; values whose place did not change are kept."""
    from composer.codegen.source import class_name_of, source
    from composer.engine import build

    design = loads(text)
    code = source(design, build.notes_of(build.shapes_checked(design)))
    if state.model is not None and (code, design.seed) == (state.source, state.seed):
        return OpenReport(state.class_name, code, build.saved_names(state.model), ())
    name = class_name_of(design)
    model = build.build(code, name, design.seed)
    kept = build.transfer(state.model, model) if state.model is not None else ()
    state.model, state.source, state.class_name, state.seed = model, code, name, design.seed
    state.initial = not kept  # what was kept may come from another design's place in the random numbers
    same = set(kept)
    return OpenReport(name, code, kept, tuple(each for each in build.saved_names(model) if each not in same))


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
    from torch.nn.parameter import is_lazy

    from composer.engine import data as data_sets
    from composer.engine import run as engine

    design = loads(text)
    sample = data_sets.load(data, design.inputs, samples, seed, sizes)
    open_model(state, progress, text)
    assert state.model is not None
    if any(map(is_lazy, state.model.parameters())):
        state.initial = False  # the first run gives lazy layers values
    return engine.run(state.model, [each.name for each in design.inputs], sample, seed)


VERBS: Mapping[str, Verb] = {
    "flops": flops,
    "open": open_model,
    "ping": ping,
    "repair": repair,
    "run": run,
    "shapes": shapes,
    "source": source,
    "summary": summary,
}
