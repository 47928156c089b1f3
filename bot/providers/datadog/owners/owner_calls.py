"""Requests for owners: RUM's team ownership (a preview), the Software Catalog, teams, people on call, users."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from bot.providers.datadog.http.api_call import Call

GROUP = "owners"
MOST = 100


class TeamOfRule(msgspec.Struct):
    team_handle: str = ""


class RuleAttributes(msgspec.Struct):
    view_name: str = ""
    match_type: str | None = None
    teams: list[TeamOfRule] = []


class OwnerRule(msgspec.Struct):
    """Which teams own the views of a name, or of all names that begin with it (`match_type` prefix)."""

    attributes: RuleAttributes


class Rules(msgspec.Struct):
    data: list[OwnerRule] = []


class EntityAttributes(msgspec.Struct):
    name: str | None = None
    owner: str | None = None


class Entity(msgspec.Struct):
    attributes: EntityAttributes = msgspec.field(default_factory=EntityAttributes)


class Entities(msgspec.Struct):
    data: list[Entity] = []


class TeamAttributes(msgspec.Struct):
    handle: str = ""


class OwnerTeam(msgspec.Struct):
    id: str
    attributes: TeamAttributes


class OwnerTeams(msgspec.Struct):
    data: list[OwnerTeam] = []


class PersonAttributes(msgspec.Struct):
    email: str | None = None
    disabled: bool | None = None
    service_account: bool | None = None


class OwnerPerson(msgspec.Struct):
    id: str
    attributes: PersonAttributes = msgspec.field(default_factory=PersonAttributes)

    @property
    def email(self) -> str:
        """Empty for service accounts and for people who left: they can't answer."""
        attributes = self.attributes
        return "" if attributes.disabled or attributes.service_account else (attributes.email or "").strip()


class OnePerson(msgspec.Struct):
    data: OwnerPerson


class OwnerPeople(msgspec.Struct):
    data: list[OwnerPerson] = []


class OwnerReference(msgspec.Struct):
    id: str = ""


class To(msgspec.Struct):
    data: OwnerReference | None = None


class ToMany(msgspec.Struct):
    data: list[OwnerReference] = []


class OnCallRelations(msgspec.Struct):
    responders: ToMany = msgspec.field(default_factory=ToMany)


class OnCallData(msgspec.Struct):
    relationships: OnCallRelations = msgspec.field(default_factory=OnCallRelations)


class OnCall(msgspec.Struct):
    data: OnCallData = msgspec.field(default_factory=OnCallData)
    included: list[OwnerPerson] = []


class MemberAttributes(msgspec.Struct):
    role: str | None = None


class MemberRelations(msgspec.Struct):
    user: To = msgspec.field(default_factory=To)


class TeamMember(msgspec.Struct):
    attributes: MemberAttributes = msgspec.field(default_factory=MemberAttributes)
    relationships: MemberRelations = msgspec.field(default_factory=MemberRelations)


class Members(msgspec.Struct):
    data: list[TeamMember] = []


def rules() -> Call:
    return Call("GET", "/api/v2/rum/config/teams-ownership/rules", "rum_apps_read", GROUP, "owners of RUM views")


def service(name: str) -> Call:
    query = (("filter[name]", name), ("filter[kind]", "service"))
    return Call("GET", "/api/v2/catalog/entity", "apm_service_catalog_read", GROUP, "services", query=query)


def teams(handle: str) -> Call:
    query = (("filter[keyword]", handle), ("page[size]", str(MOST)))
    return Call("GET", "/api/v2/team", "teams_read", GROUP, "teams", query=query)


def on_call(team: str) -> Call:
    query = (("include", "responders"),)
    path = f"/api/v2/on-call/teams/{quote(team, safe='')}/on-call"
    return Call("GET", path, "on_call_read", GROUP, "people on call", query=query)


def members(team: str) -> Call:
    path = f"/api/v2/team/{quote(team, safe='')}/memberships"
    return Call("GET", path, "teams_read", GROUP, "members of a team", query=(("page[size]", str(MOST)),))


def users(email: str) -> Call:
    """Datadog looks for the text in addresses, names and roles, so other people may be in the answer."""
    query = (("filter", email), ("page[size]", str(MOST)))
    return Call("GET", "/api/v2/users", "user_access_read", GROUP, "users", query=query)


def user(id: str) -> Call:
    return Call("GET", f"/api/v2/users/{quote(id, safe='')}", "user_access_read", GROUP, "users")
