"""Teams with their states, and people by e-mail address: what an issue is made with, by id.

What was read is remembered by the process, and read anew when Linear doesn't know it any more.
"""

from __future__ import annotations

import msgspec

from bot.kernel.errors import Missing, Misunderstood
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_client import LinearClient

MOST_TEAM_PAGES = 20
COMPLETED = "completed"


class TeamState(msgspec.Struct):
    id: str
    name: str
    type: str
    position: float = 0


class TeamStates(msgspec.Struct):
    nodes: list[TeamState] = []


class LinearTeam(msgspec.Struct):
    id: str
    key: str
    name: str
    states: TeamStates = msgspec.field(default_factory=TeamStates)

    @property
    def names(self) -> set[str]:
        return {self.id.casefold(), self.key.casefold(), self.name.casefold()}

    def completed(self) -> TeamState:
        """The first state of those that mean done. Raises Missing."""
        done = sorted((state for state in self.states.nodes if state.type == COMPLETED), key=lambda one: one.position)
        if not done:
            raise Missing("The Linear team %(team)s has no state for what is completed.", team=self.key)
        return done[0]


class _TeamEnd(msgspec.Struct):
    more: bool = msgspec.field(name="hasNextPage", default=False)
    cursor: str | None = msgspec.field(name="endCursor", default=None)


class _TeamPage(msgspec.Struct):
    nodes: list[LinearTeam] = []
    end: _TeamEnd = msgspec.field(name="pageInfo", default_factory=_TeamEnd)


class _ManyTeams(msgspec.Struct):
    teams: _TeamPage


class _FoundPerson(msgspec.Struct):
    id: str
    email: str


class _FoundPeople(msgspec.Struct):
    nodes: list[_FoundPerson] = []


class _People(msgspec.Struct):
    users: _FoundPeople


class LinearTeams:
    """`default` is the team of features whose own isn't in Linear."""

    def __init__(self, client: LinearClient, default: str = "") -> None:
        self._client = client
        self._default = default
        self._listed: list[LinearTeam] = []
        self._read: dict[str, LinearTeam] = {}

    async def named(self, name: str) -> LinearTeam:
        """By its key, its name or its id, with its states. Raises Misunderstood."""
        if self._known(name) is None:
            self._listed = await self._all()
        team = self._known(name) or self._known(self._default)
        if team is None:
            known = ", ".join(sorted(team.key for team in self._listed)[:20]) or "none"
            raise Misunderstood(
                "Linear has no team “%(name)s”; the key may see: %(known)s.", at=name, name=name[:40], known=known
            )
        return await self.by_id(team.id)

    async def by_id(self, id: str) -> LinearTeam:
        """Raises Missing."""
        if id not in self._read:
            teams = (await self._client.run(documents.TEAM, _ManyTeams, id=id)).teams.nodes
            if not teams:
                raise Missing("Linear has no such team any more.")
            self._read[id] = teams[0]
        return self._read[id]

    async def person(self, email: str) -> str:
        """Id of the one active person with this address, empty where there is none."""
        if not email:
            return ""
        users = (await self._client.run(documents.PEOPLE, _People, email=email)).users.nodes
        same = [person for person in users if person.email.casefold() == email.casefold()]
        return same[0].id if len(same) == 1 else ""

    def forget(self) -> None:
        """What was remembered may be wrong: it is read anew."""
        self._listed, self._read = [], {}

    def _known(self, name: str) -> LinearTeam | None:
        return next((team for team in self._listed if name.casefold() in team.names), None) if name else None

    async def _all(self) -> list[LinearTeam]:
        teams, after = list[LinearTeam](), None
        for _ in range(MOST_TEAM_PAGES):
            page = (await self._client.run(documents.TEAM_NAMES, _ManyTeams, after=after)).teams
            teams += page.nodes
            after = page.end.cursor
            if not page.end.more:
                break
        return teams
