"""A single sign-on in front of the bot is believed from its own addresses; what can't be set is refused."""

from __future__ import annotations

from typing import Any

import pytest

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Secret
from standins.slack.seed import JISOO, MINA
from tests.handlers.signed_in_house import signed_in_house

TRUSTED: dict[str, Any] = {"sso_header": "X-Auth-Email", "sso_addresses": ("127.0.0.0/8",), "sharing": "workspace"}


async def test_a_header_is_believed_from_its_addresses_alone(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str, clock: Clock
) -> None:
    async with signed_in_house(tmp_path_factory.mktemp("sso"), redis_server, clock, **TRUSTED) as site:
        path = site.notebook.path
        for email, status in (
            (MINA.email, 200), (MINA.email.upper(), 200), (JISOO.email, 403), ("nobody@example.com", 401), ("", 401),
            ("mina", 401), (f"{MINA.email}, {JISOO.email}", 401),
        ):  # fmt: skip
            answer = await site.ask("GET", path, headers={"X-Auth-Email": email})
            assert answer[0] == status, email
        _, page, _ = await site.ask("GET", path, headers={"X-Auth-Email": MINA.email})
        assert "Signed in as Mina Park" in page
        assert "Sign out" not in page, "the single sign-on does that"
        sent = {"title": "Ours"}
        mine = {"X-Auth-Email": MINA.email}
        assert (await site.ask("POST", f"{path}/title", headers=mine, data=sent))[0] == 403
        token = page.split('name="csrf" value="')[1].partition('"')[0]
        assert (await site.ask("POST", f"{path}/title", headers=mine, data={**sent, "csrf": token}))[0] == 303
        status, _ = await site.send(f"{path}/sharing", MINA.id, shared_with="public")
        assert status == 400, "the operator lets nobody share so far"


async def test_addresses_and_keys_that_cannot_be_are_refused_at_the_start(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str, clock: Clock
) -> None:
    for wrong in (
        {"sso_header": "X-Auth-Email"},
        {"sso_header": "X-Auth-Email", "sso_addresses": ("10.0.0.0/33",)},
        {"session_keys": (Secret("short"),)},
    ):
        with pytest.raises(Misunderstood, match="REPLAYBOOK_"):
            async with signed_in_house(tmp_path_factory.mktemp("wrong"), redis_server, clock, **wrong):
                pytest.fail("it started")


async def test_elsewhere_the_header_is_not_believed(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str, clock: Clock
) -> None:
    """The single sign-on is at another address than whoever sends the header."""
    elsewhere = {**TRUSTED, "sso_addresses": ("10.0.3.0/28", "::1")}
    keys = {"session_keys": (Secret("n" * 32), Secret("k" * 40))}
    async with signed_in_house(tmp_path_factory.mktemp("far"), redis_server, clock, **elsewhere, **keys) as site:
        headers = {"X-Auth-Email": MINA.email, "X-Forwarded-For": "10.0.3.1", "X-Real-IP": "10.0.3.1"}
        assert (await site.ask("GET", site.notebook.path, headers=headers))[0] == 401
        # A session that was signed with the key of before is still one.
        assert (await site.get(site.notebook.path, MINA.id))[0] == 200
