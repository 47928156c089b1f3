"""No page of the bot's own has a fault that axe-core finds, in any scheme, language or width.

A new page is a line in `PAGES`.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser, Page, expect
from redis.asyncio import Redis
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.backlog.ticket import NewTicket
from bot.notebook.cell_data import FollowUp
from bot.notebook.edits import add_cell, remove_cell
from bot.notebook.facts import add_clip
from bot.notebook.head import DocumentStatus, Head, Participant, Severity, StatusChange
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimes
from bot.notebook.merge import Change, Put, merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.services.access.audit_log import AuditLog
from bot.services.questions.question_records import QuestionRecords
from bot.slack.installs.bolt_stores import RecordedStates
from bot.state.connection import connected
from bot.state.redis_records import RedisRecords
from bot.web.access.people_gate import CLOSED
from bot.web.access.sessions import Cookies, Sessions
from bot.web.access.signed_values import SignedValues
from bot.web.access.signin_pages import SignInPages
from bot.web.access.slack_openid import SlackOpenId
from bot.web.access.viewer import Viewer, viewed_by
from bot.web.answer_pages import answer_routes
from bot.web.html_pages import asked_locale
from bot.web.install_pages import InstallFlow, install_routes
from tests.axe import SCHEMES, VIEWS, Scheme, View, seen, violations
from tests.browser import IN_A_BROWSER
from tests.messages.scenes import LANGUAGES
from tests.messages.scenes.answers import answered
from tests.notebook.examples import CLIP, EVERYTHING, NOON, opened
from tests.notebook.test_drafted_summary import DRAFT, IMPACT, TIMES
from tests.web.served import PAGES as TEMPLATES
from tests.web.served import WORDS, site_of

pytestmark = IN_A_BROWSER


@dataclass(frozen=True)
class Site:
    """A running server with a full notebook, an answer and a ticket in one language, and where these are."""

    root: str
    notebook: Notebook
    answer: str
    ticket: str


HEAD = Head(
    status=DocumentStatus.IN_REVIEW,
    severity=Severity.SEV_2,
    topic="Buy is broken",
    owner=Participant("Mina"),
    commander=Participant("Erik"),
    reviewer=Participant("Jisoo"),
    participants=(Participant("Mina"), Participant("Erik")),
    features=("Buy button",),
    services=("shop-web",),
    incident="INC-142",
    incident_link="https://example.com/incidents/142",
    history=(StatusChange(DocumentStatus.IN_REVIEW, Participant("Mina"), NOON),),
)
PAGES: dict[str, Callable[[Site], str]] = {
    "notebook": lambda site: site.notebook.path,
    "notebooks": lambda _: "/notebooks",
    "answer": lambda site: f"/answers/{site.answer}",
    "tickets": lambda _: "/tickets",
    "ticket": lambda site: f"/tickets/{site.ticket}",
    "signin": lambda _: "/signin",
    "closed": lambda _: "/closed",
    "sorry": lambda _: "/notebooks/nothing-here",
    "install": lambda _: "/slack/install",
    "not installed": lambda _: "/slack/oauth_redirect?error=access_denied",
}
"""By name, the address of each page."""


@pytest.mark.parametrize("view", VIEWS, ids="-".join)
async def test_pages_have_no_violation(view: View, browser: Browser, redis_server: str, tmp_path: Path) -> None:
    async with running(redis_server, tmp_path, view.language) as site, seen(browser, view) as page:
        found = {}
        for name, address in PAGES.items():
            await page.goto(site.root + address(site))
            await expect(page.locator("html")).to_have_attribute("lang", view.language)
            found[name] = await violations(page)
        await _overwrite(page, site)
        found["conflict"] = await violations(page)
        await _overtake_head(page, site)
        found["head conflict"] = await violations(page)
        assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_fault_is_found_at_all(browser: Browser, scheme: Scheme) -> None:
    async with seen(browser, View(scheme, "en")) as page:
        await page.set_content("<html lang=en><title>x</title><main><h1>x</h1><p style='color:#aaa'>pale</p></main>")
        [narrow, wide] = await violations(page)
        assert narrow.startswith("390 px: color-contrast")
        assert wide.startswith("1280 px: color-contrast")


async def _overwrite(page: Page, site: Site) -> None:
    """Saves a text over one that somebody else has changed in the meantime."""
    await page.goto(site.root + site.notebook.path)
    form = page.locator("form[action*='/cells/']:has(textarea)").first
    await form.locator("input[name=seen]").evaluate("field => field.value = 'of-another-text'")
    await form.locator("input[name=name]").evaluate("field => field.value = 'Mina'")
    await form.locator("textarea").evaluate("field => field.value = 'Something else'")
    await form.evaluate("form => form.submit()")
    await expect(page.locator(".both")).to_be_visible()


async def _overtake_head(page: Page, site: Site) -> None:
    """Sets a severity that somebody else has set in the meantime."""
    await page.goto(site.root + site.notebook.path)
    form = page.locator("form[action$='/head']")
    await form.locator("input[name=seen_severity]").evaluate("field => field.value = 'of-another-head'")
    await form.locator("input[name=name]").evaluate("field => field.value = 'Mina'")
    await form.locator("select[name=severity]").evaluate("field => field.selectedIndex = field.options.length - 1")
    await form.evaluate("form => form.submit()")
    await expect(page.locator(".head-conflict")).to_be_visible()


def access_routes(redis: Redis) -> list[web.RouteDef]:
    """The page that asks people to sign in, and the one that is shown instead of what isn't for them."""
    signed = SignedValues(["k" * 32], lambda: NOON)
    sessions = Sessions(signed, Cookies(secure=False), RedisRecords(redis), lambda: NOON, timedelta(hours=1))
    slack = SlackOpenId("1.2", "secret", "http://bot.example/signin/slack", lambda: NOON)

    audit = AuditLog(RedisRecords(redis), lambda: NOON)

    async def closed(request: web.Request) -> web.Response:
        locale = asked_locale(request)
        with viewed_by(Viewer("T1", "U1", "Mina Park", "token", writes=False, known_by="slack")):
            return TEMPLATES.response("closed", locale, status=403, sentence=locale.text(CLOSED), wrote=True)

    signin = SignInPages(TEMPLATES, sessions, slack, AsyncMock(return_value=False), audit)
    return [*signin.routes(), web.get("/closed", closed)]


