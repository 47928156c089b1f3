"""Questions that were asked, what their threads are about, and the pages of their answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from bot.kernel.errors import Missing
from bot.signals.asked_question import AskedQuestion, asked_with
from bot.signals.question import Question
from bot.state import keys
from bot.state.records import Records, RecordStore


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The page of an answer on the bot's own web server, for sources that have none. Its address is a secret."""

    secret: str
    url: str


class AskedInChannel(msgspec.Struct, frozen=True):
    """That a question was asked in a channel: its id, who asked, and when, however often it was refined since."""

    id: str
    user: str
    at: datetime


class PostedMessages(Protocol):
    """The outbox, as far as it tells what a message is."""

    async def key_at(self, team: str, channel: str, ts: str) -> str:
        """Returns the key of the message that was posted there not long ago; empty where there is none."""
        ...


MOST_ASKED = 200
"""Questions of a channel that are remembered, the newest ones."""


class QuestionRecords:
    """`public_url` is where people reach the bot's own pages, without a slash at the end.

    `posted` knows the threads of answers whose jobs haven't written them down yet: Slack took the message late, or the
    source still counts.
    """

    def __init__(self, records: RecordStore, public_url: str = "", posted: PostedMessages | None = None) -> None:
        self._questions = Records(records, AskedQuestion)
        self._threads = Records(records, str)
        self._newest = Records(records, tuple[str, str])
        self._pages = Records(records, tuple[str, str])
        self._asked = Records(records, tuple[AskedInChannel, ...])
        self._public_url = public_url
        self._posted = posted

    async def get(self, team: str, id: str) -> AskedQuestion:
        """Raises Missing when the question is no longer kept."""
        record = await self._questions.get(keys.record(team, "asked", id))
        if record is None:
            raise Missing("That question is no longer kept; please ask it again.")
        return record[0]

    async def add(self, asked: AskedQuestion) -> int:
        """Returns the version. Raises Conflict when the question is there already."""
        return await self._questions.put(keys.record(asked.team, "asked", asked.id), asked)

    async def version(self, asked: AskedQuestion) -> int:
        """Returns the version of the record; 0 where there is none."""
        return await self._questions.version(keys.record(asked.team, "asked", asked.id))

    async def remove(self, asked: AskedQuestion, version: int) -> None:
        await self._questions.delete(keys.record(asked.team, "asked", asked.id), version)

    async def change(self, asked: AskedQuestion, fn: Callable[[AskedQuestion | None], AskedQuestion]) -> AskedQuestion:
        """Replaces the record of this question by `fn(record)`; see `Records.change`."""
        return await self._questions.change(keys.record(asked.team, "asked", asked.id), fn)

    async def keep(self, team: str, id: str) -> None:
        """Begins the lifetime of the record anew: a request still goes back to it."""
        await self._questions.touch(keys.record(team, "asked", id))

    async def of_thread(self, team: str, channel: str, thread: str) -> Question | None:
        """Returns the last question asked in a thread, or the one whose answer the thread hangs under.

        Follow-ups go on from it. At the top of a channel nothing goes on, and at the top of a direct message whatever
        was asked there last.
        """
        if not thread and not channel.startswith("D"):
            return None
        asked = await self.asked_in_thread(team, channel, thread)
        return asked.question if asked else None

    async def asked_in_thread(self, team: str, channel: str, thread: str) -> AskedQuestion | None:
        """Returns the question that a thread, or a message of ours, is about."""
        id = await self._id_in_thread(team, channel, thread)
        return await self.get(team, id) if id else None

    async def _id_in_thread(self, team: str, channel: str, thread: str) -> str:
        if record := await self._threads.get(keys.record(team, "thread", f"{channel}:{thread}")):
            return record[0]
        if not thread or self._posted is None:
            return ""
        id = asked_with(await self._posted.key_at(team, channel, thread))
        kept = id and await self._questions.version(keys.record(team, "asked", id))  # news of a watch may have none
        return id if kept else ""

    async def remember_thread(self, asked: AskedQuestion, thread: str) -> None:
        """From now on, follow-ups in this thread go on from this question."""
        await self._threads.change(keys.record(asked.team, "thread", f"{asked.channel}:{thread}"), lambda _: asked.id)
        if thread and not asked.channel.startswith("D"):
            newest = (thread, asked.id)
            await self._newest.change(keys.record(asked.team, "channel-thread", asked.channel), lambda _: newest)

    async def follows(self, team: str, channel: str, thread: str) -> bool:
        """Whether a thread is one in which something was asked or answered."""
        return bool(thread and await self._id_in_thread(team, channel, thread))

    async def newest_thread(self, team: str, channel: str) -> tuple[str, str] | None:
        """Returns the thread of the channel's newest answer and the id of its question."""
        record = await self._newest.get(keys.record(team, "channel-thread", channel))
        return record[0] if record else None

    async def remember_asked(self, asked: AskedQuestion, at: datetime) -> None:
        """Notes that the question was asked. Told again, nothing changes."""

        def noted(before: tuple[AskedInChannel, ...] | None) -> tuple[AskedInChannel, ...]:
            known = before or ()
            if any(each.id == asked.id for each in known):
                return known
            return (*known, AskedInChannel(asked.id, asked.user, at))[-MOST_ASKED:]

        await self._asked.change(keys.record(asked.team, "channel-asked", asked.channel), noted)

    async def asked_about(self, asked: AskedQuestion) -> list[AskedInChannel]:
        """Returns the questions of the channel that were about the same targets as this one, oldest first."""
        record = await self._asked.get(keys.record(asked.team, "channel-asked", asked.channel))
        return [each for each in record[0] if await self._is_about(asked, each.id)] if record else []

    async def _is_about(self, asked: AskedQuestion, id: str) -> bool:
        record = await self._questions.get(keys.record(asked.team, "asked", id))
        if record is None or record[0].answer is None or asked.answer is None:
            return False
        names = [{target.name for target in each.targets} for each in (record[0].answer, asked.answer)]
        return names[0] == names[1] or bool(names[0] & names[1])

    async def page(self, asked: AskedQuestion) -> AnswerPage:
        """Returns the question's page: the same one after it was refined."""
        secret = asked.page or secrets.token_urlsafe(16)
        await self._pages.change(keys.page(secret), lambda _: (asked.team, asked.id))
        return AnswerPage(secret, f"{self._public_url}/answers/{secret}")

    async def on_page(self, secret: str) -> AskedQuestion:
        """Returns the answered question that a page shows. Raises Missing."""
        record = await self._pages.get(keys.page(secret))
        asked = await self.get(*record[0]) if record else None
        if asked is None or asked.answer is None:
            raise Missing("There is no such answer, or it is no longer kept.")
        return asked
