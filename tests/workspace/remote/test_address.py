"""Addresses: what is one, what people may read of it, and where its copy is."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.workspace.remote import Mirror, RemoteError, is_remote, local_path, shown
from composer.workspace.remote.address import home_of, without_secrets


@pytest.mark.parametrize(("place", "remote"), [
    ("s3://bucket/folder", True), ("memory://a", True), ("simplecache::s3://bucket", True), ("SFTP://host/a", True),
    ("file:///tmp/a", False), ("local:///tmp/a", False), ("/tmp/a", False), ("a/b", False), ("C:\\a", False),
    ("", False),
])  # fmt: skip
def test_what_is_an_address(place: str, remote: bool) -> None:
    assert is_remote(place) is remote


def test_a_local_address_is_a_path() -> None:
    assert local_path("file:///tmp/a") == Path("/tmp/a") == local_path("/tmp/a")


def test_secrets_stay_in_the_address() -> None:
    address = "sftp://ann:p%40ss/w@rd@host:22/models/"
    assert shown("sftp://ann:p%40ss@host:22/models/") == "sftp://host:22/models"
    assert "p@ss" not in shown(address) and "ann" not in shown("sftp://ann:p@ss@host/models")
    name = home_of("sftp://ann:secret@host/models").name
    assert name.startswith("sftp-host-models-") and name == home_of("sftp://ann:other@host/models/").name
    assert name != home_of("sftp://bob@host/models").name
    assert shown("abfs://box@account.dfs.core.windows.net/a") == "abfs://box@account.dfs.core.windows.net/a"
    assert home_of("abfs://box@account/a") != home_of("abfs://other@account/a")
    told = without_secrets("cannot log in as ann:se%2Fcret@host with se/cret", "sftp://ann:se%2Fcret@host/a")
    assert "cret" not in told and "host" in told


@pytest.mark.parametrize(("address", "text"), [
    ("nope://u:secret@bucket/a", "nope://bucket/a: Protocol not known: nope."),
    ("s3://key:secret@bucket/a?token=secret", "s3://bucket/a: give no options after a “?”."),
    ("nope://u:sec?ret@bucket/a", "nope://bucket/a: Protocol not known: nope."),
])  # fmt: skip
def test_an_address_that_is_none_is_told_in_a_sentence(address: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError) as found:
        Mirror(address, tmp_path)
    assert str(found.value) == text and found.value.refused


def test_a_package_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    with pytest.raises(RemoteError, match=r"^s3://bucket: Install s3fs to access S3\.$"):
        Mirror("s3://u:secret@bucket", tmp_path)
