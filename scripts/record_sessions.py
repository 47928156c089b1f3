#!/usr/bin/env python3
"""Record the sample sessions: somebody uses the shop in a real browser, and the shop's own recorder records it.

    .venv/bin/python scripts/record_sessions.py [NAME …]      record all of them, or only these
    .venv/bin/python scripts/record_sessions.py --list        what happens in the stored ones, and when

Needs nothing but the repository: it serves the shop and an intake that keeps what it gets on one loopback port, and
drives headless Chromium with mouse and keyboard input (curved paths at the speed of a hand, uneven typing). Each
session has a seed, so paths and pauses are the same every time; the machine's own timing is not.

One file for each session, `bot/providers/local/sample/sessions/<name>.json.gz`: the body that the recorder sends to
the intake, with the events of all batches in one, and two more keys: `title`, and `views` with the id, the start
(ms from the first event) and the address of every view. Times begin at a fixed moment; whoever loads them shifts them.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.shoppers import SHOPPERS, Hand, Shopper  # noqa: E402
from standins.shop import shop_routes  # noqa: E402

FOLDER = ROOT / "bot" / "providers" / "local" / "sample" / "sessions"
HOST = "nordic-outfitters.example"
EPOCH_MS = 1_767_603_600_000  # 2026-01-05 09:00 UTC, a Monday
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
META, FULL_SNAPSHOT, INCREMENTAL, CUSTOM = 4, 2, 3, 5
Json = dict[str, Any]


class Intake:
    """Keeps every batch it gets."""

    def __init__(self) -> None:
        self.batches: list[Json] = []

    async def take(self, request: web.Request) -> web.Response:
        self.batches.append(json.loads(await request.read()))
        return web.json_response({}, status=202)

    async def quiet(self) -> None:
        """Returns when nothing has come for a while, so that the last batch is in."""
        seen = -1
        while seen != len(self.batches):
            seen = len(self.batches)
            await asyncio.sleep(1.5)


async def served(intake: Intake) -> tuple[web.AppRunner, int]:
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.add_routes([*shop_routes(), web.post("/intake/rrweb", intake.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]


async def record(shopper: Shopper) -> Json:
    """One session, from a fresh server and a fresh browser, as one intake body."""
    intake = Intake()
    runner, port = await served(intake)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=os.environ.get("REPLAYBOOK_BROWSER") or shutil.which("chromium-headless-shell"),
                args=[f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}", "--hide-scrollbars"],
                chromium_sandbox=os.geteuid() != 0,
            )
            await act(browser, shopper)
            await intake.quiet()
            await browser.close()
    finally:
        await runner.cleanup()
    return body(shopper, intake.batches)


async def act(browser: Browser, shopper: Shopper) -> None:
    width, height = shopper.viewport
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale=shopper.locale,
        base_url=f"http://{HOST}",
        user_agent=PHONE if width < 600 else None,
    )
    page = await context.new_page()
    await page.goto(shopper.path)
    await page.wait_for_selector("main *")
    while not await page.evaluate("'replaybook' in window"):  # noqa: ASYNC110 - in a browser that may evaluate nothing
        await asyncio.sleep(0.03)
    await shopper.story(Hand(page, shopper.seed))
    await page.evaluate("window.replaybook && replaybook.flush()")


# -- what is stored ----------------------------------------------------------------------------------------------------


def body(shopper: Shopper, batches: list[Json]) -> Json:
    """The batches as one, with ids and times that are the same on every machine."""
    batches = sorted(batches, key=lambda batch: batch["seq"])
    if len({batch["session"] for batch in batches}) != 1:
        raise SystemExit(f"{shopper.name}: the recorder sent {len(batches)} batches of more or less than one session")
    names: dict[str, str] = {}
    views: list[Json] = []
    events: list[Json] = []
    for batch in batches:
        if batch["view"] not in names:
            names[batch["view"]] = f"sample-{shopper.name}-{len(names) + 1}"
            start = batch["events"][0]["timestamp"]
            views.append({"id": names[batch["view"]], "start": start, "href": batch["meta"]["href"]})
        events.extend(batch["events"])
    events.sort(key=lambda event: event["timestamp"])
    first = events[0]["timestamp"]
    for view in views:
        view["start"] -= first
    for event in events:
        event["timestamp"] += EPOCH_MS - first
    head = {"session": f"sample-{shopper.name}", "view": views[0]["id"], "person": f"sample-person-{shopper.seed}"}
    rest = {"application": batches[0]["application"], "meta": batches[0]["meta"], "seq": 0}
    return {**head, **rest, "title": shopper.title, "views": views, "events": events}


def store(session: Json, path: Path) -> None:
    text = json.dumps(session, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(text, 9, mtime=0))


# -- telling what happens ----------------------------------------------------------------------------------------------


NAMED = ("button", "a", "input", "label")


def note(node: Json, names: dict[int, str], parent: int = 0) -> None:
    """Notes the text of buttons and links under the ids of everything in them. Mutations bring the text later."""
    attributes, text = node.get("attributes", {}), node.get("textContent", "").strip()
    own = attributes.get("name") or attributes.get("id", "") if node.get("tagName") in NAMED else ""
    names[node["id"]] = text or own or names.get(parent, "")
    if text and not names.get(parent):
        names[parent] = text
    for child in node.get("childNodes", ()):
        note(child, names, node["id"])


def said(event: Json, names: dict[int, str]) -> str:
    kind, data = event["type"], event["data"]
    if kind == FULL_SNAPSHOT:
        names.clear()
        note(data["node"], names)
    elif kind == META:
        return f"sees {data['href']}"
    elif kind == CUSTOM and data["tag"] == "error":
        return f"error: {data['payload']['message']} ({data['payload']['source']})"
    elif kind == INCREMENTAL and data["source"] == 0:
        for add in data["adds"]:
            note(add["node"], names, add["parentId"])
    elif kind == INCREMENTAL and data["source"] == 2 and data["type"] == 1:
        return f"presses {names.get(data['id'], '')!r}"
    return ""


def told(session: Json) -> list[str]:
    names: dict[int, str] = {}
    lines = ((event["timestamp"] - EPOCH_MS, said(event, names)) for event in session["events"])
    return [f"  {at / 1000:6.2f}  {line}" for at, line in lines if line]


def tell() -> None:
    for path in sorted(FOLDER.glob("*.json.gz")):
        session = json.loads(gzip.decompress(path.read_bytes()))
        seconds = (session["events"][-1]["timestamp"] - EPOCH_MS) / 1000
        size = path.stat().st_size / 1000
        print(f"{path.name}: {session['title']} ({seconds:.1f} s, {len(session['events'])} events, {size:.0f} kB)")
        print("\n".join(told(session)))


async def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for shopper in SHOPPERS:
        if wanted and shopper.name not in wanted:
            continue
        path = FOLDER / f"{shopper.name}.json.gz"
        store(await record(shopper), path)
        print(f"{shopper.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    if "--list" in sys.argv:
        tell()
    else:
        asyncio.run(main(sys.argv[1:]))
