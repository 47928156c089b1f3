"""What an operator can set for GitHub Issues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, ProviderSettings, Secret


class GitHubSettings(ProviderSettings, frozen=True, kw_only=True):
    """A fine-grained token, or an App with its installation; and where issues go."""

    prefix: ClassVar[str] = f"{PREFIX}GITHUB_"

    repo: Annotated[
        str,
        Meta(
            description="Repository of issues whose feature names no `owner/repo`, as acme/shop.",
            pattern=r"^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$",
        ),
    ] = ""
    token: Annotated[
        Secret | None, Meta(description="Fine-grained token with Issues: read and write on these repositories.")
    ] = None
    app_id: Annotated[str, Meta(description="Id of a GitHub App, instead of a token.", pattern="^[0-9A-Za-z.]*$")] = ""
    app_installation: Annotated[
        str, Meta(description="Number of the App's installation in the organization.", pattern="^[0-9]*$")
    ] = ""
    app_key: Annotated[
        Path | None, Meta(description="File with the App's private key (PEM); needs the extra `github-app`.")
    ] = None
    hook_secret: Annotated[
        Secret | None, Meta(description="Secret of the webhook; `replaybook hooks` says where it is entered.")
    ] = None
    people: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[^\s=,]+@[^\s=,]+=[A-Za-z0-9-]+$")], ...],
        Meta(description="GitHub accounts of people, with commas: `mina@example.com=mina-k`."),
    ] = ()
    url: Annotated[
        str,
        Meta(
            description="Base address of the API; of a GitHub server of your own https://host/api/v3.",
            pattern="^https?://",
        ),
    ] = "https://api.github.com"
    web_url: Annotated[str, Meta(description="Where people open GitHub.", pattern="^https?://")] = "https://github.com"

    @property
    def configured(self) -> bool:
        """A token or an App is enough to be meant: opening says what else is missing."""
        return bool(self.token or self.app_id)

    @property
    def logins(self) -> dict[str, str]:
        """Accounts by the person's e-mail address in lower case."""
        pairs = (text.rpartition("=") for text in self.people)
        return {email.casefold(): login for email, _, login in pairs}
