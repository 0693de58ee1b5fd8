"""The app's end of a kernel: calls from any thread, and a Stop that always works."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import pickle
import queue
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from composer.errors import Cancelled, KernelStopped, KernelTimeout
from composer.kernel import worker
from composer.kernel.launch import launch, status_of
from composer.kernel.limits import Limits, ending
from composer.kernel.messages import GIVEN_UP, Answer, Answered, Cancel, Failed, Request, decode, encode
from composer.kernel.table import VERBS
from composer.kernel.verbs import Verb

_ENDING_SECONDS = 10  # how long a killed process may take to be gone, with all its memory
_NOT_STARTED = "The model's process was not started."
_STOPPED = "The model's process was stopped."

Answers = queue.SimpleQueue[Answer | None]


class Ticket:
    """What a call can be given up by, also while it waits for its turn (`Kernel.cancel`)."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.cancelled = False


class Kernel:
    """A process that owns a live model.

    Calls may come from several threads; each waits for its turn. `ended` says why there is no process ("" while
    there is one).
    """

    def __init__(self, limits: Limits | None = None, verbs: Mapping[str, Verb] = VERBS) -> None:
        self.ended = _NOT_STARTED
        self._limits = limits or Limits()
        self._verbs = verbs
        self._turn = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: dict[int, Answers] = {}
        self._sending = threading.Lock()
        self._stopped = False
        self._used = time.monotonic()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> Self:
        """Start the process. A kernel is started once; after its end, another is made.

        Raises:
            KernelStopped: where it does not come up.
        """
        ours, theirs = multiprocessing.Pipe()
        try:
            process = launch(worker.main, (theirs, self._limits, self._verbs))
        except (OSError, EOFError) as error:
            ours.close()
            raise KernelStopped("The model's process could not be started.") from error
        finally:
            theirs.close()  # with this end open here, the process's death would not show on the pipe
        self._process, self._connection, self.ended = process, ours, ""
        self._reader = threading.Thread(target=self._read, args=(process, ours), name="kernel-reader", daemon=True)
        self._reader.start()
        return self

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return not self.ended

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def idle_seconds(self) -> float:
        """How long nobody has called; 0 during a call."""
        return 0.0 if self._turn.locked() else time.monotonic() - self._used

    def touch(self) -> None:
        """Count as used now."""
        self._used = time.monotonic()

    def call(
        self,
        verb: str,
        timeout: float | None = None,
        on_progress: Callable[[Any], None] | None = None,
        ticket: Ticket | None = None,
        **arguments: Any,
    ) -> Any:
        """The report of a verb; `on_progress` is called in this thread with each event. `ticket` is to give it up by.

        Raises:
            ComposerError: whatever the verb raises of ours; a KernelError for anything else it raises, with the
                traceback as a note.
            KernelStopped: where the process is stopped or ends by itself, before or during the call.
            KernelTimeout: after `timeout` seconds, waiting for other calls included. The process goes on.
            Cancelled: where it was given up.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        late = KernelTimeout(f"{verb} did not answer in {timeout} s.")
        if not self._turn.acquire(timeout=-1 if timeout is None else timeout):
            raise late
        number = next(self._numbers)
        answers: Answers = queue.SimpleQueue()
        self._waiting[number] = answers
        try:
            if ticket:
                ticket.number = number
                if ticket.cancelled:
                    raise Cancelled(GIVEN_UP)
            self._send(Request(number, verb, arguments))
            while True:
                answer = self._next(answers, deadline, late)
                if isinstance(answer, Answered):
                    return answer.report
                if isinstance(answer, Failed):
                    raise _noted(answer)
                if on_progress:
                    on_progress(answer.event)
        finally:
            del self._waiting[number]
            self.touch()
            self._turn.release()

    def cancel(self, ticket: Ticket) -> None:
        """Have a call given up as soon as its turn comes, or it tells an event: it raises Cancelled.

        The process lives on. A call that tells no event is answered as if nobody had asked.
        """
        ticket.cancelled = True
        if ticket.number in self._waiting:
            with contextlib.suppress(KernelStopped):
                self._send(Cancel(ticket.number))

    def stop(self) -> None:
        """End the process at once, whatever it is doing; a waiting call raises KernelStopped."""
        if self._process and self._reader and self.alive:
            self._stopped = True
            self._process.kill()
            self._reader.join(_ENDING_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _send(self, request: Request | Cancel) -> None:
        if not (self._connection and self._reader and self.alive):
            raise KernelStopped(self.ended)
        try:
            with self._sending:
                self._connection.send_bytes(encode(request))
        except OSError:
            self._reader.join(_ENDING_SECONDS)
            raise KernelStopped(self.ended) from None

    def _next(self, answers: Answers, deadline: float | None, late: KernelTimeout) -> Answer:
        try:
            answer = answers.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise late from None
        if answer is None:
            raise KernelStopped(self.ended)
        return answer

    def _read(self, process: BaseProcess, connection: Connection) -> None:
        """In a thread of its own: hand answers to the calls they belong to, until the process is gone."""
        while connection in wait([connection, process.sentinel]):
            try:
                answer = decode(connection.recv_bytes())
            except (EOFError, OSError, pickle.UnpicklingError):
                break
            waiting = self._waiting.get(answer.number)
            if waiting:  # a call that timed out, or was left by its thread, waits no more
                waiting.put(answer)
        process.kill()
        status = status_of(process, _ENDING_SECONDS)
        self.ended = _STOPPED if self._stopped else ending(status, self._limits)
        for waiting in list(self._waiting.values()):
            waiting.put(None)
        connection.close()


def _noted(answer: Failed) -> Exception:
    """The error of an answer; a traceback goes to the logs with it, and is no part of its message."""
    if answer.traceback:
        answer.error.add_note(answer.traceback)
    return answer.error
