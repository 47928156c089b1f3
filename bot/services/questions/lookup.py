"""Looks things up for handlers and jobs: a question asked, what it means, its moments, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.backlog.request import Request
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.notebook import Notebook
from bot.services.desk import Desk
from bot.services.questions import answering
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.help import examples as would_work
from bot.signals.question import Period, Question
from bot.signals.question_text import to_text
from bot.signals.source import Moment, Source
from bot.slack.people import Person
from bot.state import keys


async def asked(desk: Desk, team: str, id: str) -> AskedQuestion:
    """Raises Missing when the question is no longer kept."""
    found = await desk.asked.get(keys.record(team, "asked", id))
    if found is None:
        raise Missing("That question is no longer kept; please ask it again.")
    return found[0]


async def request(desk: Desk, team: str, id: str) -> Request:
    """Raises Missing."""
    found = await desk.requests.get(keys.record(team, "request", id))
    if found is None:
        raise Missing("That request is no longer kept.")
    return found[0]


async def understood(desk: Desk, source: Source, text: str, locale: Locale) -> Question:
    """Raises Misunderstood."""
    return await answering.parse_question(source, text, desk.clock(), locale, presets=desk.presets)


def told(it: Request, version: int) -> str:
    """Names the telling of what led to this version of a request."""
    return keys.once(it.team, "told", it.id, str(version))


def in_words(it: AskedQuestion, locale: Locale) -> str:
    """The question as it was typed, where that says it whole and in this language; else as the grammar reads it, to the
    minute."""
    if not it.thread and it.tag[:2] == locale.tag:
        return it.text
    question, compare = it.question, it.question.compare
    rounded = replace(question, period=_minutes(question.period), compare=_minutes(compare) if compare else None)
    return to_text(rounded, locale)


def _minutes(period: Period) -> Period:
    """From the beginning of a minute to that of another; what lies within one stays as it is."""
    start, end = (moment.replace(second=0, microsecond=0) for moment in (period.start, period.end))
    return Period(start, end, period.unit) if end > start else period


def with_target(question: Question, target: str) -> Question:
    return replace(question, target=target)


async def moments(source: Source, it: AskedQuestion) -> Sequence[Moment]:
    """Candidates for a clip. Raises Missing when no session with these signals has a replay."""
    targets = it.answer.targets if it.answer else ()
    found = await source.moments(it.question, targets)
    if not found:
        raise Missing(it.locale.text("None of these sessions has a replay."))
    return found


async def thread_question(desk: Desk, team: str, channel: str, thread: str) -> Question | None:
    """The last question asked in a thread, or the one whose answer the thread hangs under: follow-ups go on from it.

    At the top of a channel nothing goes on, and at the top of a direct message whatever was asked there last.
    """
    if not thread and not channel.startswith("D"):
        return None
    found = await desk.threads.get(keys.record(team, "thread", f"{channel}:{thread}"))
    return (await asked(desk, team, found[0])).question if found else None


async def remember_thread(desk: Desk, it: AskedQuestion, thread: str) -> None:
    """From now on, follow-ups in this thread go on from this question."""
    key = keys.record(it.team, "thread", f"{it.channel}:{thread}")
    await desk.threads.change(key, lambda _: it.id)


async def examples(source: Source, now: datetime, locale: Locale) -> tuple[str, ...]:
    """Three questions that would be answered here and now."""
    return would_work(locale, (await answering.known(source, now)).targets)


async def waiting_for(desk: Desk, team: str, person: Person) -> list[Request]:
    """Requests that wait for this person's answer, oldest first."""
    mine = {person.id, person.email}
    return [it for it in await open_requests(desk, team) if it.asks.id in mine and not it.answered]


async def open_requests(desk: Desk, team: str) -> list[Request]:
    found = [await desk.requests.get(keys.record(team, "request", id)) for id in await desk.ledger.open(team)]
    return sorted((record[0] for record in found if record), key=lambda it: it.asked_at)


async def notebooks(desk: Desk, team: str) -> Sequence[Notebook]:
    return await desk.notebooks.list(team, limit=5)


async def clips(desk: Desk, it: AskedQuestion) -> tuple[str, ...]:
    """Ids of the clips shown for a question, in order."""
    found = await desk.clips.get(keys.record(it.team, "clips", it.id))
    return found[0] if found else ()


async def why_shown(desk: Desk, it: AskedQuestion, session: str) -> str:
    """Why a session was chosen when it was first shown for a question; empty where it wasn't."""
    for id in await clips(desk, it):
        found = await desk.shown.get(keys.record(it.team, "shown", id))
        if found and found[0].session == session:
            return found[0].reason or found[0].clip.why
    return ""
