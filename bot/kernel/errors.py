"""Errors, sorted by who must act.

    ReplaybookError
    ├── Misunderstood        the asker can fix it: the words say which part was not understood
    ├── Missing              there is nothing there: no recording, no owner, no such notebook
    ├── Conflict             someone was faster: says what already happened
    ├── LockLost             somebody took over what took long: a job tries it again (bot/state/locks.py)
    ├── Unfilmable           the recording will not play: empty, broken, over a limit
    └── Upstream             somebody else's service failed: a job tries it again
        ├── Unauthorized     its operator must change a key or a permission: told at once, as trying again won't help
        │   └── NotSetUp     a Slack app lacks a scope: logged once, by the name of the scope (bot/slack/not_set_up.py)
        ├── RateLimited      it wants us to wait `retry_after` seconds
        └── Unavailable      it is down, slow or unreachable

The message of an error is the sentence that people read: plain, whole, and safe to show. It is written in English with
its values apart ("%(name)s is a bot."), so that it can be read in another language where it is shown. A value may be
another error, or a `Phrase`, which are translated with it.
Anything outside this tree is a bug and is reported with a reference id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.kernel.locale import Locale


class Phrase:
    """A part of a sentence that is a text for the catalogs itself, with values of its own: "issue %(key)s"."""

    def __init__(self, phrase: str, /, **values: object) -> None:
        self.message = phrase
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message

    def text(self, locale: Locale) -> str:
        """The phrase in the reader's language."""
        return locale.text(self.message, **_in_words(self.values, locale))


class ReplaybookError(Exception):
    """Base of every error that has a sentence for people. `message` is the key of that sentence in the catalogs."""

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.message = sentence
        self.values = values

    @property
    def sentence(self) -> str:
        """The sentence in English, for logs and operators."""
        return str(self)

    def text(self, locale: Locale) -> str:
        """The sentence in the reader's language, and in it what other errors and phrases say."""
        return locale.text(self.message, **_in_words(self.values, locale))


def _in_words(values: Mapping[str, object], locale: Locale) -> dict[str, object]:
    return {
        name: value.text(locale) if isinstance(value, Phrase | ReplaybookError) else value
        for name, value in values.items()
    }


class Misunderstood(ReplaybookError):
    """The asker can fix it. `at` is the part of the text that was not understood, `examples` would work."""

    def __init__(self, sentence: str, /, *, at: str = "", examples: tuple[str, ...] = (), **values: object) -> None:
        super().__init__(sentence, **values)
        self.at = at
        self.examples = examples


class Missing(ReplaybookError):
    """Nothing is there: no recording, no owner, no such notebook."""


class Conflict(ReplaybookError):
    """Someone was faster; the sentence says what already happened."""


class Unfilmable(ReplaybookError):
    """The recording will not play: it is empty, broken, or over a limit."""


class Upstream(ReplaybookError):
    """A service that is not ours failed. Jobs try again after this and nothing else, but for `Unauthorized`."""


class Unauthorized(Upstream):
    """A key or a permission is wrong; the operator must change it, and no job waits for that."""


class RateLimited(Upstream):
    """The service asks us to wait `retry_after` seconds."""

    def __init__(self, sentence: str, /, *, retry_after: float, **values: object) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class Unavailable(Upstream):
    """The service is down, slow or unreachable."""
