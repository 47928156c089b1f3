"""`python -m tests.kernel.first_uses NAME`: many threads do one thing for the first time in this process, at once."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from bot.kernel.clock import system_clock
from bot.kernel.errors import Unfilmable
from bot.providers.local import import_, recording_pieces, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.rows import Rows
from bot.replay.formats import datadog_segments, documents, rrweb, rum_events
from bot.replay.read_recording import read

THREADS, COPIES = 8, 16
EVENT = b'{"type":"action","date":1,"session":{"id":"a"},"view":{"id":"b"},"action":{"target":{"name":"x"}}}'
SEGMENT = b'{"records":[],"start":1,"end":2,"view":{"id":"v"}}'
PIECE = b'{"session":"s","view":"v","seq":0,"events":[{"type":4,"timestamp":1790000000000,"data":{"href":"/"}}]}'
PAGE = b'{"type":2,"timestamp":2,"data":{"node":{"id":1,"type":0,"childNodes":[]},"initialOffset":{"top":0,"left":0}}}'
ROWS = Rows(b"salt", system_clock)
USES: dict[str, Callable[[], object]] = {
    "RUM events of a delivery": lambda: sdk_events.decode(EVENT + b"\n" + EVENT),
    "RUM events with a field of another type": lambda: sdk_events.decode(EVENT.replace(b'"x"', b"5")),
    "a delivery of the recorder": lambda: recording_pieces.rrweb(PIECE, PIECE, Surroundings(), ROWS),
    "a segment's metadata": lambda: recording_pieces.segment(SEGMENT, SEGMENT, Surroundings(), ROWS),
    "a file": lambda: import_._looks_like_rum(EVENT),
    "RUM events beside a recording": lambda: rum_events.rum_of(EVENT),
    "segments": lambda: datadog_segments.windows_of([SEGMENT], Counter()),
    "a recording": lambda: read([b'{"events":[' + PAGE + b"," + PAGE + b"]}"]),
}
__all__ = ["USES", "documents", "rrweb"]


def at_once(use: Callable[[], object]) -> None:
    together = threading.Barrier(THREADS)

    def begin() -> None:
        together.wait()
        with suppress(Unfilmable):
            use()

    threads = [threading.Thread(target=begin) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(name: str) -> None:
    """Each copy of the process begins anew: it is chance whether two threads meet."""
    sys.setswitchinterval(1e-6)
    for _ in range(COPIES):
        if not (child := os.fork()):
            at_once(USES[name])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(f"a copy ended with {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main(sys.argv[1])
