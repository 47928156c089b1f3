"""Signing in with Slack: the way there and back, sessions, the way out, and a single sign-on in front of the bot."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from bot.web.access.sessions import BINDING, SESSION
from bot.web.access.signed_values import SignedValues
from standins.slack.seed import JISOO, MINA
from standins.slack.slack_faults import SlackFault
from tests.handlers.signed_in_house import CLIENT_ID, SignedInHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEXT = ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
        "/notebooks\r\nSet-Cookie: a=b", "\\\\evil.example", "/signin/slack?code=1", "http:evil.example",
        "/" + "x" * 600, "///evil.example", "", "evil.example", "/\u2028x"]  # fmt: skip


class Tab:
    """A browser's cookies, as far as these tests need them."""

    def __init__(self, site: SignedInHouse) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.last = ""

    async def go(self, method: str, address: str, **form: str) -> tuple[int, str, str]:
        """(status, where it leads, body)"""
        shown = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data: dict[str, Any] = {"data": form} if method == "POST" else {}
        status, body, headers = await self.site.ask(method, address, headers={"Cookie": shown}, **data)
        for line in headers.getall("Set-Cookie", []):
            self.last = line
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return status, headers.get("Location", ""), body

    async def to_slack(self, next: str = "/tickets") -> str:
        """Returns where Slack asks who somebody is."""
        status, address, _ = await self.go("GET", f"/signin/start?next={quote(next)}")
        assert status == 303
        return address

    async def choose(self, address: str, user: str) -> str:
        """Returns where Slack sends them back to."""
        _, _, page = await self.go("GET", address)
        ids = re.findall(r"request=([\w-]+)", page)
        status, back, _ = await self.go("GET", f"{self.site.root}/openid/connect/decide?request={ids[0]}&user={user}")
        assert status == 302
        return back

    async def signed_in(self, user: str, next: str = "/tickets") -> tuple[int, str, str]:
        return await self.go("GET", await self.choose(await self.to_slack(next), user))


@pytest.fixture
def tab(site: SignedInHouse) -> Tab:
    return Tab(site)


async def test_somebody_signs_in_and_goes_on_to_the_page_that_they_wanted(site: SignedInHouse, tab: Tab) -> None:
    wanted = f"{site.notebook.path}?from=slack"
    status, _, page = await tab.go("GET", wanted)
    assert (status, "Sign in with Slack" in page) == (401, True)
    start = re.search(r'href="(/signin/start\?next=[^"]+)"', page)
    assert start
    _, slack, _ = await tab.go("GET", start[1].replace("&amp;", "&"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(slack).query).items()}
    assert slack.startswith(f"{site.root}/openid/connect/authorize?")
    assert (query["client_id"], query["response_type"], query["scope"]) == (CLIENT_ID, "code", "openid profile")
    status, address, _ = await tab.go("GET", await tab.choose(slack, MINA.id))
    assert (status, address) == (303, wanted)
    flags = tab.last.split("; ")[1:]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
    status, _, page = await tab.go("GET", wanted)
    assert status == 200
    assert "Signed in as Mina Park" in page
    assert site.notebook.title in page


async def test_it_speaks_korean(site: SignedInHouse) -> None:
    _, page, _ = await site.ask("GET", site.notebook.path, headers={"Accept-Language": "ko-KR,ko;q=0.9"})
    assert '<html lang="ko">' in page
    assert "Slack으로 로그인" in page
    _, page, _ = await site.ask("GET", site.notebook.path, JISOO.id, headers={"Accept-Language": "ko"})
    assert "이 페이지를 볼 수 없습니다" in page


async def test_two_tabs_sign_in_at_once(tab: Tab) -> None:
    first, second = await tab.to_slack("/tickets"), await tab.to_slack("/notebooks")
    assert (await tab.go("GET", await tab.choose(first, MINA.id)))[:2] == (303, "/tickets")
    assert (await tab.go("GET", await tab.choose(second, JISOO.id)))[:2] == (303, "/notebooks")


async def test_a_sign_in_that_was_begun_in_another_browser_signs_nobody_in(site: SignedInHouse, tab: Tab) -> None:
    """Somebody might be led into the session of an attacker."""
    back = await tab.choose(await tab.to_slack(), JISOO.id)
    other = Tab(site)
    for victim in (other, other):
        status, _, page = await victim.go("GET", back)
        assert (status, "Please begin again" in page) == (400, True)
        assert not any(name.endswith(SESSION) for name in victim.cookies)
        await victim.to_slack()


@pytest.mark.parametrize("broken", ["", "x", "a.b", "…", "x" * 5000])
async def test_a_state_that_is_not_ours_signs_nobody_in(tab: Tab, broken: str) -> None:
    await tab.to_slack()
    status, _, page = await tab.go("GET", f"/signin/slack?code=1.2.3&state={quote(broken)}")
    assert (status, "Please begin again" in page) == (400, True)


async def test_a_state_is_over_after_ten_minutes_and_is_for_one_purpose(site: SignedInHouse, tab: Tab) -> None:
    back = await tab.choose(await tab.to_slack(), MINA.id)
    state = parse_qs(urlsplit(back).query)["state"][0]
    early = SignedValues(["k" * 40], lambda: site.clock() - timedelta(minutes=11))
    binding = early.sign(BINDING, "b" * 32, timedelta(minutes=10))
    tab.cookies[f"replaybook-{BINDING}"] = binding
    assert (await tab.go("GET", back))[0] == 400
    tab.cookies = {f"replaybook-{SESSION}": state}
    assert (await tab.go("GET", "/tickets"))[0] == 401


