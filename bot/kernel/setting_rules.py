"""What general settings have to be beyond their types."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.kernel.base_path import is_plain_path
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import LANGUAGES, is_spoken
from bot.kernel.setting_values import is_base, is_zone
from bot.kernel.settings_table import wrong_value

if TYPE_CHECKING:
    from bot.kernel.settings import Settings


def check_values(settings: Settings) -> None:
    """Raises Misunderstood naming the variable."""
    if not is_spoken(settings.default_locale):
        spoken = f"it is one of {', '.join(LANGUAGES)}, alone or with a territory as in en-US"
        raise wrong_value(settings.variable("default_locale"), settings.default_locale, spoken)
    if not is_zone(settings.default_zone):
        raise wrong_value(settings.variable("default_zone"), settings.default_zone, "there is no such time zone")
    if not settings.public_url:
        return
    if not is_base(settings.public_url):
        raise Misunderstood(
            "%(variable)s is the bot’s scheme and host, as https://replaybook.example.com, without a user and a query.",
            variable=settings.variable("public_url"),
        )
    if not is_plain_path(path := urlsplit(settings.public_url).path):
        letters = "a path is made of letters, digits, “-”, “_”, “~” and dots, as https://tools.example.com/replaybook"
        raise wrong_value(settings.variable("public_url"), path, letters)
