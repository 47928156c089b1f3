"""Post-mortems taken away: as Markdown, ZIP, HTML and PDF, and published where the company reads."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.kernel.errors import Misunderstood
from bot.notebook.notebook import Notebook
from bot.notebook.own_files import own_files
from bot.services.postmortems import export_notebook
from bot.services.postmortems.export_notebook import ExportContext
from bot.web.access.viewer import as_viewer_sees, viewer
from bot.web.html_pages import HEADERS, SHOWN_FILES, HtmlPages


def export_routes(context: ExportContext, pages: HtmlPages) -> list[web.RouteDef]:
    """Routes below /notebooks; with `?short=1` of the timeline only what people starred, and no discussion."""
    handlers, page = _ExportPages(context, pages), r"/notebooks/{id:[\w-]+}"
    return [
        web.get(f"{page}.md", pages.guarded(handlers.markdown)),
        web.get(f"{page}.zip", pages.guarded(handlers.zip)),
        web.get(f"{page}.html", pages.guarded(handlers.html)),
        web.get(f"{page}.pdf", pages.guarded(handlers.pdf)),
        web.post(page + r"/publish/{to:\w+}", pages.guarded(handlers.publish)),
    ]


@dataclass(frozen=True, slots=True)
class _ExportPages:
    context: ExportContext
    pages: HtmlPages

    async def markdown(self, request: web.Request) -> web.StreamResponse:
        notebook = await self._notebook(request)
        text = export_notebook.as_markdown(self.context, notebook)
        response = web.Response(text=text, content_type="text/markdown", headers=_headers(notebook, "md"))
        response[SHOWN_FILES] = own_files(notebook)
        return response

    async def zip(self, request: web.Request) -> web.StreamResponse:
        notebook = await self._notebook(request)
        response = web.StreamResponse(headers={**_headers(notebook, "zip"), "Content-Type": "application/zip"})
        await response.prepare(request)
        async for piece in export_notebook.as_zip(self.context, notebook):
            await response.write(piece)
        await response.write_eof()
        return response

    async def html(self, request: web.Request) -> web.StreamResponse:
        notebook = await self._notebook(request)
        html = await export_notebook.as_html(self.context, notebook)
        response = web.Response(text=html, content_type="text/html", headers=_headers(notebook, "html"))
        response[SHOWN_FILES] = own_files(notebook)
        return response

    async def pdf(self, request: web.Request) -> web.StreamResponse:
        notebook = await self._notebook(request)
        pdf = await export_notebook.as_pdf(self.context, notebook)
        return web.Response(body=pdf, content_type="application/pdf", headers=_headers(notebook, "pdf"))

    async def publish(self, request: web.Request) -> web.StreamResponse:
        """Says what became of it, and what of people's was left as it is."""
        if not viewer().clips:
            raise Misunderstood("Whoever doesn’t see the clips of a post-mortem can’t publish it.")
        notebook = await export_notebook.exported(self.context, request.match_info["id"])
        to = request.match_info["to"]
        published = await export_notebook.publish(self.context, notebook, to)
        title = self.context.exporters[to].title
        return self.pages.response("published", notebook.locale, notebook=notebook, published=published, system=title)

    async def _notebook(self, request: web.Request) -> Notebook:
        short = request.query.get("short") == "1"
        return as_viewer_sees(await export_notebook.exported(self.context, request.match_info["id"], short=short))


def _headers(notebook: Notebook, kind: str) -> dict[str, str]:
    day = f"{notebook.created.astimezone(notebook.locale.zone):%Y-%m-%d}"
    return {**HEADERS, "Content-Disposition": f'attachment; filename="postmortem-{day}.{kind}"'}
