"""Requests that only look as if they came from somebody who may: by other names, from other sites, from nearby."""

from __future__ import annotations

import pytest

from bot.web.ask_api import RunningBot
from standins.slack.seed import MINA
from tests.handlers.signed_in_house import SignedInHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTS = ["evil.example", "127.0.0.1.evil.example", "evil.example:8400", "[::ffff:1.2.3.4]", "", "a b"]


async def test_programs_show_what_is_theirs(site: SignedInHouse) -> None:
    """Nobody is let in because they are near: everybody here comes from 127.0.0.1."""
    own = RunningBot.of(site.settings.data).headers
    wanted = {"text": "rage clicks", "now": site.clock().isoformat(), "only_read": True}
    assert (await site.ask("POST", "/api/ask", json=wanted))[0] == 401
    assert (await site.ask("POST", "/api/ask", json=wanted, headers={"X-Forwarded-For": "127.0.0.1"}))[0] == 401
    assert (await site.ask("POST", "/api/ask", json=wanted, headers=own))[0] == 200
    assert (await site.ask("GET", "/metrics", headers=own))[0] == 401
    assert (await site.ask("GET", "/metrics", headers={"Authorization": "Bearer for-metrics"}))[0] == 200
    assert (await site.ask("POST", "/api/ask", json=wanted, headers={"Authorization": "Bearer for-metrics"}))[0] == 401
    token = site.settings.data / "address.token"
    assert token.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8400", "[::ffff:1.2.3.4]", "", "a b"]
)
async def test_by_another_name_nothing_is_here(site: SignedInHouse, host: str) -> None:
    for path in (site.notebook.path, "/signin", "/signin/start"):
        status, body, headers = await site.ask("GET", path, MINA.id, headers={"Host": host})
        assert status in {421, 400}, (host, path)
        assert site.notebook.title not in body
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_of_another_site_is_not_taken(site: SignedInHouse, headers: dict[str, str]) -> None:
    """Not even with the right token."""
    form = {"csrf": site.csrf(MINA.id), "title": "Taken over"}
    status, _, _ = await site.ask("POST", f"{site.notebook.path}/title", MINA.id, data=form, headers=headers)
    assert status == 403
    assert (await site.services.postmortems.notebooks.get(site.notebook.id)).title != "Taken over"


async def test_what_people_write_has_their_own_name(site: SignedInHouse) -> None:
    """Whatever name a form has."""
    status, _ = await site.send(f"{site.notebook.path}/comments", MINA.id, text="Checked", name="Erik", key="c1")
    assert status == 303
    notebook = await site.services.postmortems.notebooks.get(site.notebook.id)
    assert [each.author for each in notebook.comments if each.text == "Checked"] == ["Somebody"]
