"""The part of a page's address by which people name the page."""

from __future__ import annotations

import re

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_ROUTE = re.compile(r"#!?/[^?#]*")
"""A fragment that is a route of a page that changes itself: `#/cart`, or `#!/cart` as crawlers once wanted it."""


def page_path(url: str | None) -> str:
    """Returns `/cart` for `https://shop.example/cart?x#y` and `/app#/cart` for `https://shop.example/app?x#/cart?y`.

    A fragment that begins with `/` or `!/` is a route and stays; any other is a place in the page and goes, as queries
    do, which may name people.
    """
    if not url:
        return "/"
    host = _HOST.match(url)
    page, mark, fragment = url[host.end() if host else 0 :].partition("#")
    route = _ROUTE.match(mark + fragment)
    return (page.partition("?")[0] or "/") + (route[0] if route else "")
