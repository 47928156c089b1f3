"""A page on paper: one HTML text printed as PDF, in a browser that has no network and is thrown away afterwards."""

from __future__ import annotations

import re
from html import escape, unescape

from bot.kernel.errors import Unavailable
from bot.replay.stage.browser import Browser, Kind, launch
from bot.replay.stage.pipe import BrowserRefused, Params
from bot.replay.stage.stage_page import Gate

FOOTER = (
    '<div style="font:8px sans-serif;color:#555;width:100%%;margin:0 16mm;display:flex;justify-content:space-between">'
    '<span>%s</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>'
)
A4: Params = {"paperWidth": 8.27, "paperHeight": 11.69}
_TITLE = re.compile(r"<title>([^<]*)</title>")
# Of what the page holds already: pictures that can't be read are shown as their descriptions.
_DRAWN = """Promise.all([...document.images].map(one => one.decode().catch(() => 0)))
  .then(() => document.fonts.ready).then(() => 1)"""


async def printed(html: str, path: str, kind: Kind, *, sandbox: bool | None = None) -> bytes:
    """Returns the page as a tagged PDF with an outline of its headings; `path` and `kind` are those of the browser.

    Nothing is fetched: what the page shows must stand in it. Raises Unavailable.
    """
    browser = launch(path, kind, sandbox=sandbox, begin_frame=False)
    try:
        return await _printed(browser, html)
    except BrowserRefused as refused:
        raise Unavailable("The browser could not print this as PDF (%(reason)s).", reason=str(refused)[:120]) from None
    finally:
        await browser.end()


async def _printed(browser: Browser, html: str) -> bytes:
    send = browser.pipe.send
    browser.pipe.on("Inspector.targetCrashed", lambda _event, _session: browser.pipe.close())
    await send("Browser.setDownloadBehavior", {"behavior": "deny"})
    made = await send("Target.createTarget", {"url": "about:blank"})
    session = (await send("Target.attachToTarget", {"targetId": made["targetId"], "flatten": True}))["sessionId"]
    await send("Inspector.enable", {}, session)
    await Gate(browser.pipe).close(session)
    frame = (await send("Page.getFrameTree", {}, session))["frameTree"]["frame"]["id"]
    await send("Page.setDocumentContent", {"frameId": frame, "html": html}, session)
    await send("Runtime.evaluate", {"expression": _DRAWN, "awaitPromise": True}, session)
    title = _TITLE.search(html)
    paper: Params = {
        **A4,
        "printBackground": True,
        "preferCSSPageSize": True,
        "generateTaggedPDF": True,
        "generateDocumentOutline": True,
        "displayHeaderFooter": True,
        "headerTemplate": "<span></span>",
        "footerTemplate": FOOTER % escape(unescape(title[1])[:100] if title else ""),
    }
    return bytes((await send("Page.printToPDF", paper, session))["data"])
