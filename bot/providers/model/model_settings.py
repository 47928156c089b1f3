"""What an operator can set for the model that offers readings."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, VARIABLE, ProviderSettings, Secret


class ModelSettings(ProviderSettings, frozen=True, kw_only=True):
    """Where the model is, and what it may be told."""

    prefix: ClassVar[str] = f"{PREFIX}MODEL_"

    url: Annotated[
        str | None,
        Meta(
            description="OpenAI-compatible API (`https://…/v1`) that offers readings of questions not understood.",
            pattern="^https?://",
        ),
    ] = None
    key: Annotated[Secret | None, Meta(description="Key of that API.")] = None
    name: Annotated[str, Meta(description="Name of the model to ask there.", extra={VARIABLE: f"{PREFIX}MODEL"})] = ""
    sees_names: Annotated[
        bool, Meta(description="Whether names of buttons may be sent to it; they come from your pages.")
    ] = False

    words_summaries: Annotated[
        bool, Meta(description="Whether it may word drafted summaries, which name numbers, errors and people.")
    ] = False

    @property
    def configured(self) -> bool:
        return bool(self.url)
