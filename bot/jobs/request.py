"""Asks the owner of the feature, once: a reply in the thread that mentions whoever must answer."""

from __future__ import annotations

from contextlib import suppress

from bot.backlog.feature import Feature
from bot.backlog.request import Party, Request
from bot.backlog.sentences import already
from bot.desk import looking, recording, telling, work
from bot.desk.acknowledging import party, request_id
from bot.desk.asked import Asked
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.runtime import keys
from bot.runtime.errors import Conflict, Missing


async def request(office: Office, job: work.Ask) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    feature = await desk.owners.named(asked.feature)
    if feature is None:
        raise Missing(asked.locale.text("Nobody owns this target in owners.yaml yet, so there is nobody to ask."))
    by = await desk.people.get(job.team, job.by)
    wanted = await _request(desk, asked, feature, party(by))
    if open_one := await _asked_elsewhere(desk, wanted):
        await telling.whisper(desk, open_one, by.id, already(open_one, desk.clock(), by.locale))
        return
    with suppress(Conflict):  # asked before, and the job died before it had told everyone
        await desk.requests.put(keys.record(job.team, "request", wanted.id), wanted)
    made = await looking.request(desk, job.team, wanted.id)
    await telling.ask(desk, made)
    await recording.follow(desk, made)
    await telling.set_clock(desk, made)


async def _asked_elsewhere(desk: Desk, wanted: Request) -> Request | None:
    """Another question in this channel led to the same owner already, who hasn't answered: one ping is enough."""
    same = (wanted.channel, wanted.feature)
    waiting = await looking.open_requests(desk, wanted.team)
    return next((it for it in waiting if (it.channel, it.feature) == same and it.id != wanted.id), None)


async def _request(desk: Desk, asked: Asked, feature: Feature, asker: Party) -> Request:
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=asked.team)
    notebook = await recording.notebook_for(desk, asked)
    return Request(
        id=request_id(asked),
        team=asked.team,
        channel=asked.channel,
        thread=thread,
        feature=feature.name,
        what=desk.messages.text("backlog/what", asked.locale, answer=asked.answer, feature=feature.name),
        asker=asker,
        owner=await telling.person_of(desk, asked.team, feature.product),
        asked_at=desk.clock(),
        question=asked.id,
        notebook=notebook.id,
        project=feature.project,
    )
