"""Recordings and settings as text: canonical, and strict about what strangers wrote."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.design.limits import MAX_TEXT
from composer.errors import RecordingError
from composer.recordings.recording import (
    Breakdown,
    DeviceInfo,
    Machine,
    Point,
    Recording,
    Row,
    Samples,
    Series,
    Versions,
)
from composer.recordings.settings import (
    EXPERIMENTS,
    Dispatch,
    Fetching,
    Matmul,
    Method,
    Model,
    Transfers,
    TwoDevices,
)
from composer.recordings.text import dumps, loads, settings_of, settings_text
from tests.recordings.building import recording

SECONDS = st.floats(1e-9, 1e3)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DEVICES = st.sampled_from(["cpu", "cuda:0", "mps"])
RISING = st.sets(st.integers(1, 2**20), min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
METHODS = st.builds(
    Method, threads=st.integers(1, 64), seconds=st.floats(0.01, 60), spread=st.floats(0, 1)
)  # fmt: skip
SETTINGS = st.one_of(
    st.builds(Matmul, sizes=RISING, method=METHODS),
    st.builds(Model, batches=RISING, sizes=st.dictionaries(NAMES, st.integers(1, 99), max_size=3)),
    st.builds(Fetching, products=st.integers(1, 2000)),
    st.builds(TwoDevices),
    st.builds(Transfers, sizes=RISING),
    st.builds(Dispatch, batches=RISING),
)
SAMPLES = st.lists(SECONDS, min_size=1, max_size=5).map(tuple)
POINTS = st.one_of(
    st.builds(
        Point, x=st.integers(1, 2**40), samples=SAMPLES, calls=st.integers(1, 10**6), flops=st.integers(0, 2**60),
        nbytes=st.integers(0, 2**60), peak_memory=st.none() | st.integers(0, 2**40),
    ),
    st.builds(Point, x=st.integers(1, 2**40), failure=NAMES.filter(bool)),
)  # fmt: skip
SERIES = st.builds(
    Series, what=NAMES, device=DEVICES, dtype=NAMES, points=st.lists(POINTS, max_size=4).map(tuple), note=NAMES
)  # fmt: skip
ROWS = st.builds(Row, path=NAMES, kind=NAMES, samples=st.lists(SECONDS, min_size=2, max_size=2).map(tuple))
PASSES = st.sampled_from(["forward", "backward"])
BREAKDOWNS = st.one_of(
    st.builds(
        Breakdown, what=PASSES, device=DEVICES, batch=st.integers(1, 99), whole=st.builds(Samples, samples=SAMPLES),
        rows=st.lists(ROWS, max_size=3).map(tuple),
    ),
    st.builds(Breakdown, what=PASSES, device=DEVICES, batch=st.integers(1, 99), failure=NAMES.filter(bool)),
)  # fmt: skip
MACHINES = st.builds(
    Machine, system=NAMES, cpu=NAMES, cores=st.none() | st.integers(1, 99), processors=st.integers(1, 99),
    load=st.none() | st.floats(0, 99), clock=st.none() | SECONDS,
    devices=st.lists(st.builds(DeviceInfo, id=DEVICES, name=NAMES), max_size=3).map(tuple),
)  # fmt: skip
DATES = st.datetimes(min_value=datetime(1970, 1, 1)).map(lambda found: f"{found:%Y-%m-%dT%H:%M:%SZ}")
RECORDINGS = st.builds(
    Recording, date=DATES, design=NAMES, settings=SETTINGS, machine=MACHINES,
    versions=st.builds(Versions, composer=NAMES, torch=NAMES, python=NAMES),
    series=st.lists(SERIES, max_size=3).map(tuple), breakdowns=st.lists(BREAKDOWNS, max_size=2).map(tuple),
)  # fmt: skip


@given(RECORDINGS)
@settings(max_examples=150)
def test_what_is_written_is_read_and_written_alike(found: Recording) -> None:
    text = dumps(found)
    assert loads(text) == found and loads(text.encode()) == found
    assert dumps(loads(text)) == text


@given(SETTINGS)
def test_settings_round_trip(found: Any) -> None:
    assert settings_of(settings_text(found)) == found


def test_all_settings_are_said_so_that_later_defaults_change_nothing() -> None:
    said = json.loads(dumps(recording()))["settings"]
    assert set(said) == set(Matmul.model_fields)


def test_settings_need_only_say_what_differs() -> None:
    assert [settings_of(json.dumps({"kind": kind})) for kind in EXPERIMENTS] == [
        each() for each in EXPERIMENTS.values()
    ]


DATA = json.loads(dumps(recording()))


def changed(path: str, value: Any) -> str:
    """The text of a recording with another value at one place."""
    data = json.loads(json.dumps(DATA))
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    at = data
    for part in way:
        at = at[part]
    at[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "This is no recording: a JSON object"),
        ("{}", "This is no recording: a JSON object"),
        ('{"format": "block-composer"}', "This is no recording: a JSON object"),
        ("nonsense", "expects JSON text, received text that is not JSON at line 1, column 1"),
        ('{"a": 1, "a": 2}', "the key 'a' twice in one object"),
        ("[" * 100_000, "This is no recording"),
        (" " * (MAX_TEXT + 1), "8,000,001 characters"),
        (changed("version", 2), "The recording has version 2; version 1 can be read."),
        (changed("date", "yesterday"), "The recording: date: a date is written like 2026-01-31T23:59:59Z"),
        (changed("date", "2026-02-31T23:59:59Z"), "The recording: date: a date is written like"),
        (changed("surprise", 1), "The recording: surprise is not known."),
        (changed("machine.hostname", "mine"), "The recording: machine.hostname is not known."),
        (changed("machine.processors", 0), "The recording: machine.processors: "),
        (changed("settings.kind", "guess"), "The recording: settings: Input tag 'guess'"),
        (changed("settings.sizes", [1, 10**30]), "The recording: settings.matmul.sizes.1: "),
        (changed("series.0.device", "a b"), "The recording: series.0.device: "),
        (changed("series.0.what", "x" * 101), "The recording: series.0.what: "),
        (changed("series.0.points.0.x", 1.5), "The recording: series.0.points.0.x: "),
        (changed("series.0.points.0.x", True), "The recording: series.0.points.0.x: "),
        (changed("series.0.points.1.samples", [1, -1]), "The recording: series.0.points.1.samples.1: "),
        (changed("series.0.points.1.samples", [1e300]), "The recording: series.0.points.1.samples.0: "),
        (changed("series.0.points.1.samples", ["1"]), "The recording: series.0.points.1.samples.0: "),
        (changed("series.0.points.1.samples", [1.0] * 2_001), "The recording: series.0.points.1.samples: "),
        (changed("series.0.points.1.samples", []), "series.0.points.1: a point has samples or a failure"),
        (changed("series", [DATA["series"][0]] * 301), "The recording: series: "),
        (dumps(recording()).replace("1e-06", "NaN"), "the number NaN"),
        (dumps(recording()).replace("1e-06", "1e999"), "The recording: series.0.points.0.samples.0: "),
        (changed("design", "\ud800"), "The recording: "),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(RecordingError) as caught:
        loads(text)
    assert told in str(caught.value)
    assert all(len(line) < 400 for line in str(caught.value).splitlines())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(RecordingError, match="This is no recording"):
        loads(b"\xff\xfe\x00")


def test_settings_that_are_refused_name_their_place() -> None:
    with pytest.raises(RecordingError, match=r"^The settings: matmul\.method\.threads: "):
        settings_of('{"kind": "matmul", "method": {"threads": 0}}')
