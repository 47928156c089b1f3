"""Looks at a page as axe-core does, in every scheme, language and width: https://github.com/dequelabs/axe-core."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from itertools import product
from typing import Any, Literal, NamedTuple

from playwright.async_api import Browser, Page

from bot.kernel.paths import ROOT
from tests.browser import PATIENCE_MS
from tests.phone import PHONE, phone_faults

Scheme = Literal["light", "dark"]
WIDTHS = (PHONE, 1280)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALSO = ("label-content-name-mismatch", "target-size", "link-in-text-block")
"""Rules of WCAG that axe-core leaves to whoever asks for them."""
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that a scheme can break: schemes have other colours and nothing else (tests/web/test_schemes.py)."""
UNFOLD = """[...document.querySelectorAll("details:not([open])")].map((each) => { each.open = true; }).length"""


class View(NamedTuple):
    scheme: Scheme
    language: str


SCHEMES: tuple[Scheme, ...] = ("light", "dark")
VIEWS = tuple(View(scheme, language) for scheme, language in product(SCHEMES, ("en", "ko")))


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@asynccontextmanager
async def seen(browser: Browser, view: View) -> AsyncIterator[Page]:
    """A page of a reader with this scheme and language, who wants no motion; it waits as long as a busy machine may."""
    context = await browser.new_context(
        color_scheme=view.scheme, locale=view.language, reduced_motion="reduce", viewport={"width": 1280, "height": 844}
    )
    async with context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page


async def violations(page: Page, *, within: str = "body") -> list[str]:
    """Returns what axe-core holds against the page in each width: the rule, how often, and the first places.

    What somebody with a phone can't read or touch is among it (see `phone_faults`). It looks once at the page as it
    is, and once with whatever can be unfolded. In the dark it looks at colours alone.
    """
    found = []
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    for opened in (False, True):
        if opened and not await page.evaluate(UNFOLD):
            break
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844})
            found += [f"{width} px: {said}" for said in await _complaints(page, within)]
            if width == PHONE:
                found += [f"{width} px: {said}" for said in await phone_faults(page, within)]
    return found


async def _complaints(page: Page, within: str) -> list[str]:
    if await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        wanted = {"runOnly": {"type": "rule", "values": OF_COLOURS}}
    else:
        wanted = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {rule: {"enabled": True} for rule in ALSO}}
    options = {**wanted, "resultTypes": ["violations"]}
    result: Any = await page.evaluate(f"axe.run({json.dumps(within)}, {json.dumps(options)})")
    return [
        f"{rule['id']} ×{len(rule['nodes'])}: {'; '.join(_place(node) for node in rule['nodes'][:4])}"
        for rule in result["violations"]
    ]


def _place(node: dict[str, Any]) -> str:
    said = [each["message"] for kind in ("any", "all", "none") for each in node[kind]]
    return f"{node['target']} {node['html'][:120]} ({' / '.join(said)[:160]})"
