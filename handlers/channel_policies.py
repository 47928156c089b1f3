"""Who may do what in a channel: `/replay policies` and its modal."""

from __future__ import annotations

from bot.kernel.errors import Conflict, Misunderstood
from bot.services.access import channel_policy
from bot.services.access.access import Deed, Denied
from bot.services.services import Services
from bot.slack.buttons import Pressed
from bot.slack.web_api import open_view
from handlers.edge import FieldError
from handlers.payloads import SlashCommand, Submission


async def open_policies(command: SlashCommand, services: Services) -> None:
    """The modal, with what holds now. Raises Denied."""
    address, slack = command.address, services.slack
    await services.access.require(
        Deed.CHANGE_POLICIES,
        team=address.team,
        channel=address.channel,
        user=address.user,
        target=address.channel,
        once=command.trigger,
    )
    person = await slack.people.get(address.team, address.user)
    policy, version = await services.access.policy(address.team, address.channel)
    view = slack.messages.modal(
        "channels/policies",
        person.locale,
        "channel.policies",
        Pressed(address.channel, version=version).value(),
        policy=policy,
        names=channel_policy.NAMES,
        choices=await channel_policy.choices(slack, address.team, person.locale, policy),
    )
    await open_view(slack.clients.patient(address.team), command.trigger, view)


async def saved(submission: Submission, services: Services) -> None:
    """The modal sent in. Raises Denied, which is shown in it."""
    pressed, wanted = submission.pressed, channel_policy.policy_of(submission.values)
    if right := wanted.contradiction:
        raise FieldError(right, Misunderstood("“Nobody” leaves no one else: take it out, or the others."))
    change = channel_policy.PolicyChange(submission.team, pressed.id, submission.user, wanted, pressed.version)
    try:
        await channel_policy.save(services.access, services.slack, change)
    except Conflict as conflict:
        raise FieldError("ask", conflict) from conflict
    except Denied as denied:
        raise FieldError("clips" if denied.reason == "opening" else "ask", denied) from denied
