"""What to time: one model of settings for each experiment, with the defaults that a page or a command begins from."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from composer.design.nodes import Frozen

MAX_SERIES = 300  # of one recording
MAX_POINTS = 64  # of one series
MAX_SAMPLES = 2_000  # of one point
LARGEST = 2**40  # size of a point
SHORTEST, LONGEST = 0.01, 60  # seconds of a point
MOST_THREADS = 1024
DEVICE = r"^[a-z]{2,20}(:[0-9]{1,3})?$"

Device = Annotated[str, Field(pattern=DEVICE)]
Optimizer = Literal["SGD", "SGD with momentum", "Adam"]
Dtype = Literal["float64", "float32", "bfloat16", "float16"]
DTYPES: tuple[Dtype, ...] = ("float64", "float32", "bfloat16", "float16")


def _rising(values: tuple[int, ...]) -> tuple[int, ...]:
    if list(values) != sorted(set(values)):
        raise ValueError("these are to rise from one to the next")
    return values


def _unlike(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("one is named twice")
    return values


def _powers(first: int, last: int) -> tuple[int, ...]:
    return tuple(2**k for k in range(first, last + 1))


Rising = Annotated[tuple[Annotated[int, Field(ge=1, le=LARGEST)], ...], Field(min_length=1, max_length=MAX_POINTS)]
Sizes = Annotated[Rising, AfterValidator(_rising)]
Devices = Annotated[tuple[Device, ...], Field(min_length=1, max_length=16), AfterValidator(_unlike)]
Dtypes = Annotated[tuple[Dtype, ...], Field(min_length=1, max_length=len(DTYPES)), AfterValidator(_unlike)]


class Method(Frozen):
    """How a point is timed: with so many `threads` of the CPU, for at most so many `seconds`; for up to three times as
    long where three samples take that.

    It ends before that where the median's spread (`Point.spread`) is at most this share of the median.
    """

    threads: int = Field(1, ge=1, le=MOST_THREADS)
    seconds: float = Field(2.0, ge=SHORTEST, le=LONGEST)
    spread: float = Field(0.01, ge=0, le=1)


class SettingsBase(Frozen):
    devices: Devices = ("cpu",)
    method: Method = Method()


class Matmul(SettingsBase):
    """Products of two n×n matrices, and the bandwidth of a copy of `copy_bytes`."""

    kind: Literal["matmul"] = "matmul"
    sizes: Sizes = _powers(3, 13)
    dtypes: Dtypes = ("float32",)
    copy_bytes: int = Field(2**26, ge=2**10, le=2**34)


class Model(SettingsBase):
    """Training steps of the design by batch size, and where the time of its forward pass goes, by layer.

    `layers` is the batch size of the latter (0: it is left out). `sizes` are those of other symbols than the batch's.
    """

    kind: Literal["model"] = "model"
    batches: Sizes = _powers(0, 6)
    optimizer: Optimizer = "SGD"
    layers: int = Field(1, ge=0, le=2**20)
    sizes: dict[str, Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(default_factory=dict, max_length=64)


class Fetching(SettingsBase):
    """`products` of two n×n matrices whose norm is fetched each time, or logged where it is computed."""

    kind: Literal["fetching"] = "fetching"
    sizes: Sizes = (100,)
    products: int = Field(1000, ge=1, le=100_000)


class TwoDevices(SettingsBase):
    """Two products of n×n matrices, each on a device of its own: one after another, and at once."""

    kind: Literal["two devices"] = "two devices"
    devices: Annotated[Devices, Field(min_length=2, max_length=2)] = ("cuda:0", "cuda:1")
    sizes: Sizes = _powers(8, 13)


class Transfers(SettingsBase):
    """Copies of so many bytes between the host and each device; on the CPU, within its memory."""

    kind: Literal["transfers"] = "transfers"
    sizes: Sizes = _powers(10, 28)


class Dispatch(SettingsBase):
    """The design's forward pass, called in several ways, for small and large batches. `sizes` as in `Model`."""

    kind: Literal["dispatch"] = "dispatch"
    batches: Sizes = (1, 256)
    sizes: dict[str, Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(default_factory=dict, max_length=64)


Settings: TypeAlias = Annotated[
    Matmul | Model | Fetching | TwoDevices | Transfers | Dispatch, Field(discriminator="kind")
]
EXPERIMENTS: dict[str, type[SettingsBase]] = {
    "matmul": Matmul,
    "model": Model,
    "fetching": Fetching,
    "two devices": TwoDevices,
    "transfers": Transfers,
    "dispatch": Dispatch,
}
"""The settings of each experiment."""
OF_A_DESIGN = ("model", "dispatch")
"""The experiments that time a design."""
