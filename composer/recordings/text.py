"""A recording as JSON text: canonical on the way out, strict on the way in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from composer.design.text import parse, plain
from composer.errors import DesignError, RecordingError
from composer.recordings.recording import Recording
from composer.recordings.settings import Settings

_FORMAT = "block-composer-recording"
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)
Read = TypeVar("Read")
_PROBLEMS = 5  # that are told at once


def dumps(recording: Recording) -> str:
    """The canonical text of `recording`: a line for each field. Defaults are left out, but those of the settings."""
    data = {**plain(recording), "settings": recording.settings.model_dump(mode="json")}
    lines = [f" {_json(name)}: {_json(value)}" for name, value in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def loads(text: str | bytes) -> Recording:
    """The recording that `text` says.

    Raises:
        RecordingError: where the text is no recording, with the place of what is wrong.
    """
    data = _parsed(text)
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise RecordingError(f'This is no recording: a JSON object with "format": "{_FORMAT}" is expected.')
    if data.get("version") != 1:
        found = str(data.get("version"))[:20]
        raise RecordingError(f"The recording has version {found}; version 1 can be read. Is there a newer app?")
    return _checked(lambda: Recording.model_validate_json(json.dumps(data)), "The recording")


def settings_of(text: str) -> Settings:
    """The settings of an experiment that `text` says.

    Raises:
        RecordingError: where there is anything wrong in them.
    """
    data = _parsed(text)
    return _checked(lambda: _SETTINGS.validate_json(json.dumps(data)), "The settings")


def settings_text(settings: Settings) -> str:
    """What `settings_of` reads."""
    return _json(settings.model_dump(mode="json"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _parsed(text: str | bytes) -> Any:
    try:
        return parse(text)
    except DesignError as error:
        problem = error.problems[0]
        raise RecordingError(
            f"This is no recording: expects {problem.expected}, received {problem.received}."
        ) from None


def _checked(read: Callable[[], Read], what: str) -> Read:
    try:
        return read()
    except ValidationError as error:
        raise RecordingError("\n".join(f"{what}: {_problem(each)}" for each in error.errors()[:_PROBLEMS])) from None


def _problem(error: Any) -> str:
    where = ".".join(map(str, error["loc"])) or "the whole"
    if error["type"] == "extra_forbidden":
        return f"{where[:200]} is not known."
    message = error["msg"].removeprefix("Value error, ").rstrip(".")
    value = error["input"]
    received = f", received {str(value)[:60]!r}" if isinstance(value, str | int | float) else ""
    return f"{where[:200]}: {message}{received}."
