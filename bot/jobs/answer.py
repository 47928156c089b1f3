"""Answers a question: matches the target, asks the source, and turns the one message into the answer."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.desk import answering, filming, joining, looking, paging, showing, work
from bot.desk.asked import Asked
from bot.desk.office import Office
from bot.runtime import keys


async def answer(office: Office, job: work.Answer) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    try:
        async with joining.claimed(desk, asked):
            await _answer(office, asked)
    except answering.NoSuchTarget as problem:
        await desk.outbox.update(asked.message_key, answering.nothing(desk, asked, problem), team=job.team)


async def _answer(office: Office, asked: Asked) -> None:
    desk = office.desk
    found = await answering.answered(office.source, desk.owners.file, asked.question, asked.locale)
    page = await paging.page(desk, asked)
    found = replace(found, link=found.link or page.url)
    mostly = found.tops.views[0].label if found.tops.views else ""
    feature = await desk.owners.owner_of(found.targets, asked.question.view or "", mostly=mostly)
    asked = await desk.asked.change(
        keys.record(asked.team, "asked", asked.id),
        lambda it: msgspec.structs.replace(
            it or asked, answer=found, feature=feature.name if feature else "", page=page.secret
        ),
    )
    await showing.show(desk, asked, found)
    ts = await desk.outbox.ts(asked.message_key, team=asked.team)
    await looking.remember_thread(desk, asked, asked.thread or ts)
    await filming.at_once(desk, asked, found.counts.signals)
