"""What clips are rendered with, as the settings have it."""

from __future__ import annotations

from bot.kernel.settings import Settings
from bot.replay.model import Style
from bot.replay.stage.pool import RenderPool


def pool(settings: Settings, size: int = 1) -> RenderPool:
    sandbox = {"auto": None, "on": True, "off": False}[settings.browser_sandbox]
    return RenderPool(settings.browser, size, sandbox, origins=settings.allowed_assets)


def style(settings: Settings) -> Style:
    return Style(
        width=settings.clip_width,
        fps=settings.clip_fps,
        max_bytes=settings.clip_max_bytes,
        loops=settings.clip_loops,
        camera=settings.clip_camera,
    )
