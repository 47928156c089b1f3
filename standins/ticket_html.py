"""How tickets look on the pages of every tracker's stand-in, and Markdown as trackers show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from aiohttp import web
from markdown_it import MarkdownIt

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2330;--quiet:#5c6475;--line:#cfd4de;--card:#f5f6f9;--page:#fff;--mark:#2457c5}
@media(prefers-color-scheme:dark){
:root{--ink:#e6e8ee;--quiet:#a2a9b8;--line:#3b4252;--card:#232733;--page:#181b23;--mark:#8fb0ff}}
body{max-width:48rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:var(--ink);
background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.45rem;line-height:1.3;margin:.3rem 0 .6rem}h2{font-size:1rem;margin:1.6rem 0 .4rem}a{color:var(--mark)}
.about{color:var(--quiet)}.state{border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;font-weight:600}
.row{display:flex;flex-wrap:wrap;gap:.4rem;align-items:baseline;padding:.35rem 0;border-top:1px solid var(--line)}
.row b{flex:0 0 6rem;font-weight:500;color:var(--quiet)}form{display:inline-flex;gap:.4rem;flex-wrap:wrap}
button,input,select{font:inherit;color:inherit;padding:.2rem .7rem;border-radius:6px;border:1px solid var(--line);
background:var(--page)}button:not([disabled]){cursor:pointer}button[disabled]{color:var(--quiet);background:var(--card)}
.card{background:var(--card);border-radius:8px;padding:.6rem 1rem;margin:1rem 0}
.card img,p img{max-width:100%;height:auto}
pre{white-space:pre-wrap;font:inherit;margin:0}ul{padding-left:1.2rem}
"""
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def ticket_page(tracker: str, title: str, body: str) -> web.Response:
    """A page of the stand-in for a tracker, which is named. `body` is HTML, `title` is not."""
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    about = f'<a href="/">Issues</a> · stands in for {escape(tracker)}: the bot hears what you do here.'
    page = f'{head}<main><p class="about">{about}</p><h1>{escape(title)}</h1>{body}</main></html>'
    return web.Response(text=page, content_type="text/html")


def issue_list(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """From address, key, title and state of each issue."""
    items = "".join(
        f'<li><a href="{escape(address)}">{escape(key)}</a> {escape(title)} <span class="about">{escape(state)}</span>'
        for address, key, title, state in rows
    )
    return f"<ul>{items}</ul>" if items else "<p>No issue yet.</p>"


def standing(state: str, *about: str) -> str:
    words = escape(" · ".join(filter(None, about)))
    return f'<p><span class="state">{escape(state)}</span> <span class="about">{words}</span></p>'


def row(label: str, *fields: str) -> str:
    return f'<div class="row"><b>{escape(label)}</b>{"".join(fields)}</div>'


def button(name: str, value: str, label: str, *, off: bool = False) -> str:
    """With `off` it is what the ticket has already."""
    return (
        f'<form method="post"><button name="{escape(name)}" value="{escape(value)}"{" disabled" if off else ""}>'
        f"{escape(label)}</button></form>"
    )


def date_field(name: str, value: str, label: str) -> str:
    return (
        f'<form method="post"><input type="date" name="{escape(name)}" value="{escape(value)}" '
        f'aria-label="{escape(label)}"><button>Set</button></form>'
    )


def choice(name: str, options: Mapping[str, str], value: str, label: str) -> str:
    """`options` are labels by value."""
    shown = "".join(
        f'<option value="{escape(key)}"{" selected" if key == value else ""}>{escape(text)}</option>'
        for key, text in options.items()
    )
    select = f'<select name="{escape(name)}" aria-label="{escape(label)}">{shown}</select>'
    return f'<form method="post">{select}<button>Set</button></form>'


def link_list(links: Iterable[tuple[str, str, str]]) -> str:
    """From address, title and summary of each."""
    items = "".join(
        f'<li><a href="{escape(address)}">{escape(title)}</a> <span class="about">{escape(summary)}</span></li>'
        for address, title, summary in links
        if address.startswith(("https://", "http://"))
    )
    return f"<h2>Links</h2><ul>{items}</ul>" if items else ""


def comment_list(comments: Iterable[str]) -> str:
    """From the HTML of each."""
    cards = "".join(f'<div class="card">{comment}</div>' for comment in comments)
    return f"<h2>Comments</h2>{cards}" if cards else ""


def markdown(text: str) -> str:
    """HTML of what people and the bot wrote: no element of theirs, and none of the comments that nobody sees."""
    return str(_MARKDOWN.render(_HIDDEN.sub("", text)))


def plain(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"
