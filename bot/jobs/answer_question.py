"""Answers a question: matches the target, asks the source, and turns the one message into the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bot.services import queued_jobs
from bot.services.clips import clip_requests
from bot.services.office import Office
from bot.services.questions import answering, dedupe, lookup, post_answer, share
from bot.signals.answer import Top
from bot.signals.asked_question import AskedQuestion
from bot.state import keys


async def answer(office: Office, job: queued_jobs.AnswerJob) -> None:
    desk = office.desk
    asked = await lookup.asked(desk, job.team, job.asked)
    try:
        async with dedupe.claimed(desk, asked):
            await _answer(office, asked)
    except answering.NoSuchTarget as problem:
        await desk.outbox.update(asked.message_key, answering.no_match_message(desk, asked, problem), team=job.team)


async def _answer(office: Office, asked: AskedQuestion) -> None:
    desk = office.desk
    if asked.answer is None:  # else it was found before, and only the telling is left
        asked = await _found(office, asked)
    if asked.answer is None:
        return  # it was refined in the meantime, and that has a job of its own
    await post_answer.post_answer(desk, asked, asked.answer)
    ts = await desk.outbox.ts(asked.message_key, team=asked.team)
    await lookup.remember_thread(desk, asked, asked.thread or ts)
    await clip_requests.at_once(desk, asked, asked.answer.counts.signals)


async def _found(office: Office, asked: AskedQuestion) -> AskedQuestion:
    desk = office.desk
    found = await answering.answer_question(office.source, desk.owners.file, asked.question, asked.locale)
    page = await share.page(desk, asked)
    found = replace(found, link=found.link or page.url)
    where = {"service": _most(found.tops.services), "mostly": _most(found.tops.views)}
    feature = await desk.owners.owner_of(found.targets, asked.question.view or "", **where)
    answered = msgspec.structs.replace(asked, answer=found, feature=feature.name if feature else "", page=page.secret)
    return await desk.asked.change(
        keys.record(asked.team, "asked", asked.id),
        lambda it: it if it and it.question != asked.question else answered,
    )


def _most(tops: Sequence[Top]) -> str:
    return tops[0].label if tops else ""
