"""Opens the model that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.kernel.errors import Misunderstood
from bot.providers.model.model_client import PATIENCE_S, Model
from bot.providers.model.model_settings import ModelSettings
from bot.providers.provider import Parts, Setup


@asynccontextmanager
async def open_model(setup: Setup) -> AsyncIterator[Parts]:
    async with open_client(setup.settings.of(ModelSettings)) as model:
        yield Parts(rewriter=model)


@asynccontextmanager
async def open_client(settings: ModelSettings, patience_s: float = PATIENCE_S) -> AsyncIterator[Model]:
    """Nothing is sent yet. Raises Misunderstood for an address without a model."""
    if not (settings.url and settings.name):
        raise Misunderstood("REPLAYBOOK_MODEL_URL is set, but REPLAYBOOK_MODEL doesn’t name a model.")
    async with Model.opened(
        settings.url,
        settings.key,
        settings.name,
        sees_names=settings.sees_names,
        words_summaries=settings.words_summaries,
        patience_s=patience_s,
    ) as model:
        yield model
