"""What may wait begins in its order, when nothing is about to be acknowledged, and nothing that hangs holds it up."""

from __future__ import annotations

import asyncio

from bot.kernel.turns import Turns
from handlers.prompt_acks import PromptAck

LONG_S = 3600.0


async def test_so_many_begin_at_once_and_the_others_in_their_order() -> None:
    turns, begun = Turns(at_once=2, turn_s=LONG_S), []

    async def work(name: int) -> None:
        turn = await turns.take()
        begun.append(name)
        await asyncio.sleep(0.01)
        turn.end()

    await asyncio.gather(*(work(n) for n in range(6)))
    assert begun == list(range(6))
    first, second = await turns.take(), await turns.take()
    third = asyncio.create_task(turns.take())
    await asyncio.sleep(0.01)
    assert not third.done()
    first.end()
    first.end()  # once more gives nobody a second place
    (await third).end()
    second.end()


async def test_it_begins_when_what_came_first_is_acknowledged() -> None:
    turns = Turns(at_once=2, turn_s=LONG_S)
    with turns.acknowledging():
        with turns.acknowledging():
            waiting = asyncio.create_task(turns.take())
        await asyncio.sleep(0.01)
        assert not waiting.done()
    (await waiting).end()


async def test_what_hangs_and_what_never_ends_hold_nobody_up() -> None:
    turns = Turns(at_once=1, turn_s=0.01)
    hanging = await turns.take()
    with turns.acknowledging():
        second = await turns.take()
    hanging.end()
    second.end()
    (await turns.take()).end()


async def test_whoever_gives_up_while_waiting_takes_nobodys_place() -> None:
    turns = Turns(at_once=1, turn_s=LONG_S)
    with turns.acknowledging():
        waiting = asyncio.create_task(turns.take())
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    (await turns.take()).end()


async def test_what_bolt_acknowledges_by_itself_takes_no_turn() -> None:
    """As it does with the bot's own messages: no listener follows that would give the turn back."""
    turns = Turns(at_once=1, turn_s=LONG_S)
    with turns.acknowledging():
        for _ in range(3):
            await PromptAck(turns)()
    (await turns.take()).end()
