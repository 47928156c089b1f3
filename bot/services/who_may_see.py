"""Whether what belongs to one channel may be shown in another: the question that previews of links ask."""

from __future__ import annotations

from bot.slack.people import People


async def channel_may_see(people: People, team: str, own: str, where: str, user: str, *, alone: bool) -> bool:
    """Whether everybody who reads `where` may know of what belongs to the channel `own`. `user` posted it there.

    Its own channel may. So may others of the workspace where the own one is public, and a direct message to the bot
    (`alone`), which only its person reads, where they may. What other organizations read shows nothing of other
    channels, and neither does any place while Slack doesn't tell.
    """
    if own == where:
        return True
    if alone:
        return await people.sees(team, user, own)
    if (await people.channel_facts(team, own)).private:
        return False
    return not (await people.channel_facts(team, where)).shared
