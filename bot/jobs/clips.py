"""Jobs of the moment."""

from __future__ import annotations

from bot.services.clips.choose_clip import choose_clip
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.clips.render_clip import render_clip
from bot.services.services import Services


async def choose(services: Services, job: ChooseClipJob) -> None:
    await choose_clip(services.clips, job)


async def render(context: RenderContext, job: RenderClipJob) -> None:
    await render_clip(context, job)
