"""HTML pages: templates, headers that keep them shut, and errors as pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from urllib.parse import quote, unquote, urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.kernel.base_path import TOP, BasePath
from bot.kernel.errors import Conflict, Missing, Misunderstood, ReplaybookError, Upstream
from bot.kernel.escape import cut
from bot.kernel.locale import LANGUAGES, Locale
from bot.kernel.particles import filled
from bot.kernel.paths import TEMPLATES
from bot.notebook.drafted_summary import impact_title
from bot.notebook.edits import entry_digest
from bot.notebook.head_edits import as_text, everybody
from bot.notebook.key_time_edits import same_moments, seen_of
from bot.notebook.key_time_words import FOR_TEMPLATES
from bot.notebook.merge import new_id
from bot.notebook.notebook import Cell, digest
from bot.notebook.notebook_text import SIGNALS, NotebookText, offset, target
from bot.notebook.timeline import Entry
from bot.notebook.trend import trend_words
from bot.notebook.typed_time import typed_text
from bot.replay.script.transcript import in_words
from bot.signals.answer_text import limits
from bot.signals.question_text import source_name
from bot.state.locks import LockLost
from bot.web.access.viewer import CSRF_FIELD, viewer
from bot.web.charts import cell_chart, drawn
from bot.web.impact_marks import impact_chart, impact_marks, placed
from bot.web.people_markdown import Prose
from bot.web.unbroken_words import unbroken

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # The address may be all one needs to read a notebook, so no other site is told of it.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SHOWN_FILES = web.ResponseKey("shown files", frozenset)
"""Of a page: names of the stored files that its templates show, and not of those that people's words name."""
_SHOWN: ContextVar[set[str]] = ContextVar("shown files")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
NAME_COOKIE = "replaybook_name"
ZONE_COOKIE = "replaybook_zone"
STATUS: tuple[tuple[type[ReplaybookError], int], ...] = (
    (Missing, 404),
    (Conflict, 409),
    (Misunderstood, 400),
    (Upstream, 503),
    (LockLost, 503),
)


@dataclass(frozen=True, slots=True)
class HtmlPages:
    """Renders pages by name: `pages.response("notebook", locale, notebook=…)` renders `templates/web/notebook.html`.

    Paths of ours get the path of the installation here and nowhere else: in templates by the filter `here`, in answers
    that lead elsewhere by `see_other`, in cookies by `remember_…`.
    """

    environment: Environment
    base: BasePath = TOP
    assets: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    @cache
    def load(cls, base: BasePath = TOP) -> HtmlPages:
        """One in a process, whose templates are compiled once."""
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        assets = {name: (TEMPLATES / "web" / name).read_bytes() for name in ASSETS}
        stamp = hashlib.sha256(b"".join(assets.values())).hexdigest()[:12]
        prose, entry_text = Prose(base), NotebookText.load().entry

        def text_of_entry(entry: Entry, locale: Locale) -> str:
            return prose.words(entry_text(entry, locale))

        environment.filters.update(
            prose=prose.html,
            digest=digest,
            initials=initials,
            tint=tint,
            offset=offset,
            here=base.at,
        )
        environment.filters.update(stored=lambda file: base.at(_path_of(file)), target=lambda url: base.at(target(url)))
        environment.filters.update(head_text=as_text, cut=cut)
        environment.filters.update(entry_digest=entry_digest, local_moment=local_moment)
        environment.filters.update(enlarged=enlarged, heading_text=heading_text, cell_chart=cell_chart, drawn=drawn)
        environment.filters.update(
            impact_chart=impact_chart, impact_marks=impact_marks, placed=placed, typed_time=typed_text
        )
        environment.globals.update(
            SIGNALS=SIGNALS,
            hidden_words=in_words,
            limits=limits,
            source_name=source_name,
            trend_words=trend_words,
            stamp=stamp,
            viewer=viewer,
            csrf_field=csrf_field,
            fresh_key=new_id,
            everybody=everybody,
            impact_title=impact_title,
            entry_text=entry_text,
            key_time_seen=seen_of,
            key_time_candidates=partial(same_moments, text_of_entry=text_of_entry),
            **FOR_TEMPLATES,
        )
        return cls(environment, base, assets)

    def response(self, page: str, locale: Locale, *, status: int = 200, **values: object) -> web.Response:
        shown = set[str]()
        before = _SHOWN.set(shown)
        try:
            html = self.text(page, locale, **values)
        finally:
            _SHOWN.reset(before)
        response = web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)
        response[SHOWN_FILES] = frozenset(shown)
        return response

    def text(self, page: str, locale: Locale, **values: object) -> str:
        return unbroken(self.environment.get_template(f"web/{page}.html").render(**values, **_speech(locale)))

    def guarded(self, handler: Handler) -> Handler:
        """The handler with our errors as pages, and forms taken from our own pages only."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                if request.method == "POST":
                    same_origin(request)
                return await handler(request)
            except (Missing, Conflict, Misunderstood, Upstream, LockLost) as error:
                status = next(code for kind, code in STATUS if isinstance(error, kind))
                locale, wrote = asked_locale(request), request.method == "POST"
                sentence = error.text(locale)
                return self.response("sorry", locale, status=status, sentence=sentence, wrote=wrote)

        return guarded

    async def asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self.assets:
            raise Missing("There is no such page.")
        headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(body=self.assets[name], content_type=ASSETS[name], charset="utf-8", headers=headers)

    def see_other(self, path: str, anchor: str = "") -> web.Response:
        """Sends a browser on to a page of ours, and to a place in it, after what a form did."""
        place = f"#{quote(anchor, safe='/:')}" if anchor else ""
        return redirect(f"{self.base.at(path)}{place}")

    def remember_name(self, response: web.Response, name: str) -> None:
        if not viewer().name:  # whoever is signed in gives none
            self._remember(response, NAME_COOKIE, name)

    def remember_zone(self, response: web.StreamResponse, zone: str) -> None:
        """So that the pages that a notebook leads to tell the same times as it does."""
        self._remember(response, ZONE_COOKIE, zone)

    def _remember(self, response: web.StreamResponse, cookie: str, value: str) -> None:
        response.set_cookie(
            cookie, quote(value), max_age=31_536_000, httponly=True, samesite="Lax", path=self.base.cookies
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/pages/{name}", self.guarded(self.asset))]


def _path_of(file: str) -> str:
    if (names := _SHOWN.get(None)) is not None:
        names.add(file)
    return f"/files/{file}"


def same_origin(request: web.Request) -> None:
    """Refuse a form that another site sent. Programs send neither header and are nobody's browser."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in {None, "same-origin", "none"} or (origin and urlsplit(origin).netloc != request.host)
    if foreign:
        raise Misunderstood("This form was sent from another site, so it was not taken.")


