"""What an operator can set for Jira."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, ProviderSettings, Secret


class JiraSettings(ProviderSettings, frozen=True, kw_only=True):
    """With an e-mail address it is Jira Cloud, without one Data Center with a personal access token."""

    prefix: ClassVar[str] = f"{PREFIX}JIRA_"

    url: Annotated[
        str | None, Meta(description="Jira's address, as https://acme.atlassian.net.", pattern="^https?://")
    ] = None
    email: Annotated[
        str, Meta(description="E-mail address of the account, for Jira Cloud; not set for Data Center.")
    ] = ""
    token: Annotated[
        Secret | None, Meta(description="API token of the account (Cloud), or personal access token (Data Center).")
    ] = None
    app_url: Annotated[
        str | None,
        Meta(description="Where people open Jira; without it, the address that is asked.", pattern="^https?://"),
    ] = None
    issue_type: Annotated[
        str,
        Meta(description="Name or id of the type of new issues; without it the first of Bug, Task and Story."),
    ] = ""
    not_fixed: Annotated[
        tuple[str, ...],
        Meta(
            description="Names of resolutions or states that mean closed without a fix, beside the usual ones, with "
            "commas."
        ),
    ] = ()
    webhook_secret: Annotated[
        Secret | None, Meta(description="Secret of the webhook of Jira's administration, which signs what it sends.")
    ] = None
    automation_token: Annotated[
        Secret | None,
        Meta(description="Token that a rule of Jira Automation sends in the header X-Replaybook-Token."),
    ] = None

    @property
    def configured(self) -> bool:
        return bool(self.url and self.token)

    @property
    def cloud(self) -> bool:
        return bool(self.email)
