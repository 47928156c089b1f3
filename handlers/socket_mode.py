"""What Slack delivers over a connection instead of as a request; what a handler sees is the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.socket_client import SocketClient, Unacknowledged
from handlers.payloads import Payload
from handlers.receiving import BROKEN, misshapen


@asynccontextmanager
async def socket_mode(app: AsyncApp, token: str) -> AsyncIterator[None]:
    """`token` is the app-level one. Everything that Slack delivers comes over a connection, for as long as it lasts."""

    async def dispatched(payload: Payload) -> Payload | None:
        try:
            answer = await app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        except BROKEN as error:
            answer = await misshapen(error)
        if answer.status == 400:  # no later delivery would be shaped otherwise
            return None
        if answer.status != 200:
            raise Unacknowledged
        return _response_payload(answer)

    async with SocketClient(app.client, token, dispatched).running():
        yield


def _response_payload(answer: BoltResponse) -> Payload | None:
    if not answer.body:
        return None
    try:
        return msgspec.json.decode(answer.body, type=dict)
    except msgspec.MsgspecError:
        return {"text": answer.body}
