"""Ports for the servers of tests: each process of a run has its own, which the system gives to no connection."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from itertools import cycle

LOWEST, HIGHEST = 12_000, 32_000
"""Above what browsers refuse to open, and below what the system gives out (from 32768 on Linux)."""


def _mine() -> Iterator[int]:
    """Begins anywhere, as another run may be at it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    each = (HIGHEST - LOWEST) // max(1, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    first, begin = LOWEST + worker * each, random.randrange(each)
    return cycle(first + (begin + number) % each for number in range(each))


_ports = _mine()


def free_port(host: str = "127.0.0.1") -> int:
    """Where nobody listens, and nobody else of this run will: a server that is started later still finds it free."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("they are endless")
