"""Reads a post-mortem's head anew: from the channel's topic, from where the incident was declared, from who spoke."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import structlog

from bot.kernel.errors import ReplaybookError
from bot.notebook.channel_topic import ChannelTopic, known_person, read_topic
from bot.notebook.head import Participant
from bot.notebook.head_edits import HeadFacts, read_facts, together
from bot.notebook.notebook import Notebook
from bot.notebook.ports import DeclaredIncident, change
from bot.notebook.proposed_title import propose_title
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import ReadHeadJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.people import People
from bot.slack.person import Person
from bot.state import keys

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def follow_topic(context: PostmortemContext, job: ReadHeadJob) -> None:
    """The topic changed: the head of the channel's post-mortem follows, if it has one."""
    if notebook := await context.notebooks.find(job.team, job.channel):
        await refresh_head(context, notebook)


async def refresh_head(context: PostmortemContext, notebook: Notebook, asked: AskedQuestion | None = None) -> Notebook:
    """Brings the head up to what can be read now, and with `asked` up to what was asked and answered there.

    One after the other: what is written last was read last, however long somebody else takes to read.
    """
    async with context.slack.private.once.alone(keys.once(notebook.team, "head", notebook.id)):
        return await _refreshed(context, notebook, asked)


async def _refreshed(context: PostmortemContext, notebook: Notebook, asked: AskedQuestion | None) -> Notebook:
    facts = await incident_facts(context, notebook.team, notebook.channel)
    if asked is not None:
        facts = _with_question(facts, asked)

    def refreshed(now: Notebook) -> Notebook:
        after = read_facts(now, facts)
        if asked is None or asked.answer is None:
            return after
        return propose_title(after, asked.answer, asked.feature, now.locale)

    return await change(context.notebooks, notebook.id, refreshed)


async def incident_facts(context: PostmortemContext, team: str, channel: str) -> HeadFacts:
    """What the channel and the declared incident say. Where the incident was declared comes first, the topic second."""
    people = context.slack.people
    topic = read_topic(await people.channel_topic(team, channel))
    speakers = [participant(person) for person in await people.speakers(team, channel)]
    declared = await _declared(context, team, channel)
    commander = await _declared_commander(people, team, declared) if declared else None
    commander = commander or await _commander(people, team, channel, topic, speakers)
    facts = declared.facts if declared else HeadFacts()
    return msgspec.structs.replace(
        facts,
        severity=topic.severity if facts.severity is None else facts.severity,
        topic=topic.about or facts.topic,
        commander=commander,
        participants=together((*([commander] if commander else []), *facts.participants, *speakers)),
    )


async def named_person(people: People, team: str, channel: str, name: str) -> Participant | None:
    """The member of a channel that a name means, None where it means nobody or more than one."""
    return known_person(name, [participant(person) for person in await people.members(team, channel)])


def participant(person: Person) -> Participant:
    return Participant(person.name, person.id)


async def _declared(context: PostmortemContext, team: str, channel: str) -> DeclaredIncident | None:
    """None where it can't be told, too: a head without it is better than no post-mortem."""
    if context.incidents is None:
        return None
    try:
        return await context.incidents.declared(team, channel)
    except ReplaybookError as error:
        log.warning("the declared incident couldn't be read", channel=channel, why=error.sentence)
        return None


async def _declared_commander(people: People, team: str, declared: DeclaredIncident) -> Participant | None:
    known = await people.by_email(team, declared.email) if declared.email else None
    return participant(known) if known else declared.facts.commander


async def _commander(
    people: People, team: str, channel: str, topic: ChannelTopic, speakers: Iterable[Participant]
) -> Participant | None:
    """Whom the topic names. A name without a sign before it counts only where somebody is called so."""
    named = topic.commander
    if named is None:
        return None
    if named.id:
        return Participant(await people.name(team, named.id), named.id)
    known = known_person(named.name, speakers) or await named_person(people, team, channel, named.name)
    return known or (named if topic.sure else None)


def _with_question(facts: HeadFacts, asked: AskedQuestion) -> HeadFacts:
    services = asked.answer.tops.services if asked.answer else ()
    return msgspec.structs.replace(
        facts,
        features=(*facts.features, *([asked.feature] if asked.feature else [])),
        services=(*facts.services, *(top.label for top in services[:3])),
    )
