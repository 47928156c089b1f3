"""Answers a question: matches the target, asks the source, and turns the one message into the answer."""

from __future__ import annotations

import msgspec

from bot.desk import answering, looking, showing, work
from bot.desk.office import Office
from bot.runtime import keys


async def answer(office: Office, job: work.Answer) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    try:
        found = await answering.answered(office.source, desk.owners, asked.question, asked.locale)
    except answering.NoSuchTarget as problem:
        await desk.outbox.update(asked.message_key, answering.nothing(desk, asked, problem), team=job.team)
        return
    feature = desk.owners.owner_of(found.targets, asked.question.view or "")
    asked = await desk.asked.change(
        keys.record(job.team, "asked", job.asked),
        lambda it: msgspec.structs.replace(it or asked, answer=found, feature=feature.name if feature else ""),
    )
    await showing.show(desk, asked, found)
    ts = await desk.outbox.ts(asked.message_key, team=job.team)
    await looking.remember_thread(desk, asked, asked.thread or ts)
