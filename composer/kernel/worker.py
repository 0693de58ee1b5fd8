"""The kernel process: requests in, answers out, one at a time."""

from __future__ import annotations

import gc
import re
import signal
import traceback
from collections import deque
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from composer.errors import Cancelled, ComposerError, KernelError
from composer.kernel import limits as process_limits
from composer.kernel.limits import Limits
from composer.kernel.messages import GIVEN_UP, Answer, Answered, Cancel, Failed, Progressed, Request, decode, encode
from composer.kernel.verbs import State, Verb

_OUT_OF_MEMORY = re.compile(r"(can't allocate|not enough|out of) memory")
_ON_A_DEVICE = re.compile(r"(CUDA|HIP|XPU|MPS backend) out of memory")
_ASKED = re.compile(r"tried to allocate (\d+) bytes")


def main(connection: Connection, limits: Limits, verbs: Mapping[str, Verb]) -> None:
    """Answer requests until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the app's to answer
    process_limits.end_with_parent()
    process_limits.apply(limits)
    gc.freeze()  # torch stays: to look through it for garbage, again and again, takes as long as an edit
    worker = _Worker(connection, limits, verbs)
    while True:
        try:
            request = worker.next()
        except (EOFError, OSError):
            return
        worker.answer(request)


class _Worker:
    def __init__(self, connection: Connection, limits: Limits, verbs: Mapping[str, Verb]) -> None:
        self._connection = connection
        self._limits = limits
        self._verbs = verbs
        self._state = State()
        self._early: deque[Request] = deque()  # requests that came while another was answered

    def next(self) -> Request:
        """The next request, as soon as there is one. A Cancel that came after its answer had gone is passed over.

        Raises:
            EOFError, OSError: where the other end of the pipe is closed.
        """
        while not self._early:
            self._receive()
        return self._early.popleft()

    def _receive(self) -> Request | Cancel:
        message: Request | Cancel = decode(self._connection.recv_bytes())
        if isinstance(message, Request):
            self._early.append(message)
        return message

    def answer(self, request: Request) -> None:
        answer = self._answer(request)
        try:
            data = encode(answer)
            decode(data)
        except Exception as error:  # a report of a verb's that cannot leave this process
            data = encode(self._failed(request, error))
        self._connection.send_bytes(data)

    def _answer(self, request: Request) -> Answer:
        def progress(event: Any) -> None:
            self._connection.send_bytes(encode(Progressed(request.number, event)))
            while self._connection.poll():
                if self._receive() == Cancel(request.number):
                    raise Cancelled(GIVEN_UP)

        verb = self._verbs.get(request.verb)
        if verb is None:
            known = ", ".join(sorted(self._verbs))
            return Failed(request.number, KernelError(f"there is no verb {request.verb!r}; there are: {known}"))
        try:
            return Answered(request.number, verb(self._state, progress, **request.arguments))
        except ComposerError as error:
            return Failed(request.number, error)
        except Exception as error:  # whatever torch or a model raises is the answer
            return self._failed(request, error)

    def _failed(self, request: Request, error: Exception) -> Failed:
        verb = request.verb.replace("_", " ")
        message = f"{verb} failed with {type(error).__name__}: {_first_line(error)}"
        if _ON_A_DEVICE.search(str(error)):
            message = f"{verb} ran out of the memory of the model's device: {_first_line(error)}"
        elif isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(str(error)):
            asked = _ASKED.search(str(error))
            size = f" when it asked for {int(asked[1]) / 2**30:,.1f} GiB" if asked else ""
            message = f"{verb} ran out of memory{size}; the model's process has {self._limits}."
        return Failed(request.number, KernelError(message), "".join(traceback.format_exception(error)))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else "no message"
