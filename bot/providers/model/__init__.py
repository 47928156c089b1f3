"""Any OpenAI-compatible model, for readings of questions that weren't understood. Not used unless it is configured."""

from bot.providers.model.client import Model, opened

__all__ = ["Model", "opened"]
