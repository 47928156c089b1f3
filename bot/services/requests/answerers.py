"""Who may answer a request without further ado; anybody else answers on behalf of whoever was asked."""

from __future__ import annotations

from bot.backlog.feature import Contact, Feature, Owner
from bot.backlog.request import WITH_TICKET, Party, Request
from bot.kernel.errors import Misunderstood
from bot.services.requests.context import RequestContext
from bot.slack.people import People
from bot.slack.person import Person


class NotAsked(Misunderstood):
    """Somebody answers who wasn't asked, and hasn't said that it is on behalf of whoever was."""

    def __init__(self, asked: Party) -> None:
        super().__init__(
            "%(name)s was asked, not you. You can answer on behalf of %(name)s; everyone will see that.",
            name=asked.name,
        )
        self.asked = asked


def party_of(request: Request) -> Party:
    """Whose answer it is: who was asked, and once there is a follow-up who is responsible for it."""
    return request.responsible if request.state in WITH_TICKET else request.asks


async def may_answer(context: RequestContext, request: Request, person: Person) -> bool:
    """Whether they are the owner, whom it was handed to, the person of the follow-up, a deputy, or in such a group.

    After an escalation whoever was told of it may answer, too.
    """
    people, team = context.slack.people, request.team
    for party in {request.asks, request.owner, request.responsible}:
        if party.id in {person.id, person.email} or await _in_group(people, team, party.id, person):
            return True
    feature = await context.feature(request.team, request.feature)
    return any([await _is(people, team, owner, person) for owner in _others(request, feature)])


def _others(request: Request, feature: Feature | None) -> tuple[Owner, ...]:
    if feature is None:
        return ()
    return (*feature.deputies, *((feature.escalation,) if request.escalated and feature.escalation else ()))


async def _is(people: People, team: str, owner: Owner, person: Person) -> bool:
    match owner.contact:
        case Contact.EMAIL:
            return owner.value.casefold() == person.email.casefold()
        case Contact.USER:
            return owner.value == person.id
    return await _in_group(people, team, owner.value, person)


async def _in_group(people: People, team: str, id: str, person: Person) -> bool:
    return id.startswith("S") and "@" not in id and person.id in await people.group_members(team, id)