def asked_locale(request: web.Request) -> Locale:
    """For pages that belong to no notebook: the language of the reader's browser, the zone that they read last."""
    wanted = [each.split(";")[0].strip() for each in request.headers.get("Accept-Language", "").split(",")]
    tag = next((tag for tag in wanted if tag.split("-")[0] in LANGUAGES), "en")
    return Locale.of(tag, unquote(request.cookies.get(ZONE_COOKIE, "")) or "UTC")


def reader_name(request: web.Request) -> str:
    """Who is signed in, or else the name that the reader gave last time, from a cookie of ours; unproven."""
    return viewer().name or clean_name(unquote(request.cookies.get(NAME_COOKIE, "")))


def clean_name(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:60]


def given_name(text: str) -> str:
    """Returns the name of whoever sends a form: of who is signed in, whatever it says. Raises Misunderstood without."""
    name = viewer().name or clean_name(text)
    if not name:
        raise Misunderstood("Please give your name, so that others know who wrote this.")
    return name


def form_key(form: Mapping[str, object], name: str = "key") -> str:
    """What a page of ours gave a form so that pressing twice does it once; a fresh one for what is none of ours.

    It becomes an id: a part of addresses, where other characters would lead elsewhere or nowhere.
    """
    given = str(form.get(name, ""))
    return given if _KEY.fullmatch(given) else new_id()


def redirect(address: str) -> web.Response:
    """Sends a browser on to an address as it is."""
    return web.Response(status=303, headers={**HEADERS, "Location": address})


def csrf_field() -> Markup:
    """What every form has to send along, so that no page of another site can send one."""
    token = viewer().csrf
    return Markup('<input type="hidden" name="%s" value="%s">') % (CSRF_FIELD, token) if token else Markup("")


def heading_text(cell: Cell) -> str:
    """The words of a section's title, without the markup that people put there; empty when they took it away."""
    return Prose().words(cell.heading)


def enlarged(title: str) -> Markup:
    """A title with its first number in large letters."""
    match = re.search(r"\d[\d.,]*%?", title)
    if match is None:
        return escape(title)
    return escape(title[: match.start()]) + Markup("<b>%s</b>") % match[0] + escape(title[match.end() :])


def local_moment(at: datetime, locale: Locale) -> str:
    """As a form's field has it, in the reader's zone: 2026-11-27T22:07:00."""
    return f"{at.astimezone(locale.zone):%Y-%m-%dT%H:%M:%S}"


def initials(name: str) -> str:
    """Two letters for an avatar: "Minseo Kim" is MK, "김민서" is 김."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [word[0].upper() for word in words[:: max(len(words) - 1, 1)]][:2]
    return "".join(letters if all(letter.isascii() for letter in letters) else letters[:1]) or "?"


def tint(name: str) -> int:
    """One of eight colours, always the same for a name."""
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()[0] % 8


def _speech(locale: Locale) -> dict[str, object]:
    """What a page speaks with. Values are escaped; translations are ours and may hold markup."""

    def text(message: str, **values: object) -> str:
        translated = Markup(locale.text(message))  # noqa: S704
        return filled(translated, values) if values else translated

    def plural(one: str, many: str, n: int, **values: object) -> str:
        return filled(Markup(locale.form(one, many, n)), {"n": locale.number(n), **values})  # noqa: S704

    return {"_": text, "ngettext": plural, "locale": locale}
