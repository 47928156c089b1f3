"""A call is made again where that is harmless, and waits no longer than is patient."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.kernel.errors import Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most

PATIENCE = CallPatience(pause_s=0.0, limit_s=0.01)
AWAY, WAIT = Unavailable("It is away."), RateLimited("Wait.", retry_after=0.001)
LONG = RateLimited("Wait.", retry_after=3600.0)


def failing(*errors: Exception) -> tuple[Callable[[], object], list[int]]:
    """A call that fails so, and then works; and how often it was made."""
    made, left = [0], [*errors]

    async def call() -> str:
        made[0] += 1
        if left:
            raise left.pop(0)
        return "done"

    return call, made


@pytest.mark.parametrize("errors", [(), (AWAY,), (AWAY, AWAY), (WAIT, AWAY), (WAIT, WAIT)])
async def test_what_fails_twice_works_the_third_time(errors: tuple[Exception, ...]) -> None:
    call, made = failing(*errors)
    assert await patiently(call, PATIENCE, lambda _: True) == "done"  # type: ignore[arg-type]
    assert made == [len(errors) + 1]


@pytest.mark.parametrize(
    ("errors", "repeats", "calls"),
    [
        ((AWAY, AWAY, AWAY), True, 3),
        ((AWAY,), False, 1),
        ((WAIT, AWAY), False, 2),
        ((WAIT, WAIT, WAIT), True, 3),
        ((LONG,), True, 1),
        ((Missing("Nothing is there."),), True, 1),
        ((Unauthorized("It may not."),), True, 1),
    ],
)
async def test_what_may_not_be_repeated_or_never_works_is_raised(
    errors: tuple[Exception, ...], repeats: bool, calls: int
) -> None:
    call, made = failing(*errors)
    with pytest.raises(ReplaybookError) as raised:
        await patiently(call, PATIENCE, lambda _: repeats)  # type: ignore[arg-type]
    assert raised.value is errors[-1]
    assert made == [calls]


async def test_an_answer_that_never_ends_is_not_read_to_its_end() -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"1234"

    with pytest.raises(Unavailable):
        await read_at_most(chunks(), 10, AWAY)
    assert read == 3

    async def short() -> AsyncIterator[bytes]:
        yield b"12"
        yield b"34"

    assert await read_at_most(short(), 4, AWAY) == b"1234"
