"""What the place to upload files to is given, and what it does with what it hears."""

from __future__ import annotations

import pytest
import streamlit as st

from composer.ui import uploading
from composer.ui.transfers import UPLOAD, UPLOAD_LIMIT, uploads
from composer.workspace import Checkpoints, DataFiles, Workspace


def test_what_is_shown(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPLOAD_LIMIT, "3GiB")
    shown = uploading.shown((".pt",))
    assert (shown["accept"], shown["limit"]) == ([".pt"], 3 * 2**30)
    assert shown["words"]["hint"] == "or drop one on the page: .pt, at most 3.00 GiB"
    assert shown["words"]["ending"] == "{name} is no file of tensors: those end in .pt."
    folder, _, token = shown["address"].rpartition("/")
    expected = uploads.find(token)
    assert folder == UPLOAD
    assert expected and expected.limit == 3 * 2**30
    assert isinstance(expected.target, Checkpoints)
    assert expected.target.path("a.pt") == workspace.checkpoints.path("a.pt")
    assert uploading.shown()["address"] == shown["address"], "the page is not drawn anew"


def test_data_comes_to_another_place(workspace: Workspace) -> None:
    shown = uploading.shown(to="data")
    assert shown["accept"] == [".csv", ".tsv", ".txt", ".npz", ".zip"]
    assert shown["words"]["ending"] == "{name} is no file of data: those end in .csv, .tsv, .txt, .npz, .zip."
    expected = uploads.find(shown["address"].rpartition("/")[2])
    assert expected
    assert isinstance(expected.target, DataFiles)
    assert expected.target.path("a.csv") == workspace.data.path("a.csv")


@pytest.mark.parametrize(
    ("message", "names"), [({"id": "a.pt"}, ["a.pt"]), ({"id": 1}, []), ({}, []), (None, []), ("a.pt", [])]
)
def test_what_came_in_is_passed_on(monkeypatch: pytest.MonkeyPatch, message: object, names: list[str]) -> None:
    monkeypatch.setattr(st, "session_state", {"here": {"received": message}})
    calls: list[dict[str, object]] = []
    monkeypatch.setattr(uploading, "component", lambda name: lambda **given: calls.append(given))
    monkeypatch.setattr(uploading, "shown", lambda accept, to: {})
    heard: list[str] = []
    uploading.uploader("here", heard.append)
    (given,) = calls
    given["on_received_change"]()  # type: ignore[operator]
    assert (given["key"], heard) == ("here", names)
