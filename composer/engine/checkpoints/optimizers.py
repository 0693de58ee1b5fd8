"""The state of an optimizer from a file: its moments and counts, with which training goes on as if not interrupted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from composer.engine.checkpoints.loading import Checkpoint
from composer.engine.optimizing import KINDS, Optimizing, kept_of, optimizer_of, trained
from composer.errors import CheckpointError
from composer.matching.match import sizes

KINDS_BY_NAME = tuple(KINDS)


def load_optimizer(optimizer: torch.optim.Optimizer, checkpoint: Checkpoint, path: str) -> None:
    """Give `optimizer` the state and the options of the part at `path`, such as `optimizer.state_dict()` wrote.

    Parameters are known by their order alone, so the optimizer has to be made of the same ones in the same groups.

    Raises:
        CheckpointError: where the part is of no optimizer, or of another kind, or of other groups or parameters. The
            optimizer is then what it was.
    """
    part = checkpoint.report.part(path)
    if part is None or part.sort != "optimizer":
        raise CheckpointError(f"The file has no optimizer at {path!r}: choose the part that has one."[:300])
    content = checkpoint.content(path)
    own = optimizer.state_dict()["param_groups"]
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    places = _checked_groups(content["param_groups"], own, type(optimizer).__name__)
    _check_state(content["state"], dict(zip(places, parameters, strict=True)))
    optimizer.load_state_dict(content)


def loaded_optimizing(model: nn.Module, checkpoint: Checkpoint, path: str) -> Optimizing:
    """What an optimizer of `model` kept, by the part at `path`, whose options say of what kind it is.

    Raises:
        CheckpointError: where `load_optimizer` does, it is of no kind that is known, or nothing of the model trains.
    """
    if not trained(model):
        raise CheckpointError("Nothing of this model is trained, so it has no optimizer. Unfreeze a parameter first.")
    part = checkpoint.report.part(path)
    kind = kind_of(checkpoint.content(path)) if part is not None and part.sort == "optimizer" else KINDS_BY_NAME[0]
    optimizer = optimizer_of(model, kind, 0.0)
    load_optimizer(optimizer, checkpoint, path)
    counts = [int(each["step"]) for each in optimizer.state.values() if "step" in each]
    return kept_of(model, kind, optimizer, max(counts, default=1))


def kind_of(content: Any) -> str:
    """Which of our kinds of optimizer has the options of this state dict.

    Raises:
        CheckpointError: where none has.
    """
    groups = content.get("param_groups") if isinstance(content, dict) else None
    group = groups[0] if isinstance(groups, list) and groups and isinstance(groups[0], dict) else {}
    if "betas" in group and not (group.get("decoupled_weight_decay") or group.get("amsgrad")):
        return "Adam"
    if "momentum" in group and "betas" not in group and "alpha" not in group and not group.get("nesterov"):
        return "SGD with momentum" if group["momentum"] else "SGD"
    known = ", ".join(KINDS_BY_NAME)
    raise CheckpointError(f"The optimizer in the file is of another kind than {known}. Load the model without it.")


def _checked_groups(found: Sequence[Any], own: Sequence[Mapping[str, Any]], kind: str) -> list[Any]:
    """The numbers by which the file knows the parameters, in the order of the groups."""
    if len(found) != len(own):
        raise CheckpointError(
            f"The optimizer has {len(own)} groups of parameters, that of the file {len(found)}. Make it of as many."
        )
    places: list[Any] = []
    for number, (theirs, ours) in enumerate(zip(found, own, strict=True)):
        params = theirs.get("params") if isinstance(theirs, dict) else None
        if not isinstance(params, list) or not all(type(each) is int for each in params):
            raise CheckpointError(
                f"Group {number} of the optimizer in the file has no list of parameters. Save optimizer.state_dict()."
            )
        if len(theirs["params"]) != len(ours["params"]):
            raise CheckpointError(
                f"Group {number} of the optimizer has {len(ours['params'])} parameters, in the file "
                f"{len(theirs['params'])}. Make it of the model that the file was saved with."
            )
        missing = ours.keys() - theirs.keys()
        if missing:
            raise CheckpointError(
                f"Group {number} of the optimizer in the file has no {min(missing)}, so it is of another kind than "
                f"{kind}. Choose the kind that it was saved with."
            )
        places += theirs["params"]
    return places


def _check_state(state: Mapping[Any, Any], parameters: Mapping[Any, Tensor]) -> None:
    for number, (place, parameter) in enumerate(parameters.items()):
        for name, value in state.get(place, {}).items():
            fits = not isinstance(value, Tensor) or value.dim() == 0 or value.shape == parameter.shape
            if not fits:
                raise CheckpointError(
                    f"{name} of parameter {number}: expects {sizes(tuple(parameter.shape))}, the file has "
                    f"{sizes(tuple(value.shape))}. Make the optimizer of the model that the file was saved with."[:200]
                )
