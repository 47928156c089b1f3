"""What works with the keys that are set: one check for each part of Datadog that is used."""

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
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.incidents import incident_calls
from bot.providers.datadog.notebooks import notebook_calls
from bot.providers.datadog.notebooks.datadog_cells import markdown_cell
from bot.providers.datadog.open_datadog import open_client
from bot.providers.datadog.owners import owner_calls
from bot.providers.datadog.replay.replays import SOURCES, segments_call
from bot.providers.datadog.rum import rum_requests
from bot.providers.provider import Check
from bot.signals.question import Period

DAYS = 7


class _Validity(msgspec.Struct):
    status: str = ""


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by name, none when Datadog isn't set up."""
    datadog = settings.of(DatadogSettings)
    if not datadog.configured:
        return {}
    clock = clock_ahead(settings.clock_ahead_s)
    parts: dict[str, Callable[[Client], Awaitable[str]]] = {
        "keys": _keys,
        "RUM": partial(_rum, clock=clock),
        "replays": partial(_replays, clock=clock),
        "notebooks": partial(_notebooks, reachable=bool(settings.public_url)),
        "cases": _cases,
        "incidents": _incidents,
        "owners": _owners,
    }
    return {name: partial(_with_client, datadog, check) for name, check in parts.items()}


async def _with_client(settings: DatadogSettings, check: Callable[[Client], Awaitable[str]]) -> str:
    async with open_client(settings) as client:  # says which key is missing
        return await check(client)


def keys_call() -> Call:
    return Call("GET", "/api/v2/validate_keys", "both keys", "validate", "keys")


async def _keys(client: Client) -> str:
    try:
        validity = await client.send(keys_call(), _Validity)
    except Unauthorized:
        validity = _Validity()
    if validity.status != "ok":
        raise Unauthorized(
            "%(name)s doesn’t know these keys: check DD_API_KEY, DD_APP_KEY and DD_SITE, since keys are of one site.",
            name=client.site.name,
        )
    return f"both are known at {client.site.name}"


async def _rum(client: Client, *, clock: Clock) -> str:
    distinct = rum_requests.ComputeRequest("cardinality", "@session.id")
    call = rum_requests.aggregate("@type:action", _week(clock), [rum_requests.ComputeRequest(), distinct])
    buckets = (await client.send(call, rum_requests.Aggregated)).buckets
    actions, sessions = (buckets[0].number(0), buckets[0].number(1)) if buckets else (0, 0)
    if not actions:
        raise Missing(
            "There is no action in RUM in %(days)s days; is `trackUserInteractions` on in the browser SDK?", days=DAYS
        )
    return f"in {DAYS} days: actions {actions:,}, sessions {sessions:,}"


async def _replays(client: Client, *, clock: Clock) -> str:
    """Reads a piece of the newest recording. Whether it can be decoded shows when a clip is made."""
    recorded = "@type:view @session.has_replay:true"
    page = await client.send(rum_requests.search(recorded, _week(clock), limit=1), rum_requests.EventPage)
    if not page.data:
        raise Missing(
            "No session of the last %(days)s days has a replay; see `sessionReplaySampleRate` of the SDK.", days=DAYS
        )
    event = page.data[0].event()
    for source in SOURCES:
        try:
            body = await client.body(segments_call(event.session.id, event.view.id, source))
        except Missing:
            continue
        size = f"{len(body.data):,} bytes of {body.kind or 'an unnamed kind'} for the newest view with a replay"
        return f"{size}; their form isn't documented and not yet verified, so try a clip"
    raise Missing("Datadog says that the newest view has a replay, but gives none.")


async def _notebooks(client: Client, reachable: bool) -> str:
    """Makes a notebook and deletes it, also when the answer to its creation was lost.

    `reachable` says whether people reach the bot's own pages, which the pictures in a notebook come from.
    """
    name = f"Replaybook check {secrets.token_hex(6)}"
    cell = markdown_cell("Made to check that notebooks can be written; it is deleted at once.")

    async def trace() -> notebook_calls.OneNotebook | None:
        newest = await client.send(notebook_calls.newest(name), notebook_calls.ManyNotebooks)
        same = (notebook for notebook in newest.data if notebook.attributes.name == name)
        return next((notebook_calls.OneNotebook(notebook) for notebook in same), None)

    made = await client.create(notebook_calls.create(name, [cell]), notebook_calls.OneNotebook, trace)
    with suppress(Missing):  # deleted already, by a try whose answer was lost
        await client.body(notebook_calls.delete(made.data.id))
    return "one was made and deleted" + ("" if reachable else "; pictures in it need REPLAYBOOK_PUBLIC_URL")


async def _cases(client: Client) -> str:
    projects = (await client.send(case_calls.projects(), case_calls.Projects)).data
    await client.send(case_calls.newest(1), case_calls.ManyCases)
    names = ", ".join(project.attributes.key or project.id for project in projects[:10])
    if not names:
        raise Missing("Case Management has no project that this key may see; cases need one.")
    return f"projects {names} (that cases can be written shows with the first one)"


async def _incidents(client: Client) -> str:
    search = await client.send(incident_calls.search("state:(active OR stable)", 1), incident_calls.IncidentSearch)
    are_open = "some are" if search.incidents else "none is"
    return (
        f"can be read (a preview of Datadog's), {are_open} open; that post-mortem documents can be made (a beta) "
        "is known when one is published"
    )


async def _owners(client: Client) -> str:
    """Rules for views are a preview and may be missing; teams must be there."""
    teams = len((await client.send(owner_calls.teams(""), owner_calls.OwnerTeams)).data)
    try:
        rules = f"{len((await client.send(owner_calls.rules(), owner_calls.Rules)).data)} rules for views"
    except ReplaybookError as error:
        rules = f"no rules for views, which are a preview ({error.sentence})"
    return f"{teams} teams, {rules}"


def _week(clock: Clock) -> Period:
    now = clock()
    return Period(now - timedelta(days=DAYS), now)
