"""Every address of the bot's web server is closed to whom it isn't for. The addresses come from the router itself."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiohttp import web

from bot.state.connection import connected
from bot.web.access.route_rules import RouteRule, rule_of
from standins.slack.seed import ERIK, JISOO, MINA
from standins.slack.slack_faults import SlackFault
from tests.handlers.signed_in_house import CLOSED_CHANNEL, PARTNER, SignedInHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = {
    "/slack/events", "/hooks/{provider}/{connection}", "/livez", "/readyz", "/healthz", "/pages/{name}",
    "/intake/datadog", "/intake/rrweb",
}  # fmt: skip
"""What has a lock of its own, or nothing to see. Whoever adds to it says so here."""
LISTS = {"/notebooks", "/tickets", "/signout"}
"""What everybody who is signed in may ask for, and sees their own part of."""
PROGRAMS = {RouteRule.METRICS, RouteRule.PROGRAM}
WAY_IN = {"/signin", "/signin/start", "/signin/slack"}


def addresses(site: SignedInHouse) -> list[tuple[str, str, str]]:
    """(method, address as the router has it, the address of something that is there) of every route."""
    values = {
        "{id}": site.notebook.id, "{cell}": site.notebook.cells[0].id, "{key}": site.ticket, "{to}": "confluence",
        "{secret}": site.answer, "{kind}": "impact_start",
        "{provider}": "github", "{connection}": "main",
    }  # fmt: skip
    names = {
        "/files/{name}": site.file,
        "/pages/{name}": "page.css",
        "/api/events-export/{name}": "export-00000000",
    }
    found = []
    for method, address in routes_of(site):
        path = address.replace("{name}", names.get(address, "{name}"))
        for name, value in values.items():
            path = path.replace(name, value)
        assert "{" not in path, f"the test has nothing to put into {address}"
        found.append((method, address, path))
    return found


def routes_of(site: SignedInHouse) -> list[tuple[str, str]]:
    """As the router has them."""
    app = web.Application()
    app.add_routes(site.routes)
    routes = [route for route in app.router.routes() if route.resource and route.method != "HEAD"]
    return sorted({(route.method, route.resource.canonical) for route in routes})


async def outcome(site: SignedInHouse, method: str, path: str, who: str | None, *, csrf: bool = True) -> int:
    data = {"csrf": site.csrf(who)} if who and csrf else {}
    form: dict[str, Any] = {"data": data} if method == "POST" else {}
    return (await site.ask(method, path, who, **form))[0]


async def test_every_address_has_a_rule_and_those_without_a_lock_of_ours_are_known(site: SignedInHouse) -> None:
    rules = {address: rule_of(address) for _, address, _ in addresses(site)}
    assert None not in rules.values(), [address for address, rule in rules.items() if rule is None]
    assert {address for address, rule in rules.items() if rule is RouteRule.OWN_LOCK} == OPEN
    assert {address for address, rule in rules.items() if rule is RouteRule.SIGNED_IN} == LISTS
    assert {address for address, rule in rules.items() if rule is RouteRule.SIGN_IN} == WAY_IN
    assert len(rules) > 25


async def test_every_address_is_closed_without_a_session(site: SignedInHouse) -> None:
    for method, address, path in addresses(site):
        if address in OPEN | WAY_IN:
            continue
        status, body, headers = await site.ask(method, path)
        assert status == 401, (method, address)
        assert site.notebook.title not in body, (method, address)
        assert "Buy does nothing" not in body, (method, address)
        assert headers["X-Content-Type-Options"] == "nosniff", (method, address)


@pytest.mark.parametrize("who", [JISOO.id, ERIK.id, "U0STRANGER"])
async def test_every_address_is_closed_to_who_is_not_in_the_channel(site: SignedInHouse, who: str) -> None:
    for method, address, path in addresses(site):
        if address in OPEN | WAY_IN | {"/signout"}:
            continue
        form: dict[str, Any] = {"data": {"csrf": site.csrf(who)}} if method == "POST" else {}
        status, body, _ = await site.ask(method, path, who, **form)
        wanted = 200 if address in LISTS else 401 if rule_of(address) in PROGRAMS else 403
        assert status == wanted, (method, address)
        assert site.notebook.title not in body, (method, address)
        assert "Buy does nothing" not in body, (method, address)


async def test_every_address_is_open_to_who_is_in_the_channel(site: SignedInHouse) -> None:
    for method, address, path in addresses(site):
        if address in OPEN | WAY_IN | {"/signout"} or rule_of(address) in PROGRAMS:
            continue
        if address.endswith((".pdf",)):
            continue  # it takes a worker; the rule is that of the other exports
        status = await outcome(site, method, path, MINA.id)
        assert status not in {401, 403, 421, 500}, (method, address, status)
        if method == "GET":
            assert status == 200, (method, address)


async def test_no_form_is_taken_without_its_token(site: SignedInHouse) -> None:
    """Nor with that of somebody else's session."""
    before = (await site.services.postmortems.notebooks.get(site.notebook.id)).version
    for method, address, path in addresses(site):
        if method != "POST" or address in OPEN or rule_of(address) is RouteRule.PROGRAM:
            continue
        assert await outcome(site, method, path, MINA.id, csrf=False) == 403, address
        status = (await site.ask(method, path, MINA.id, data={"csrf": site.csrf(JISOO.id)}))[0]
        assert status == 403, address
    assert (await site.services.postmortems.notebooks.get(site.notebook.id)).version == before


