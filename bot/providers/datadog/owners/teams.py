"""Contacts of a team, by e-mail address: the person on call for engineering, the team's admin for the product."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.errors import Missing, Upstream
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.owners import owner_calls as calls

LOOKED_UP = 5
"""How many members are looked up, until one has an address."""


@dataclass(frozen=True, slots=True)
class TeamContacts:
    handle: str
    engineering: str
    product: str


async def team_contacts(client: Client, handle: str) -> TeamContacts | None:
    """Returns None for a team that isn't there or in which nobody has an address."""
    plain = handle.removeprefix("team:").removeprefix("@")
    teams = (await client.send(calls.teams(plain), calls.OwnerTeams)).data
    team = next((team for team in teams if team.attributes.handle.casefold() == plain.casefold()), None)
    if team is None:
        return None
    on_call = await _on_call(client, team.id)
    admin, member = await _members(client, team.id, needed=not on_call)
    engineering = on_call or member or admin
    return TeamContacts(team.attributes.handle, engineering, admin or engineering) if engineering else None


async def _on_call(client: Client, team: str) -> str:
    """Returns an address, empty for a team without a rota and where the key may not see it."""
    try:
        now = await client.send(calls.on_call(team), calls.OnCall)
    except (Missing, Upstream):
        return ""
    people = {person.id: person.email for person in now.included}
    responders = now.data.relationships.responders.data
    return next((people[responder.id] for responder in responders if people.get(responder.id)), "")


async def _members(client: Client, team: str, *, needed: bool) -> tuple[str, str]:
    """Returns (an admin's address, another member's), the latter only where it is needed."""
    members = (await client.send(calls.members(team), calls.Members)).data
    admins = [member for member in members if member.attributes.role == "admin"]
    others = [member for member in members if member.attributes.role != "admin"]
    return await _address(client, admins), await _address(client, others) if needed else ""


async def _address(client: Client, members: list[calls.TeamMember]) -> str:
    ids = [member.relationships.user.data.id for member in members if member.relationships.user.data]
    for id in ids[:LOOKED_UP]:
        try:
            person = (await client.send(calls.user(id), calls.OnePerson)).data
        except Missing:
            continue
        if person.email:
            return person.email
    return ""
