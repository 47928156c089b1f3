"""Blocking work in steps, which one thread may begin and another end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Generic, TypeVar

Result = TypeVar("Result")
Steps = Generator[None, None, Result]
"""Work that pauses after each of its steps, and returns its result."""


class SteppedWork(Generic[Result]):
    """Work that is under way. One thread at a time may be at it."""

    def __init__(self, steps: Steps[Result]) -> None:
        self._steps = steps
        self._ended: list[Result] = []

    def go_on(self, enough: Callable[[], bool]) -> None:
        """Works until it is done, or until it is `enough` for now after a step. Blocks. Raises what the work raises."""
        while not self._ended and not enough():
            self._step()

    def result(self) -> Result:
        """Does what is left, and returns the result. Blocks. Raises what the work raises."""
        while not self._ended:
            self._step()
        return self._ended[0]

    def _step(self) -> None:
        try:
            next(self._steps)
        except StopIteration as end:
            self._ended.append(end.value)


def finished(steps: Steps[Result]) -> Result:
    """Returns the result of work that nobody else has begun. Blocks. Raises what the work raises."""
    return SteppedWork(steps).result()