async def test_a_code_is_good_once_and_a_wrong_one_never(tab: Tab) -> None:
    back = await tab.choose(await tab.to_slack(), MINA.id)
    assert (await tab.go("GET", back))[0] == 303
    assert (await tab.go("GET", back))[0] == 400
    wrong = (await tab.choose(await tab.to_slack(), MINA.id)).replace("code=", "code=9")
    assert (await tab.go("GET", wrong))[0] == 400


async def test_who_does_not_want_to_is_asked_again(site: SignedInHouse, tab: Tab) -> None:
    slack = await tab.to_slack()
    _, _, page = await tab.go("GET", slack)
    id = re.findall(r"request=([\w-]+)", page)[0]
    _, back, _ = await tab.go("GET", f"{site.root}/openid/connect/decide?request={id}")
    assert "error=access_denied" in back
    status, _, page = await tab.go("GET", back)
    assert (status, "Sign in with Slack" in page) == (401, True)


@pytest.mark.parametrize("next", NEXT)
async def test_nobody_is_sent_to_another_site(site: SignedInHouse, tab: Tab, next: str) -> None:
    _, page, _ = await site.ask("GET", f"/signin?next={quote(next, safe='')}")
    assert "evil.example" not in page
    status, address, _ = await tab.signed_in(MINA.id, next)
    assert (status, address) == (303, "/notebooks")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-app"},
        {"aud": [CLIENT_ID, "another-app"]},
        {"aud": []},
        {"exp": 1},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
        {"nonce": "another"},
        {"nonce": ""},
        {"nonce": None},
        {"https://slack.com/user_id": JISOO.id},
        {"https://slack.com/team_id": "T0ANOTHER"},
        {"https://slack.com/user_id": ""},
        {"exp": "soon"},
    ],
    ids=str,
)
async def test_claims_that_do_not_fit_sign_nobody_in(
    site: SignedInHouse, tab: Tab, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    grants = site.workspace.team.openid
    made = grants.exchange

    def exchange(*args: object) -> dict[str, object]:
        answer = made(*args)  # type: ignore[arg-type]
        head, body, mac = answer["id_token"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | change
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return {**answer, "id_token": f"{head}.{body}.{mac}"}

    monkeypatch.setattr(type(grants), "exchange", lambda _self, *args: exchange(*args))
    status, _, page = await tab.signed_in(MINA.id)
    assert (status, "nobody was signed in" in page) == (400, True)
    assert f"replaybook-{SESSION}" not in tab.cookies


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "a.bnVsbA.c", "a.W10.c", "ä.ö.ü"])
async def test_an_id_token_that_cannot_be_read_signs_nobody_in(
    site: SignedInHouse, tab: Tab, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"access_token": "xoxp-1", "token_type": "Bearer", "id_token": token}
    monkeypatch.setattr(type(site.workspace.team.openid), "exchange", lambda *_: answer)
    assert (await tab.signed_in(MINA.id))[0] == 400


async def test_while_slack_is_away_it_says_so(site: SignedInHouse, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    back = await tab.choose(await tab.to_slack(), MINA.id)
    fault = {"kind": "error", "method": "openid.connect.token", "error": "internal_error", "times": 1}
    site.workspace.team.faults.add(SlackFault.from_json(fault))
    assert (await tab.go("GET", back))[0] == 503


async def test_a_session_is_ours_whole_and_of_its_time(site: SignedInHouse) -> None:
    session = site.session(MINA.id)
    right = site.signed(session)
    for cookie, status in (
        (right, 200),
        (site.signed(session, key="o" * 40), 401),
        (site.signed(session, lasts=timedelta(seconds=-1)), 401),
        (right[:-1], 401),
        (right.replace(".", ".."), 401),
        ("." + right.partition(".")[2], 401),
        (right.partition(".")[0] + ".", 401),
        ("x" * 5000, 401),
    ):
        answer = await site.ask("GET", "/tickets", headers={"Cookie": f"replaybook-session={cookie}"})
        assert answer[0] == status, cookie[:20]


async def test_signing_out_ends_every_session_of_that_person(site: SignedInHouse, tab: Tab) -> None:
    other = Tab(site)
    await tab.signed_in(JISOO.id)
    await other.signed_in(JISOO.id)
    _, _, page = await tab.go("GET", "/tickets")
    csrf = re.search(r'name="csrf" value="([\w-]+)"', page)
    assert csrf
    assert (await tab.go("POST", "/signout"))[0] == 403, "another site could sign people out"
    assert (await tab.go("POST", "/signout", csrf=csrf[1]))[:2] == (303, "/signin")
    for each in (tab, other):
        assert (await each.go("GET", "/tickets"))[0] == 401


async def test_a_name_from_slack_is_text(site: SignedInHouse) -> None:
    session = site.session(MINA.id, name="<script>alert(1)</script>")
    cookie = f"replaybook-session={site.signed(session)}"
    _, page, _ = await site.ask("GET", site.notebook.path, headers={"Cookie": cookie})
    assert "<script>alert" not in page
    assert "Signed in as &lt;script&gt;" in page
