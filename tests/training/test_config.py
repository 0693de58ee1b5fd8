"""The configuration of a run: canonical text, and what is refused with its place."""

from __future__ import annotations

import json

import pytest

from composer.errors import DesignError, TrainingError
from composer.training.commands import command, shell
from composer.training.config import FORMAT, Loss, Optimizer, Schedule, TrainConfig, config_of, dumps, loads

FULL = TrainConfig(
    data="digits",
    data_options={"test_share": 0.5, "skip": ("a", "b")},
    loss=Loss(kind="CrossEntropyLoss", options={"label_smoothing": 0.1}),
    optimizer=Optimizer(kind="SGD", options={"lr": 1, "momentum": 0.9}),
    schedule=Schedule(kind="MultiStepLR", options={"milestones": [2, 4]}, every="step"),
    batch_size=32,
    steps=50,
    clip=1.0,
    augment=("shift", "flip"),
    precision="bfloat16",
)


@pytest.mark.parametrize("config", [TrainConfig(), FULL])
def test_text_says_all(config: TrainConfig) -> None:
    assert loads(dumps(config)) == config and dumps(loads(dumps(config))) == dumps(config)
    assert config.problems() == ()


def test_equal_configurations_have_equal_text() -> None:
    same = FULL.model_copy(update={"optimizer": Optimizer(kind="SGD", options={"lr": 1.0, "momentum": 0.9})})
    assert dumps(same) == dumps(FULL)
    assert json.loads(dumps(TrainConfig())) == {"format": FORMAT, "version": 1}


@pytest.mark.parametrize(("changed", "text"), [
    ({"batch_size": 0}, "batch_size: expects Input should be greater than or equal to 1, received 0"),
    ({"epoch": 3}, "epoch: expects a key of a training configuration, received another one"),
    ({"optimizer": {"kind": "Adamm"}}, "optimizer.kind: expects one of SGD, Adam, "),
    ({"optimizer": {"kind": "SGD", "options": {"lr": -1.0}}}, "optimizer.options.lr: expects a number ≥ 0.0, rec"),
    ({"optimizer": {"kind": "SGD", "options": {"beta": 1}}}, "optimizer.options.beta: expects an option of SGD: lr, "),
    ({"schedule": {"kind": "StepLR"}}, "schedule.options.step_size: expects an integer ≥ 1, received nothing"),
    ({"schedule": {"kind": "ReduceLROnPlateau", "every": "step"}}, "schedule.every: expects epoch, with Reduce"),
    ({"loss": {"kind": "MSELoss", "options": {"reduction": "none"}}}, "loss.options.reduction: expects mean or sum"),
    ({"data_options": {"sizes": 3}}, "data_options.sizes: expects one of seed, test_share, "),
    ({"data_options": {"seed": "3"}}, "data_options.seed: expects Input should be a valid integer, received '3'"),
    ({"device": "gpu"}, "device: expects String should match"),
    ({"precision": "float16"}, "precision: expects float32 or bfloat16 on the CPU, received float16"),
    ({"augment": ["flip", "flip"]}, "augment: expects each augmentation once"),
    ({"clip": 0}, "clip: expects Input should be greater than 0"),
])  # fmt: skip
def test_what_is_refused_has_a_place(changed: dict[str, object], text: str) -> None:
    with pytest.raises(TrainingError) as caught:
        config_of({"format": FORMAT, "version": 1, **changed})
    assert str(caught.value).startswith(text)


def test_other_text_is_no_configuration() -> None:
    with pytest.raises(TrainingError, match='expects a JSON object with "format"'):
        loads("{}")
    with pytest.raises(DesignError, match="twice"):
        loads('{"format": 1, "format": 2}')


def test_commands() -> None:
    assert shell(command("a b.json", "c.json", "runs/1")) == (
        "block-composer train 'a b.json' --config c.json --out runs/1"
    )
    assert shell(command("d.json", "c.json", "r", processes=2, distribution="fsdp")) == (
        "torchrun --standalone --nproc-per-node 2 --max-restarts 3 -m composer train d.json --config c.json "
        "--out r --distribute fsdp"
    )
    assert "--nnodes 2" in shell(command("d.json", "c.json", "r", 4, 2)) and "--resume r" in shell(
        command("", "", "r", 2, resume=True)
    )