@asynccontextmanager
async def running(redis_url: str, folder: Path, language: str) -> AsyncIterator[Site]:
    async with connected(redis_url) as redis:
        await redis.flushall()
        questions = QuestionRecords(RedisRecords(redis))
        app, store, files, tracker = site_of(redis, folder)
        app.add_routes(answer_routes(questions, TEMPLATES, now=lambda: NOON))
        app.add_routes(install_routes(_flow(redis), TEMPLATES))
        app.add_routes(access_routes(redis))
        picture = io.BytesIO()
        Image.new("RGB", (800, 500), "white").save(picture, "GIF")
        notebook = await store.create(_full(language, await files.put(picture.getvalue(), "gif")))
        ticket = await tracker.create(
            NewTicket("SHOP", "Buy does nothing", "A *description* with <b>marks</b>", meaning="m1")
        )
        await tracker.create(NewTicket("SHOP", "Another", "", meaning="m2"))
        asked = answered(str, LANGUAGES[language])
        page = await questions.page(asked)
        await questions.add(msgspec.structs.replace(asked, page=page.secret))
        async with TestServer(app) as server:
            yield Site(str(server.make_url("")).rstrip("/"), notebook, page.secret, ticket.key)


def _flow(redis: Redis) -> InstallFlow:
    settings = AsyncOAuthSettings(client_id="1.2", client_secret="s", state_store=RecordedStates(RedisRecords(redis)))

    async def noted(_installation: Installation, _allowed: bool) -> None:
        """Nobody installs anything here."""

    return InstallFlow(AsyncWebClient(), settings, TEMPLATES, noted)


def _full(language: str, clip_file: str) -> Notebook:
    """A notebook with everything in it: facts, a clip that is there, people's own parts, and something removed."""
    words: NotebookText = WORDS
    empty = opened(words, language)
    empty = msgspec.structs.replace(empty, head=HEAD)
    changes: tuple[Change, ...] = (
        *EVERYTHING,
        add_clip("1700.2", msgspec.structs.replace(CLIP, file=clip_file)),
        Put(KeyTimes.marker, "timeline", TIMES, first=True),
        Put(Impact.marker, "impact", IMPACT, first=True),
        Put(DraftedSummary.marker, "summary", DraftedSummary(DRAFT), first=True),
        FollowUp("R2", "Alert on empty answers", NOON, "Erik", state="in_backlog", due=NOON.date(), priority="P1"),
    )
    full = merge(empty, changes, words.for_notebook(empty))
    text = "Ours: a [link](https://example.com) in a line, `code`, and\n\n> a quote\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    full = add_cell(full, markdown=text, after=full.cells[1].id, author="Mina")
    full = add_cell(full, markdown="No longer wanted", after=full.cells[1].id, author="Mina")
    gone = next(cell for cell in full.cells if cell.markdown == "No longer wanted")
    return remove_cell(full, gone.id, seen=digest(gone.markdown))
