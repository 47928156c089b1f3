"""Who speaks for a team: whoever is on call for engineering, the team's admin for the product. By e-mail address."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.errors import Missing, Upstream
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.owners import owner_calls as calls

LOOKED_UP = 5
"""How many members are looked up until one has an address."""


@dataclass(frozen=True, slots=True)
class TeamContacts:
    handle: str
    engineering: str
    product: str


async def team(client: Client, handle: str) -> TeamContacts | None:
    """None for a team that isn't there or in which nobody has an address."""
    plain = handle.removeprefix("team:").removeprefix("@")
    found = await client.get(calls.teams(plain), calls.OwnerTeams)
    one = next((it for it in found.data if it.attributes.handle.casefold() == plain.casefold()), None)
    if one is None:
        return None
    on_call = await _on_call(client, one.id)
    admin, member = await _members(client, one.id, needed=not on_call)
    engineering = on_call or member or admin
    return TeamContacts(one.attributes.handle, engineering, admin or engineering) if engineering else None


async def _on_call(client: Client, team: str) -> str:
    """Empty for teams that have no rota, or where the key may not see it: the members can still be asked."""
    try:
        now = await client.get(calls.on_call(team), calls.OnCall)
    except (Missing, Upstream):
        return ""
    people = {person.id: person.email for person in now.included}
    return next((people[it.id] for it in now.data.relationships.responders.data if people.get(it.id)), "")


async def _members(client: Client, team: str, *, needed: bool) -> tuple[str, str]:
    """(an admin's address, another member's); the latter only where it is needed."""
    found = (await client.get(calls.members(team), calls.Members)).data
    admins = [it for it in found if it.attributes.role == "admin"]
    others = [it for it in found if it.attributes.role != "admin"]
    return await _address(client, admins), await _address(client, others) if needed else ""


async def _address(client: Client, members: list[calls.Member]) -> str:
    ids = [it.relationships.user.data.id for it in members if it.relationships.user.data]
    for id in ids[:LOOKED_UP]:
        try:
            person = (await client.get(calls.user(id), calls.OnePerson)).data
        except Missing:
            continue
        if person.email:
            return person.email
    return ""
