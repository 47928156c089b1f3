"""Every message, modal and home tab with values such as it has in life: one scene for each state worth a look.

`say` wraps whatever comes from outside: as it is for the snapshots, replaced by something hostile elsewhere.
"""

from __future__ import annotations

from bot.kernel import locale as languages
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, Messages
from tests.messages.scenes import (
    answers,
    channels,
    clips,
    digests,
    fix_checks,
    notes,
    postmortems,
    previews,
    requests,
    watches,
)
from tests.messages.scenes.stage import Say, Scene

SCENES: dict[str, Scene] = {
    **answers.SCENES,
    **clips.SCENES,
    **channels.SCENES,
    **requests.SCENES,
    **fix_checks.SCENES,
    **notes.SCENES,
    **postmortems.SCENES,
    **previews.SCENES,
    **watches.SCENES,
    **digests.SCENES,
}
READERS = {"en": ("en-US", "America/New_York"), "ko": ("ko-KR", "Asia/Seoul")}
LANGUAGES = {language: Locale.of(*READERS.get(language, (language, "UTC"))) for language in languages.LANGUAGES}


def rendered(messages: Messages, name: str, language: str, say: Say) -> JsonObject:
    """A message, a modal or a home tab as Slack gets it; of a plain text `{"text": …}`."""
    scene, locale = SCENES[name], LANGUAGES[language]
    values = scene.values(say, locale)
    match scene.kind:
        case "modal":
            return messages.modal(scene.template, locale, scene.template.replace("/", "."), "{}", **values)
        case "home":
            return messages.home(scene.template, locale, **values)
        case "text":
            return {"text": messages.text(scene.template, locale, **values)}
    return messages.message(scene.template, locale, **values)