async def test_every_form_of_every_page_has_its_token(site: SignedInHouse) -> None:
    seen = 0
    for method, address, path in addresses(site):
        if method != "GET" or rule_of(address) not in {RouteRule.NOTEBOOK, RouteRule.TICKET, RouteRule.SIGNED_IN}:
            continue
        if address.endswith((".pdf", ".zip", ".html")):
            continue
        _, body, headers = await site.ask(method, path, MINA.id)
        if not headers["Content-Type"].startswith("text/html"):
            continue
        forms = body.split('<form method="post"')[1:]
        assert all(f'name="csrf" value="{site.csrf(MINA.id)}"' in form.split("</form>")[0] for form in forms), address
        seen += len(forms)
    assert seen > 15


async def test_the_lists_have_what_somebody_may_see(site: SignedInHouse) -> None:
    for path, title in (("/notebooks", site.notebook.title), ("/tickets", "Buy does nothing")):
        assert title in (await site.get(path, MINA.id))[1]
        assert title not in (await site.get(path, JISOO.id))[1]


async def test_a_partner_in_the_channel_sees_its_pages_and_nothing_else(site: SignedInHouse) -> None:
    """Slack Connect: they sign in with their own workspace, and are among the channel's members."""
    for path in (
        site.notebook.path,
        f"/answers/{site.answer}",
        f"/tickets/{site.ticket}",
    ):
        assert (await site.get(path, PARTNER, team="T0PARTNER1"))[0] == 200, path
    assert (await site.get(f"/files/{site.file}", PARTNER, team="T0PARTNER1"))[0] == 403, "clips need a policy"
    assert site.notebook.title in (await site.get("/notebooks", PARTNER, team="T0PARTNER1"))[1]
    stranger = await site.get(site.notebook.path, "U0PARTNER2", team="T0PARTNER1")
    assert stranger[0] == 403


async def test_members_are_counted_to_the_last_page_and_asked_for_once_a_minute(site: SignedInHouse) -> None:
    await site.forget()
    before = site.calls("conversations.members")
    for _ in range(4):
        assert (await site.get(site.notebook.path, MINA.id))[0] == 200
        assert (await site.get(site.notebook.path, JISOO.id))[0] == 403
    assert site.calls("conversations.members") - before == 4  # ten members, three a page


