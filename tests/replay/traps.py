"""A recording full of ways to reach the network or to run a script."""

from __future__ import annotations

from typing import Any

from bot.replay.recording import Recording
from tests.replay.pages import Page, recording

PIXEL = "R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def trapped(origin: str) -> Recording:
    """Every trap calls `origin`/<its name>, or `origin`/ran-<its name> from a script."""
    page = Page()
    run = f"var i=new Image();i.src='{origin}/ran-"
    document = page.document(_head(page, origin, run), _body(page, origin, run))
    late = page.element("img", {"src": f"{origin}/late-img", "onerror": f"{run}late-onerror'"})
    script = page.element("script", {}, f"{run}late-script'")
    link = page.element("link", {"rel": "prefetch", "href": f"{origin}/late-prefetch"})
    body = document["childNodes"][0]["childNodes"][1]
    adds = [{"parentId": body["id"], "nextId": None, "node": node} for node in (late, script, link)]
    mutation = {"source": 0, "adds": adds, "removes": [], "texts": [], "attributes": []}
    style = {"id": body["id"], "attributes": {"style": {"background": f"url({origin}/late-style)"}}}
    return recording(document, mutation, {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [style]})


def _head(page: Page, origin: str, run: str) -> list[Any]:
    links = ("preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "prerender", "icon", "manifest")
    css = (
        f"@import url({origin}/style-import);@font-face{{font-family:x;src:url({origin}/font)}}"
        f"body{{font-family:x;background:url({origin}/style-url)}}p{{background:image-set('{origin}/image-set' 1x)}}"
    )
    return [
        page.element("base", {"href": f"{origin}/base/"}),
        page.element("meta", {"http-equiv": "refresh", "content": f"0;url={origin}/meta-refresh"}),
        page.element("script", {"src": f"{origin}/script"}),
        page.element("script", {}, f"{run}script'"),
        page.element("style", {"_cssText": css}),
        page.element("style", {}, page.text(css) | {"isStyle": True}),
        page.element("link", {"rel": "stylesheet", "href": f"{origin}/stylesheet"}),
        *(page.element("link", {"rel": rel, "as": "image", "href": f"{origin}/{rel}"}) for rel in links),
    ]


def _body(page: Page, origin: str, run: str) -> list[Any]:
    frame = f"<script>{run}srcdoc'</script><img src={origin}/srcdoc-img>"
    rtc = f"new RTCPeerConnection({{iceServers:[{{urls:'stun:{origin[7:]}'}}]}}).createDataChannel('x')"
    return [
        page.element("p", {}, "Some text to fill a font with"),
        page.element("img", {"src": f"{origin}/img", "onerror": f"{run}onerror'", "onload": f"{run}onload'"}),
        page.element("img", {"src": f"data:image/gif;base64,{PIXEL}", "onload": f"{run}onload-data'"}),
        page.element("img", {"srcset": f"{origin}/srcset 1x, {origin}/srcset2 2x"}),
        page.element("img", {"src": "relative-to-base"}),
        page.element("img", {"rr_dataURL": f"{origin}/data-url"}),
        page.element("canvas", {"rr_dataURL": f"{origin}/canvas-data-url"}),
        page.element("picture", {}, page.element("source", {"srcset": f"{origin}/picture"}), page.element("img", {})),
        page.element("input", {"type": "image", "src": f"{origin}/input"}),
        page.element("input", {"autofocus": "", "onfocus": f"{run}autofocus'"}),
        page.element("video", {"src": f"{origin}/video", "poster": f"{origin}/poster", "autoplay": ""}),
        page.element("audio", {"src": f"{origin}/audio", "autoplay": "", "preload": "auto"}),
        page.element("iframe", {"src": f"{origin}/iframe"}),
        page.element("iframe", {"src": f"javascript:{run}javascript-url'"}),
        page.element("iframe", {"srcdoc": frame}),
        page.element("iframe", {"src": f"data:text/html,{frame}"}),
        page.element("object", {"data": f"{origin}/object"}),
        page.element("embed", {"src": f"{origin}/embed"}),
        page.element("div", {"style": f"background:url({origin}/inline);content:url({origin}/content)"}, "x"),
        page.element("template", {}, page.element("img", {"src": f"{origin}/template"})),
        page.element("noscript", {}, page.element("img", {"src": f"{origin}/noscript"})),
        page.element("details", {"open": "", "ontoggle": f"{run}toggle'"}, "x"),
        page.element("script", {}, rtc),
        page.element(
            "svg",
            {"onload": f"{run}svg-onload'"},
            page.element("image", {"href": f"{origin}/svg-image", "xlink:href": f"{origin}/svg-image"}),
            page.element("use", {"href": f"{origin}/svg-use#x"}),
        ),
    ]
