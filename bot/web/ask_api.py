"""Questions from this machine's command line while the bot runs, because the bot's process owns the store's files."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientError, ClientSession, web
from msgspec import to_builtins

from bot.backlog.owners import Owners
from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.locale import Locale
from bot.services.questions.answer_json import answer_json
from bot.services.questions.answer_question import answer_question
from bot.services.questions.question_reader import QuestionReader
from bot.signals.answer_text import is_before_data, is_of_nothing, title
from bot.signals.question import Period, Question
from bot.signals.question_json import error_json, question_json
from bot.signals.question_text import describe
from bot.signals.source import Source
from bot.signals.target_matching import NoSuchTarget
from bot.signals.trend_text import trend_text
from bot.signals.value_matching import NoSuchValue
from bot.signals.verdict import verdict

NOTHING_YET = (
    "Nothing is stored here yet: take recordings in with `replaybook import PATH`, "
    "or start `replaybook demo`, which brings a sample week."
)
MINUTE = timedelta(minutes=1)
ADDRESS = "address"  # the file that says where the running bot answers
TOKEN = "address.token"  # noqa: S105 - the file that has it


class Wanted(msgspec.Struct, frozen=True):
    """A question as typed, and what its meaning depends on; `now` is aware."""

    text: str
    now: datetime
    zone: str = "UTC"
    locale: str = "en"
    only_read: bool = False
    """Whether the question is read and not asked."""


def ask_routes(reader: QuestionReader, owners: Owners) -> list[web.RouteDef]:
    """`POST /api/ask`, for whoever can read the data folder of the running bot (see `RunningBot`)."""

    async def ask(request: web.Request) -> web.Response:
        try:
            wanted = msgspec.json.decode(await request.read(), type=Wanted)
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(await answer(reader, owners, wanted))

    return [web.post("/api/ask", ask)]


class RunningBot(msgspec.Struct, frozen=True):
    """Where the bot with this data folder answers, and what shows it that somebody can read the folder."""

    address: str
    token: str

    @classmethod
    def of(cls, folder: Path) -> RunningBot:
        """Raises OSError where no bot runs."""
        return cls((folder / ADDRESS).read_text("utf-8"), (folder / TOKEN).read_text("ascii"))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def program_token(folder: Path) -> str:
    """What whoever can read this folder shows its bots: made once, and the same for all of them. Blocking."""
    path, draft = folder / TOKEN, folder / f"{TOKEN}.{secrets.token_hex(8)}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32), "ascii")
        with suppress(FileExistsError):  # another bot was faster
            os.link(draft, path)
        draft.unlink()
    return path.read_text("ascii")


@asynccontextmanager
async def announced(folder: Path, address: str) -> AsyncIterator[None]:
    """Tells this machine's command line where the bot answers, for as long as the body."""
    path = folder / ADDRESS
    await asyncio.to_thread(partial(folder.mkdir, parents=True, exist_ok=True))
    path.write_text(address, "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def ask_running_bot(folder: Path, wanted: Wanted) -> dict[str, Any]:
    """Ask the bot that has the store in this folder. Raises Unavailable when it isn't where it said it is."""
    try:
        bot = RunningBot.of(folder)
        async with (
            ClientSession(headers=bot.headers) as session,
            session.post(f"{bot.address}/api/ask", json=to_builtins(wanted)) as response,
        ):
            answer: dict[str, Any] = await response.json()
            return answer
    except (OSError, ClientError) as error:
        raise Unavailable("Another process has the store open, and the bot doesn’t answer.") from error


async def answer(reader: QuestionReader, owners: Owners, wanted: Wanted) -> dict[str, object]:
    """`{"question": …, "understood": …, "answer": …}`, or `{"error": …}` with what would help. Raises Upstream."""
    locale = Locale.of(wanted.locale, wanted.zone).as_of(wanted.now)
    try:
        question = await reader.read(wanted.text, locale, now=wanted.now)
        if wanted.only_read:
            return {"question": question_json(question), "understood": describe(question, locale)}
        answered = await answer_question(reader.source, owners, question, locale)
    except Misunderstood as problem:
        return error_json(problem)
    except (NoSuchTarget, NoSuchValue) as problem:
        if await _empty(reader.source, wanted.now):
            return {"error": locale.text(NOTHING_YET), "closest": []}
        return {"error": problem.text(locale), "closest": list(problem.closest)}
    if is_of_nothing(answered):
        return {"error": locale.text(NOTHING_YET), "closest": []}
    return {
        "question": question_json(answered.question),
        "understood": describe(answered.question, locale),
        "title": title(answered, locale),
        "known": not is_before_data(answered),
        "verdict": verdict(answered, locale),
        "trend": trend_text(answered, locale),
        "answer": answer_json(answered),
    }


async def _empty(source: Source, now: datetime) -> bool:
    """Whether the embedded store has nothing at all, which is a beginner's question and not an answer of zero."""
    return source.name == "local" and is_of_nothing(await source.answer(Question(Period(now - MINUTE, now)), ()))