async def test_who_leaves_the_channel_is_out_and_who_comes_is_in(site: SignedInHouse) -> None:
    members = site.workspace.team.channel(CLOSED_CHANNEL)["members"]
    try:
        await site.set_members(CLOSED_CHANNEL, JISOO.id, "U0RPLAYBK1")
        assert (await site.get(site.notebook.path, MINA.id))[0] == 403
        assert (await site.get(site.notebook.path, JISOO.id))[0] == 200
    finally:
        await site.set_members(CLOSED_CHANNEL, *members)


async def test_while_slack_does_not_tell_nobody_is_let_in(site: SignedInHouse) -> None:
    await site.forget()
    faults = site.workspace.team.faults
    for error in ("missing_scope", "internal_error", "channel_not_found"):
        faults.add(
            SlackFault.from_json({"kind": "error", "method": "conversations.members", "error": error, "times": 9})
        )
        try:
            status, body = await site.get(site.notebook.path, MINA.id)
        finally:
            faults.clear()
        assert status == (403 if error == "channel_not_found" else 503), error
        assert site.notebook.title not in body
        await site.forget()
    assert (await site.get(site.notebook.path, MINA.id))[0] == 200


async def test_what_is_not_there_looks_like_what_is_not_for_them(site: SignedInHouse) -> None:
    for there, gone in (
        (site.notebook.path, "/notebooks/nothing-here"),
        (f"/tickets/{site.ticket}", "/tickets/SHOP-99999"),
        (f"/answers/{site.answer}", "/answers/nothing"),
        (f"/files/{site.file}", f"/files/{'0' * 64}.gif"),
    ):
        assert await site.get(there, JISOO.id) == await site.get(gone, JISOO.id)
        asked, other = await site.get(there), await site.get(gone)
        assert (asked[0], asked[1].split("next=")[0]) == (other[0], other[1].split("next=")[0])


async def test_whoever_asked_sees_the_answer_wherever_they_are(site: SignedInHouse) -> None:
    members = site.workspace.team.channel(CLOSED_CHANNEL)["members"]
    try:
        await site.set_members(CLOSED_CHANNEL, "U0RPLAYBK1")
        assert (await site.get(f"/answers/{site.answer}", MINA.id))[0] == 200
        assert (await site.get(f"/answers/{site.answer}", MINA.id, team="T0PARTNER1"))[0] == 403
    finally:
        await site.set_members(CLOSED_CHANNEL, *members)


async def test_a_ticket_is_not_read_by_naming_it_in_another_channel(site: SignedInHouse) -> None:
    records = site.services.requests.records
    known = await records.of_ticket(site.ticket)
    assert known
    elsewhere = msgspec.structs.replace(known, id="R-elsewhere", channel="C0GENERAL1")
    await records.add(elsewhere)
    try:
        await records.note_ticket(elsewhere, "local")
        assert (await site.get(f"/tickets/{site.ticket}", JISOO.id))[0] == 403
        assert (await site.get(f"/tickets/{site.ticket}", MINA.id))[0] == 200
    finally:
        await records.note_ticket(known, "local")


async def test_a_kept_address_of_a_file_works_for_the_channel(site: SignedInHouse) -> None:
    """Nobody looked at the notebook since the bot was started, say; the address is from an export."""
    async with connected(str(site.settings.redis_url)) as redis:
        for key in await redis.keys("*file-places*"):
            await redis.delete(key)
    await site.forget()
    assert (await site.get(f"/files/{site.file}", JISOO.id))[0] == 403
    assert (await site.get(f"/files/{site.file}", MINA.id))[0] == 200
    assert (await site.get(f"/files/{site.file}"))[0] == 401


async def test_every_answer_has_the_headers_that_keep_pages_shut(site: SignedInHouse) -> None:
    for method, address, path in addresses(site):
        for who in (None, MINA.id):
            if address.endswith(".pdf"):
                continue
            _, _, headers = await site.ask(method, path, who)
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, address
            assert "frame-ancestors 'none'" in policy or "sandbox" in policy, address
            assert headers["X-Content-Type-Options"] == "nosniff", address
            assert headers["Referrer-Policy"] == "same-origin", address
            assert headers["X-Frame-Options"] == "DENY", address
