"""Addresses of remote folders, and where their copies are. What is secret in an address stays in it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

from platformdirs import user_data_path

from composer.workspace.ids import slug

_LOCAL = ("file", "local")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)(?:::|://)")
_LOGIN = re.compile(r"(?<=://)[^/]*@")
_PASSWORD = re.compile(r"(?<=://)([^/:]*):[^/]*@")
_CONTAINER = re.compile(r"abfss?://[^/:@]*@")  # not a login: it is where the folder is


def is_remote(place: str) -> bool:
    """Whether it is the address of a folder on another file system, such as `s3://bucket/folder`."""
    found = _SCHEME.match(place)
    return bool(found) and found[1].lower() not in _LOCAL  # type: ignore[index]


def local_path(place: str) -> Path:
    """The folder of this machine that `place` names: a path, or one after `file://`."""
    found = _SCHEME.match(place)
    return Path(place[found.end() :] if found else place)


def shown(address: str) -> str:
    """The address as people may read it: without the user and password that it may hold."""
    return (address if _CONTAINER.match(address) else _LOGIN.sub("", address)).rstrip("/")


def without_secrets(text: str, address: str) -> str:
    """`text`, which a library wrote, without the user and password of `address`."""
    for login in _LOGIN.findall(address):
        secret = login[:-1].partition(":")[2]
        for each in (login, secret, unquote(secret)):
            text = text.replace(each, "") if each else text
    return text


def home_of(address: str) -> Path:
    """The folder of this machine for the copy of a remote folder. Its name tells which that is.

    It is among the user's data, not in a cache, which the system may empty while something is not at the other side.
    """
    same = _PASSWORD.sub(r"\1@", address.rstrip("/"))  # users may see different folders, also with a new password
    name = f"{slug(shown(address), kind='workspace')}-{hashlib.sha256(same.encode()).hexdigest()[:8]}"
    return user_data_path("block-composer-remote", appauthor=False) / name
