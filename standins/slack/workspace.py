"""The workspace as one aiohttp application: Web API, deliveries, the page with its API, and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from standins.slack import (
    authorize_page,
    seeding,
    sign_in_page,
    testing_routes,
    testing_slack_routes,
    workspace_page,
)
from standins.slack.api.api_methods import Api
from standins.slack.page_api import page_uploads, response_urls, routes
from standins.slack.page_api.page_request import guard
from standins.slack.workspace_config import WorkspaceConfig
from standins.slack.workspace_team import WorkspaceTeam


class Workspace:
    """`Workspace(config).application()` serves everything; the workspace starts and ends with it."""

    def __init__(self, config: WorkspaceConfig) -> None:
        self.config = config
        self.team = WorkspaceTeam(config)

    def application(self) -> web.Application:
        team = self.team
        app = web.Application(middlewares=[guard(team)], client_max_size=self.config.upload_limit)
        app.add_routes(Api(team).routes())
        app.add_routes(routes.routes(team))
        app.add_routes(testing_routes.routes(team))
        app.add_routes(testing_slack_routes.routes(team))
        app.add_routes(workspace_page.routes(team))
        app.add_routes(authorize_page.routes(team))
        app.add_routes(sign_in_page.routes(team))
        app.router.add_post("/upload/v1/{ticket}", partial(page_uploads.from_bot, team))
        app.router.add_get("/link/", team.deliveries.sockets.serve)
        app.router.add_post("/response/{name}", partial(response_urls.receive, team))
        for place, send in (("files-pri", page_uploads.download), ("files-tmb", page_uploads.first_frame)):
            app.router.add_get(f"/{place}/{team.seed.team_id}-{{file}}/{{name}}", partial(send, team))
        app.cleanup_ctx.append(self._running)
        app.on_shutdown.append(self._end_feeds)
        return app

    async def start(self) -> None:
        seeding.seed_store(self.team)
        self.team.deliveries.open()

    async def close(self) -> None:
        self.team.feed.close()
        await self.team.deliveries.close()
        self.team.store.close()

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        await self.start()
        yield
        await self.close()

    async def _end_feeds(self, _app: web.Application) -> None:
        self.team.feed.close()  # before the server waits for open connections
        await self.team.deliveries.sockets.close()
