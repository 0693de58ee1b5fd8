"""The training loop: torch's own is the oracle, the same seed gives the same curve, and a run ends as it should."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from composer import templates
from composer.catalog.optimizers import OPTIMIZERS
from composer.data_reports import DataOptions
from composer.design.document import Input
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.datasets import registry
from composer.engine.datasets.base import DataSet, Split
from composer.engine.training import recording, trainer
from composer.engine.training.checkpoints import Checkpoints
from composer.engine.training.checks import check
from composer.engine.training.order import Order
from composer.engine.training.placement import Placement
from composer.engine.training.trainer import Run, Trainer
from composer.engine.training.training import train
from composer.engine.valued import initial
from composer.errors import Cancelled, CheckpointError, TrainingError
from composer.training.config import Loss, Optimizer, Schedule, TrainConfig
from composer.training_reports import SamplesRow, Trained
from tests.build import chain, layer, linear
from tests.engine.training.small import (
    CONFIG,
    VALUES,
    begun,
    blobs,
    curve,
    epochs,
    events,
    looks,
    mlp,
    rows,
    steps,
    trained,
    values,
)  # fmt: skip


def test_it_is_torchs_own_loop(tmp_path: Path) -> None:
    data, model = blobs(), initial(mlp()).model
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for epoch in range(3):
        order = Order(64, 16, 0)
        for index in range(4):
            places = order.batch(epoch * 4 + index)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(data.train.inputs[0][places]), data.train.targets[places])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    ours, report = trained(tmp_path / "run", mlp(), CONFIG, data)
    assert [row.loss for row in steps(tmp_path / "run")] == losses
    assert all(torch.equal(one, ours.state_dict()[name]) for name, one in model.state_dict().items())
    assert (report.state, report.step, report.steps) == ("finished", 12, 12)
    assert report.best == min(row.loss for row in epochs(tmp_path / "run") if row.loss)
    assert sorted(torch.cat([Order(64, 16, 0).batch(k) for k in range(4)]).tolist()) == list(range(64))


def test_the_same_seed_gives_the_same_curve_to_the_bit(tmp_path: Path) -> None:
    design = chain(linear("a", 4, 16), layer("d", "Dropout", p=0.3), layer("n", "BatchNorm1d", num_features=16),
                   linear("b", 16, 3))  # fmt: skip
    for name in ("one", "two"):
        trained(tmp_path / name, design, CONFIG, blobs())
    other = CONFIG.model_copy(update={"seed": 1})
    trained(tmp_path / "three", design, other, blobs())
    assert curve(tmp_path / "one") == curve(tmp_path / "two") != curve(tmp_path / "three")
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two")]
    assert models[0] == models[1]


def _tokens() -> DataSet:
    data = blobs()
    tokens = torch.randint(0, 10, (64, 4), generator=torch.Generator().manual_seed(1))
    train = Split((tokens,), data.train.targets)
    test = Split((tokens[:32],), data.test.targets)
    return DataSet("tokens", "tokens", "classes", train, test)


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_every_optimizer_steps_as_torchs_own(kind: str, tmp_path: Path) -> None:
    spec = OPTIMIZERS[kind]
    data: DataSet = blobs()
    nodes = [layer("a", "Linear", in_features=4, out_features=8, bias=False), layer("t", "Tanh"),
             layer("b", "Linear", in_features=8, out_features=3, bias=False)]  # fmt: skip
    design = chain(*nodes)
    if spec.sparse:
        data = _tokens()
        nodes = [layer("e", "EmbeddingBag", num_embeddings=10, embedding_dim=3, sparse=True)]
        design = chain(*nodes, inputs=(Input(shape=("N", 4), dtype="int64", high=10),))
    theirs = initial(design).model
    optimizer = getattr(torch.optim, kind)(theirs.parameters())
    for step in range(3):
        places = Order(64, 16, 0).batch(step)

        def closure(places: torch.Tensor = places) -> torch.Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(theirs(data.train.inputs[0][places]), data.train.targets[places])
            loss.backward()
            return loss

        if spec.closure:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    config = TrainConfig(optimizer=Optimizer(kind=kind), batch_size=16, steps=3)
    ours, _ = trained(tmp_path / "run", design, config, data)
    assert all(torch.equal(one, ours.state_dict()[name]) for name, one in theirs.state_dict().items())


@pytest.mark.parametrize("schedule", [
    Schedule(kind="StepLR", options={"step_size": 1, "gamma": 0.5}),
    Schedule(kind="MultiStepLR", options={"milestones": [1, 2]}),
    Schedule(kind="CosineAnnealingLR", options={"T_max": 12}, every="step"),
    Schedule(kind="OneCycleLR", options={"max_lr": 0.2}, every="step"),
    Schedule(kind="CyclicLR", options={"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4}, every="step"),
    Schedule(kind="LinearLR", options={"total_iters": 2}),
    Schedule(kind="ReduceLROnPlateau", options={"patience": 0, "threshold": 10.0, "threshold_mode": "abs"}),
])  # fmt: skip
def test_schedules_are_torchs_own_and_go_on(
    schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SECONDS", 0.0)  # a look after every step
    config = CONFIG.model_copy(update={"schedule": schedule})
    trained(tmp_path / "whole", mlp(), config, blobs())
    rates = [row.lr for row in steps(tmp_path / "whole")]
    assert len(set(rates)) > 1
    stop_after(tmp_path / "two", config, 8)
    trained(tmp_path / "two", mlp(), config, blobs())
    assert curve(tmp_path / "two") == curve(tmp_path / "whole")


def stop_after(folder: Path, config: TrainConfig, step: int) -> None:
    def tell(event: Trained) -> None:
        if event.step >= step:
            raise Cancelled("enough")

    _, report = trained(folder, mlp(), config, blobs(), tell)
    assert report.state == "stopped" and step <= report.step < 12


def test_a_run_that_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "SECONDS", 0.0)
    config = CONFIG.model_copy(update={"optimizer": Optimizer(kind="Adam"), "checkpoint_every": 2})
    whole, _ = trained(tmp_path / "whole", mlp(), config, blobs())
    stop_after(tmp_path / "two", config, 6)
    two, report = trained(tmp_path / "two", mlp(), config, blobs())
    assert report.state == "finished" and events(tmp_path / "two") == ["started", "stopped", "resumed", "finished"]
    assert curve(tmp_path / "two") == curve(tmp_path / "whole")
    assert all(torch.equal(one, two.state_dict()[name]) for name, one in whole.state_dict().items())
    assert [(row.loss, row.metric) for row in epochs(tmp_path / "two")] == [
        (row.loss, row.metric) for row in epochs(tmp_path / "whole")
    ]


def test_a_run_that_is_finished_stays_so(tmp_path: Path) -> None:
    trained(tmp_path / "run", mlp(), CONFIG, blobs())
    before = curve(tmp_path / "run")
    _, report = trained(tmp_path / "run", mlp(), CONFIG, blobs())
    assert report.state == "finished" and curve(tmp_path / "run") == before
    kept = sorted(each.name for each in (tmp_path / "run" / "checkpoints").iterdir() if each.is_dir())
    best = json.loads((tmp_path / "run" / "checkpoints" / "best.json").read_bytes())["step"]
    assert kept == sorted({"step-000000008", "step-000000012", f"step-{best:09}"})


@pytest.mark.parametrize("every", [1, None])
def test_it_ends_where_something_is_not_finite(every: int | None, tmp_path: Path) -> None:
    wild = VALUES.model_copy(
        update={"optimizer": Optimizer(kind="SGD", options={"lr": 1e6}), "checkpoint_every": every}
    )
    design = chain(linear("a", 4, 8), linear("b", 8, 1))
    model, report = trained(tmp_path / "run", design, wild, values())
    bad = [row.step for row in steps(tmp_path / "run") if row.loss is None]
    assert report.state == "nan" and report.good < report.step <= 20
    assert bad == [] if every else bad[0] == report.step
    assert f"step {report.step:,} are not finite; the weights are those after step {report.good:,}" in report.text
    assert all(bool(torch.isfinite(each).all()) for each in model.parameters())
    with open_checkpoint(tmp_path / "run" / "model.safetensors") as file:
        assert torch.equal(file.tensor("", "a.weight"), model.state_dict()["a.weight"])
    assert events(tmp_path / "run") == ["started", "nan"]


def test_44_tied_positions_stay_the_same_and_those_of_the_untied_twin_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "_LOOK_SHARE", 0)  # however long a look takes
    tied = templates.load("tied_mlp")
    apart = tuple(linear("4", 8, 8) if each.id == "4" else each for each in tied.root.nodes)  # type: ignore[union-attr]
    twin = chain(*apart, inputs=tied.inputs)
    config = VALUES.model_copy(update={"epochs": 30})
    data = values()
    one, _ = trained(tmp_path / "tied", tied, config, data)
    two = begun(tmp_path / "twin", twin, config, data)
    two.load_state_dict(initial(tied).model.state_dict())  # the same values at both positions
    train(tmp_path / "twin", Placement(two, torch.device("cpu")), data, config)
    assert torch.equal(one.state_dict()["2.weight"], one.state_dict()["4.weight"])
    assert not torch.equal(two.state_dict()["2.weight"], two.state_dict()["4.weight"])
    for look in looks(tmp_path / "tied"):
        found = {row.name: row for row in look.parameters}
        assert found["4.weight"].owner == "2.weight" and found["4.weight"].counts == found["2.weight"].counts
        assert found["4.weight"].gradient == found["2.weight"].gradient
    for name in ("tied", "twin"):
        assert [look.step for look in looks(tmp_path / name)] == [0, 1, 2, 4, 8, 16, 32, 64, 120]
    found = {row.name: row for row in looks(tmp_path / "twin")[-1].parameters}
    assert found["4.weight"].owner == "" and found["4.weight"].norm != found["2.weight"].norm


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(TrainingError, match="expects a new or an empty folder, received one with files"):
        trained(tmp_path, mlp(), CONFIG, blobs())


def test_clipping_and_norms_are_torchs(tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"clip": 0.05})
    ours, _ = trained(tmp_path / "run", mlp(), config, blobs())
    model, data, order = initial(mlp()).model, blobs(), Order(64, 16, 0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    norms = []
    for step in range(12):
        optimizer.zero_grad()
        F.cross_entropy(
            model(data.train.inputs[0][order.batch(step)]), data.train.targets[order.batch(step)]
        ).backward()
        norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), 0.05)))
        optimizer.step()
    assert [row.gradient for row in steps(tmp_path / "run")] == norms
    assert all(torch.equal(one, ours.state_dict()[name]) for name, one in model.state_dict().items())


def test_lazy_layers_take_their_sizes_from_the_data(tmp_path: Path) -> None:
    lazy = chain(layer("a", "LazyLinear", out_features=16), layer("r", "ReLU"), linear("b", 16, 3), seed=3)
    model, _ = trained(tmp_path / "run", lazy, CONFIG, blobs())
    assert model.state_dict()["a.weight"].shape == (16, 4)
    assert [row for row in rows(tmp_path / "run") if row.kind == "samples"][-1].predictions[0].target in "abc"  # type: ignore[union-attr]


@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss", "SoftMarginLoss"])
def test_losses_of_classes(loss: str, tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"loss": Loss(kind=loss), "precision": "bfloat16", "epochs": 8})
    trained(tmp_path / "run", mlp(), config, blobs())
    found = epochs(tmp_path / "run")
    assert found[-1].loss < found[0].loss and found[-1].metric > 0.6  # type: ignore[operator]


def test_the_random_state_is_left_alone(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    trained(tmp_path / "run", chain(linear("a", 4, 3), layer("d", "Dropout")), CONFIG, blobs())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_step_that_cannot_be_computed_is_told(tmp_path: Path) -> None:
    data = blobs()
    data.train.targets[40] = 7  # a class that there is no score for
    with pytest.raises(TrainingError, match="the design: expects steps that can be computed, received "):
        trained(tmp_path / "run", mlp(), CONFIG, data)
    assert events(tmp_path / "run") == ["started", "failed"]


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, rows: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recording.Metrics, "write", full)
    with pytest.raises(CheckpointError, match="No space is left on the disk of "):
        trained(tmp_path / "run", mlp(), CONFIG, blobs())


def test_the_next_tokens_of_a_text(tmp_path: Path) -> None:
    design = chain(layer("e", "Embedding", num_embeddings=200, embedding_dim=16), linear("h", 16, 200),
                   inputs=(Input(shape=("N", 8), dtype="int64", high=200),))  # fmt: skip
    data = registry.load("characters", design.inputs, DataOptions(samples=400))
    config = CONFIG.model_copy(update={"optimizer": Optimizer(kind="AdamW", options={"lr": 0.01})})
    assert check(design, data, config).problems == ()
    trained(tmp_path / "run", design, config, data)
    found = epochs(tmp_path / "run")
    assert found[-1].loss < found[0].loss  # type: ignore[operator]
    shown = [row for row in rows(tmp_path / "run") if isinstance(row, SamplesRow)][-1]
    assert all(each.target in data.vocabulary for each in shown.predictions)


def test_what_a_kill_left_half_written_is_swept(tmp_path: Path) -> None:
    begun(tmp_path / "run", mlp(), CONFIG, blobs())
    half = tmp_path / "run" / "checkpoints" / ".step-000000003.tmp"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half")
    trained(tmp_path / "run", mlp(), CONFIG, blobs())
    assert not half.exists()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_a_step_waits_for_nothing(tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"device": "cuda", "precision": "bfloat16"})
    model = begun(tmp_path / "run", mlp(), config, blobs()).cuda()
    placement = Placement(model, torch.device("cuda"))
    trainer = Trainer(placement, blobs(), config, Run(tmp_path / "run", Checkpoints(tmp_path / "run", placement, 1)))
    trainer.begin()
    trainer._step()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(5):
            trainer._step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(trainer.recorder.read(trainer.progress.step)) == 6
