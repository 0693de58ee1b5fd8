"""Run as a script, in a process of its own: lays out DOT text from its standard input, again and again.

Graphviz is C, and not thread-safe: here it works alone, and whatever it does wrong ends only this process. A
request is a line with the format and the number of bytes, then the DOT text; an answer is a line with `ok` or
`error` and the number of bytes, then the bytes. Nothing of ours is imported.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

MEMORY = 4 * 2**30  # bytes of address space; a picture never needs nearly as much


def main() -> None:
    """Serve requests until the standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what C libraries print is no answer
    _limit_memory()
    requests = sys.stdin.buffer
    while header := requests.readline():
        format, length = header.decode().split()
        try:
            answer, status = _draw(requests.read(int(length)), format), "ok"
        except Exception as error:  # whatever goes wrong is the answer
            answer, status = f"{type(error).__name__}: {error}".encode()[:2000], "error"
        _send(answers, status, answer)


def _send(answers: BinaryIO, status: str, answer: bytes) -> None:
    answers.write(f"{status} {len(answer)}\n".encode())
    answers.write(answer)
    answers.flush()


def _draw(dot: bytes, format: str) -> bytes:
    import pygraphviz

    graph = pygraphviz.AGraph(string=dot.decode())
    if format == "png":
        graph.graph_attr["dpi"] = "144"  # sharp on today's screens
    try:
        drawn: bytes = graph.draw(format=format, prog="dot")
    finally:
        graph.close()
    return drawn


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has none
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


if __name__ == "__main__":
    main()
