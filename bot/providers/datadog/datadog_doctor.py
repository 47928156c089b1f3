"""What works with these keys: one check a part, each a sentence of what was found or of what is to be done."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import msgspec

from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import Missing, ReplaybookError, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.datadog.cases import case_calls
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.incidents import incident_calls
from bot.providers.datadog.notebooks import notebook_calls
from bot.providers.datadog.notebooks.datadog_cells import markdown_cell
from bot.providers.datadog.opening import open_datadog
from bot.providers.datadog.owners import owner_calls
from bot.providers.datadog.replay.replays import SOURCES, segments_call
from bot.providers.datadog.rum import rum_requests
from bot.signals.question import Period

Check = Callable[[], Awaitable[str]]
DAYS = 7


class _Keys(msgspec.Struct):
    status: str = ""


def checks(settings: Settings) -> dict[str, Check]:
    """By name; none when Datadog isn't set up. A check gives what it found, or raises ReplaybookError."""
    if not (settings.dd_api_key or settings.dd_app_key):
        return {}
    clock = clock_ahead(settings.clock_ahead_s)
    parts: dict[str, Callable[[Client], Awaitable[str]]] = {
        "keys": _keys,
        "RUM": partial(_rum, clock=clock),
        "replays": partial(_replays, clock=clock),
        "notebooks": partial(_notebooks, seen=bool(settings.public_url)),
        "cases": _cases,
        "incidents": _incidents,
        "owners": _owners,
    }
    return {name: partial(_with_client, settings, check) for name, check in parts.items()}


async def _with_client(settings: Settings, check: Callable[[Client], Awaitable[str]]) -> str:
    async with open_datadog(settings) as datadog:  # says which key is missing
        return await check(datadog.client)


def keys_call() -> Call:
    return Call("GET", "/api/v2/validate_keys", "both keys", "validate", "keys")


async def _keys(client: Client) -> str:
    try:
        found = await client.get(keys_call(), _Keys)
    except Unauthorized:
        found = _Keys()
    if found.status != "ok":
        raise Unauthorized(
            f"{client.site.name} doesn't know these two keys: check DD_API_KEY, DD_APP_KEY, and DD_SITE, since keys "
            f"are of one site."
        )
    return f"both are known at {client.site.name}"


async def _rum(client: Client, *, clock: Clock) -> str:
    sessions = rum_requests.ComputeRequest("cardinality", "@session.id")
    found = await client.get(
        rum_requests.aggregate("@type:action", _week(clock), [rum_requests.ComputeRequest(), sessions]),
        rum_requests.Aggregated,
    )
    actions, people = (found.buckets[0].number(0), found.buckets[0].number(1)) if found.buckets else (0, 0)
    if not actions:
        raise Missing(f"There is no action in RUM in {DAYS} days; is `trackUserInteractions` on in the browser SDK?")
    return f"{actions:,} actions in {people:,} sessions in {DAYS} days"


async def _replays(client: Client, *, clock: Clock) -> str:
    """Reads a piece of the newest recording; whether it can be decoded is seen when a clip is made."""
    asked = "@type:view @session.has_replay:true"
    listed = await client.get(rum_requests.search(asked, _week(clock), limit=1), rum_requests.Listed)
    if not listed.data:
        raise Missing(f"No session of the last {DAYS} days has a replay; see `sessionReplaySampleRate` of the SDK.")
    inner = listed.data[0].inner()
    for source in SOURCES:
        try:
            body = await client.body(segments_call(inner.session.id, inner.view.id, source))
        except Missing:
            continue
        found = f"{len(body.data):,} bytes of {body.kind or 'an unnamed kind'} for the newest view with a replay"
        return f"{found}; their form isn't documented and not yet verified, so try a clip"
    raise Missing("Datadog says that the newest view has a replay, but gives none.")


async def _notebooks(client: Client, seen: bool) -> str:
    """Makes one and deletes it, also when the answer to its making was lost. `seen`: people reach our own pages."""
    name = f"Replaybook check {secrets.token_hex(6)}"
    cell = markdown_cell("Made to check that notebooks can be written; it is deleted at once.")

    async def trace() -> notebook_calls.OneNotebook | None:
        found = await client.get(notebook_calls.newest(name), notebook_calls.ManyNotebooks)
        return next((notebook_calls.OneNotebook(it) for it in found.data if it.attributes.name == name), None)

    made = await client.create(notebook_calls.create(name, [cell]), notebook_calls.OneNotebook, trace)
    with suppress(Missing):  # deleted already, by a try whose answer was lost
        await client.body(notebook_calls.delete(made.data.id))
    return "one was made and deleted" + ("" if seen else "; pictures in it need REPLAYBOOK_PUBLIC_URL")


async def _cases(client: Client) -> str:
    found = await client.get(case_calls.projects(), case_calls.Projects)
    await client.get(case_calls.newest(1), case_calls.ManyCases)
    known = ", ".join(project.attributes.key or project.id for project in found.data[:10])
    if not known:
        raise Missing("Case Management has no project that this key may see; cases need one.")
    return f"projects {known} (that cases can be written shows with the first one)"


async def _incidents(client: Client) -> str:
    found = await client.get(incident_calls.search("state:(active OR stable)", 1), incident_calls.Found)
    return f"can be read (a preview of Datadog's), {'some are' if found.data.attributes.incidents else 'none is'} open"


async def _owners(client: Client) -> str:
    """Rules for views are a preview and may be missing; teams must be there."""
    teams = len((await client.get(owner_calls.teams(""), owner_calls.Teams)).data)
    try:
        rules = f"{len((await client.get(owner_calls.rules(), owner_calls.Rules)).data)} rules for views"
    except ReplaybookError as error:
        rules = f"no rules for views, which are a preview ({error.sentence})"
    return f"{teams} teams, {rules}"


def _week(clock: Clock) -> Period:
    now = clock()
    return Period(now - timedelta(days=DAYS), now)
