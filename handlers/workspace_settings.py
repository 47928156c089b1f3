"""What a workspace has of its own: `/replay settings workspace` and its modal, for admins."""

from __future__ import annotations

from bot.kernel.errors import Conflict
from bot.kernel.locale import LANGUAGES, Locale
from bot.services.services import Services
from bot.services.teams import change_team_settings as changing
from bot.services.teams.team_parts import TeamParts
from bot.services.teams.team_settings import FIELDS, OWN, PROVIDED, TeamSettings, TeamValue, effective
from bot.slack.buttons import Pressed
from bot.slack.web_api import open_view
from handlers.edge import FieldError
from handlers.payloads import ButtonPress, SlashCommand, Submission

AS_USUAL = "-"
"""The choice of nothing. No provider and no language is called so."""


async def open_settings(command: SlashCommand, services: Services) -> None:
    """The modal, with what holds now. Raises Misunderstood for whoever is no admin."""
    address = command.address
    view = await _view(services, address.team, address.user)
    await open_view(services.slack.clients.patient(address.team), command.trigger, view)


async def push_settings(press: ButtonPress, services: Services) -> None:
    """The same on top of the channel's settings."""
    client = services.slack.clients.patient(press.team)
    view = await _view(services, press.team, press.user)
    await open_view(client, press.trigger, view, on_top=True)


async def saved(submission: Submission, services: Services) -> None:
    """The modal sent in. What doesn't go stays in it, with the reason."""
    wanted = {name: "" if text == AS_USUAL else text for name, text in submission.values.items()}
    # Slack leaves an empty field out of what it sends; a modal without it has the setting fixed, and then it stays.
    change = changing.TeamChange(submission.team, submission.user, {"owners": "", **wanted}, submission.pressed.version)
    try:
        await changing.save(services.teams, services.access, services.slack, change)
    except changing.Refused as refused:
        raise FieldError(refused.field, refused) from refused
    except Conflict as conflict:
        raise FieldError("language", conflict) from conflict


async def _view(services: Services, team: str, user: str) -> dict[str, object]:
    slack, parts = services.slack, services.teams
    person = await changing.admin(services.access, team, user)
    settings, version = await parts.records.to_edit(team)
    held = effective(parts.rules.of(team), settings)
    fields = [_field(parts, team, name, settings, held[name], person.locale) for name in FIELDS]
    private = Pressed(team, version=version).value()
    return slack.messages.modal("channels/workspace", person.locale, "workspace.settings", private, settings=fields)


def _field(
    parts: TeamParts, team: str, name: str, chosen: TeamSettings, held: TeamValue, locale: Locale
) -> dict[str, object]:
    choices = [{"label": label[:75], "value": value} for value, label in _choices(parts, team, name, locale)]
    values, now = [choice["value"] for choice in choices], str(getattr(chosen, name) or AS_USUAL)
    return {
        "name": name,
        "label": locale.text(changing.NAMES[name]),
        "held": changing.value_text(parts, name, held, locale),
        "origin": held.origin.value,
        "choices": choices,
        "chosen": values.index(now) if now in values else 0,
        "text": chosen.owners,
    }


def _choices(parts: TeamParts, team: str, name: str, locale: Locale) -> list[tuple[str, str]]:
    """Values and labels, nothing chosen first."""
    usual = (AS_USUAL, locale.text("As usual"))
    if name in PROVIDED:
        names = parts.offered(team, name)[:90]
        return [usual, *((each, changing.title(parts, name, each, locale)) for each in names)]
    if name == "language":
        names = (OWN, *LANGUAGES)
        return [usual, *((each, changing.language_title(each, locale)) for each in names)]
    return [usual, *((str(n), locale.plural("%(n)s day", "%(n)s days", n)) for n in changing.DAYS)]
