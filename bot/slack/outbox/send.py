"""Sends a message in the best version that the workspace takes, with its files where they are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unauthorized
from bot.slack.clients import SlackInternalError, SlackRefused
from bot.slack.outbox.fallback_blocks import IMAGE, REFUSED_BLOCKS, BlockSupport, Version, versions
from bot.slack.outbox.models import Message
from bot.slack.outbox.uploads import UploadStore, filled, shown_in

T = TypeVar("T")
Send = Callable[[Message], Awaitable[T]]

# What Slack says of an image block while it still processes the file.
PROCESSING = frozenset({"invalid_blocks", "invalid_arguments", "invalid_slack_file", "file_not_found"})

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class NotReady(SlackInternalError):
    """A message that shows files may be refused only because Slack isn't ready with them."""


class MessageSender:
    def __init__(self, files: UploadStore, block_support: BlockSupport) -> None:
        self._files = files
        self._block_support = block_support

    async def send(
        self,
        client: AsyncWebClient,
        team: str,
        message: Message,
        files: Mapping[str, str],
        send: Send[T],
        *,
        patient: bool,
    ) -> T:
        """What `send` gives for the first version that Slack takes. A version that was refused was not posted.

        `patient`: raise NotReady while Slack may still be processing a file, instead of showing something else.
        """
        choices = versions(message, await self._block_support.refused(team, message))
        unready: NotReady | None = None
        for version in choices:
            if unready and patient and IMAGE in version.avoided:
                break  # before the picture is given up
            try:
                result = await self._sent(client, team, version, files, send)
            except NotReady as error:
                unready = error
            except (SlackRefused, Unauthorized) as error:
                if version is choices[-1] or not _may_be_the_blocks(error, version, files):
                    raise
            else:
                await self._block_support.learn(team, version)
                return result
            log.info("Slack refuses a message as it is", team=team, kinds=sorted(version.used))
        raise unready or SlackInternalError("Slack took no version of the message.")

    async def _sent(
        self,
        client: AsyncWebClient,
        team: str,
        version: Version,
        files: Mapping[str, str],
        send: Send[T],
    ) -> T:
        wanted = shown_in(version.message, files)
        sent = await self._files.uploaded(client, team, wanted)
        message = filled(version.message, sent) if sent else version.message
        try:
            return await send(message)
        except SlackRefused as error:
            if wanted and error.code in PROCESSING:
                raise NotReady(error.sentence) from error
            raise


def _may_be_the_blocks(error: SlackRefused | Unauthorized, version: Version, files: Mapping[str, str]) -> bool:
    """Also where the bot may not upload the file that this version shows."""
    return bool(shown_in(version.message, files)) or (isinstance(error, SlackRefused) and error.code in REFUSED_BLOCKS)
