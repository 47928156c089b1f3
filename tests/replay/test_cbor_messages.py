"""Messages to and from the browser, in its own dialect of CBOR; and on a pipe, in whatever pieces they come."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import cbor2
import pytest

from bot.kernel.errors import Unavailable
from bot.replay.script.trim import playable
from bot.replay.stage.cbor_messages import HEADER_BYTES, UnreadableMessage, decode, encode, length_of
from bot.replay.stage.pipe import PIPE_BYTES, Pipe
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Session, text

MESSAGES = [
    {},
    {"id": 1, "method": "Page.enable", "params": {}},
    {"id": 70_000, "params": {"x": -3, "share": 0.25, "on": True, "off": False, "none": None}},
    {"params": {"deep": [[1, [2.5, [None]], "Kauf"], [], {}]}},
    {"params": {"text": "구매 버튼 🛒", "": ""}},
    {"params": {"long": "x" * 70_000}},
]


@pytest.mark.parametrize("message", MESSAGES)
def test_what_is_written_can_be_read(message: dict[str, Any]) -> None:
    written = encode(message)
    assert decode(written) == message
    assert length_of(written[:HEADER_BYTES]) == len(written)


def test_text_in_utf_16_and_bytes_are_told_apart() -> None:
    """The browser writes texts beyond ASCII as bytes without a tag, and bytes with one."""
    inner = b"\xbf" + cbor2.dumps("text") + cbor2.dumps("연습".encode("utf-16-le"))
    inner += cbor2.dumps("half") + cbor2.dumps("a\ud83d".encode("utf-16-le", "surrogatepass"))
    inner += cbor2.dumps("picture") + cbor2.dumps(cbor2.CBORTag(22, b"\x89PNG")) + b"\xff"
    read = decode(b"\xd8\x18\x5a" + len(inner).to_bytes(4, "big") + inner)
    assert read == {"text": "연습", "half": "a\N{REPLACEMENT CHARACTER}", "picture": b"\x89PNG"}
    assert isinstance(read["picture"], memoryview)


@pytest.mark.parametrize(
    "broken",
    [
        b'{"id":1,"result":{}}',
        encode({"id": 1})[:-1],
        encode([1, 2]),
        encode({"id": 1}).replace(b"\xbf", b"\xfe"),
        cbor2.dumps(cbor2.CBORTag(30, [1, 2])),
    ],
)
def test_what_is_no_message_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        decode(broken)


def test_a_beginning_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableMessage):
        length_of(b'{"id":1')


@pytest.fixture
async def ends() -> AsyncIterator[tuple[Pipe, int, int]]:
    """A pipe, and the ends at which its browser would write and read."""
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    pipe = Pipe(ours_in, ours_out)
    yield pipe, theirs_out, theirs_in
    pipe.close()
    os.close(theirs_out)
    os.close(theirs_in)


@pytest.mark.parametrize("size", [1, 6, 7, 8, 50, PIPE_BYTES])
async def test_answers_and_events_arrive_in_any_pieces(ends: tuple[Pipe, int, int], size: int) -> None:
    pipe, browser, _ = ends
    heard: list[Any] = []
    pipe.on("Page.loaded", lambda params, session: heard.append((params, session)))
    answers = [pipe.send("Page.enable"), pipe.send("Page.refused"), pipe.send("Page.shot")]
    event = {"method": "Page.loaded", "params": {"at": 5}, "sessionId": "s"}
    sent = b"".join(
        [
            encode({"id": 2, "error": {"message": "no"}}),
            encode(event),
            encode({"id": 1, "result": {"name": "나"}}),
            encode({"id": 3, "result": {"data": "x" * 300}}),
        ]
    )
    for at in range(0, len(sent), size):
        os.write(browser, sent[at : at + size])
        await asyncio.sleep(0)
    first, refused, last = await asyncio.gather(*answers, return_exceptions=True)
    assert first == {"name": "나"}
    assert str(refused) == "no"
    assert last == {"data": "x" * 300}
    await asyncio.sleep(0)
    assert heard == [({"at": 5}, "s")]


async def test_a_listener_that_fails_takes_no_other_message_along(ends: tuple[Pipe, int, int]) -> None:
    pipe, browser, _ = ends
    failed: list[BaseException | None] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context.get("exception")))

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    pipe.on("Page.loaded", fail)
    answer = pipe.send("Page.enable")
    os.write(browser, encode({"method": "Page.loaded", "params": {}}) + encode({"id": 1, "result": {"at": 5}}))
    assert await answer == {"at": 5}
    assert [type(error) for error in failed] == [ZeroDivisionError]


async def test_what_cannot_be_read_ends_the_pipe(ends: tuple[Pipe, int, int]) -> None:
    pipe, browser, _ = ends
    answer = pipe.send("Page.enable")
    os.write(browser, b'{"id":1,"result":{}}\0')
    with pytest.raises(Unavailable):
        await answer
    assert pipe.closed


@IN_A_BROWSER
@pytest.mark.parametrize("value", ["Kauf", "café", "구매", "🛒 ok", "", [1, -2.5, None, True], {"a": {"b": ["나", 3]}}])
async def test_the_browser_speaks_it(stage: Stage, value: Any) -> None:
    await stage.load(playable(Session(text(4, "…")).recording(), 0, 100), 1280, 720)
    expression = f"({json.dumps(value, ensure_ascii=False)})"
    asked = {"expression": expression, "returnByValue": True}
    answer = await stage.browser.pipe.send("Runtime.evaluate", asked, stage._session)
    assert answer["result"]["value"] == value
