"""A person of Slack's and a channel, as far as we need to know them."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.kernel.locale import Locale


class Person(msgspec.Struct, frozen=True):
    """A Slack user as far as we need to know them. `tag` and `zone` are as in their profile ("ko-KR", "Asia/Seoul")."""

    id: str
    name: str
    tag: str
    zone: str
    email: str = ""
    bot: bool = False
    guest: bool = False
    """A guest of the workspace, or somebody of another organization, which is a `partner`."""
    partner: bool = False
    homes: tuple[str, ...] = ()
    """The ids of their workspaces and of the organization; empty where Slack doesn't tell."""
    admin: bool = False
    unknown: bool = False
    """Slack doesn't tell at the moment; all but the id is made up."""

    @property
    def locale(self) -> Locale:
        return Locale.of(self.tag, self.zone)


class ChannelFacts(msgspec.Struct, frozen=True):
    """A channel's name without its #, who may see it, and whether anything can still be said there.

    `shared`: people of another organization are in it, or are invited.
    """

    name: str
    private: bool
    archived: bool
    shared: bool = False


def is_guest(user: dict[str, Any]) -> bool:
    """Whether a user as Slack gives it is a guest of their workspace, of one channel or of several."""
    return bool(user.get("is_restricted") or user.get("is_ultra_restricted"))


def is_partner(tenant: str, user: dict[str, Any]) -> bool:
    """Whether a user as Slack gives it belongs to another organization than this workspace or organization."""
    homes = homes_of(user)
    return bool(user.get("is_stranger")) or bool(homes and tenant and tenant not in homes)


def homes_of(user: dict[str, Any]) -> frozenset[str]:
    """The ids of the workspaces and of the organization that a user as Slack gives it belongs to."""
    enterprise_user = user.get("enterprise_user")
    organization = enterprise_user if isinstance(enterprise_user, dict) else {}
    homes = (user.get("team_id"), organization.get("enterprise_id"), *(organization.get("teams") or ()))
    return frozenset(str(home) for home in homes if home)
