"""The row of the language model."""

from __future__ import annotations

from bot.providers.model.model_settings import ModelSettings
from bot.providers.provider import Provider

PROVIDER = Provider(
    name="model",
    title="language model",
    parts=frozenset({"rewriter"}),
    settings=ModelSettings,
    open="bot.providers.model.open_model:open_model",
    doctor="bot.providers.model.model_doctor:checks",
)
