"""The team of the demo: three people, their bot, and an incident that began an hour ago."""

from __future__ import annotations

from datetime import timedelta

from standins.slack.workspace_config import Command, Seed, SeedChannel, SeedGroup, SeedMessage, SeedPerson, Shortcut

MINA = SeedPerson(
    "U0MINAPARK",
    "mina",
    "Mina Park",
    "On-call engineer",
    "mina.park@example.com",
    "en-US",
    "America/New_York",
    "#2f7d6b",
)
JISOO = SeedPerson(
    "U0JISOOHAN", "jisoo", "Jisoo Han", "Product manager", "jisoo.han@example.com", "ko-KR", "Asia/Seoul", "#b4532a"
)
ERIK = SeedPerson(
    "U0ERIKSTRM",
    "erik",
    "Erik Strøm",
    "Incident commander",
    "erik.strom@example.com",
    "en-GB",
    "Europe/Oslo",
    "#3d63b8",
    role="admin",
)
BOT = SeedPerson("U0RPLAYBK1", "replaybook", "Replaybook", "", "", "en-US", "UTC", "#6b4fd8")

GENERAL = "C0GENERAL1"
INCIDENT = "C0INC142CK"
EVERYBODY = (MINA.id, JISOO.id, ERIK.id, BOT.id)


def demo_seed() -> Seed:
    return Seed(
        team_id="T0NORDIC01",
        team_name="Nordic Outfitters",
        app_id="A0RPLAYBK1",
        app_name="Replaybook",
        bot_id="B0RPLAYBK1",
        bot_user=BOT,
        people=(MINA, JISOO, ERIK),
        channels=(
            SeedChannel(
                INCIDENT,
                "inc-142-checkout",
                EVERYBODY,
                topic="SEV-2 · Buy button on product pages · IC: Erik",
                purpose="Customers say that the Buy button does nothing",
            ),
            SeedChannel(GENERAL, "general", EVERYBODY, topic="Company-wide news", purpose="Everybody is here"),
        ),
        groups=(SeedGroup("S0CHECKOUT", "checkout-team", "Checkout team", (MINA.id, JISOO.id)),),
        commands=(
            Command(
                "/replay", "frustration signals on buy button this week", "Ask how many people are stuck, and where"
            ),
            Command("/postmortem", "status review", "The channel’s post-mortem: how it stands, and what you decide"),
        ),
        shortcuts=(Shortcut("clip.find", "Find the replay"), Shortcut("notebook.message", "Add to post-mortem")),
        messages=(*_small_talk(), *_incident_messages(), *_questions()),
    )


def _small_talk() -> tuple[SeedMessage, ...]:
    return (
        SeedMessage(
            GENERAL,
            ERIK.id,
            "Reminder: the winter sale starts on Thursday. Please keep deploys small until then :snowflake:",
            timedelta(hours=26),
            reactions=(("+1", (MINA.id, JISOO.id)),),
        ),
        SeedMessage(
            GENERAL,
            JISOO.id,
            "Support says thanks for the new size guide, returns are down :tada:",
            timedelta(hours=22),
        ),
    )


def _incident_messages() -> tuple[SeedMessage, ...]:
    return (
        SeedMessage(
            INCIDENT,
            ERIK.id,
            "*SEV-2 declared*: support has 14 tickets already, all say _“the Buy button does nothing”_."
            f" <@{MINA.id}> is on call, I am the incident commander.",
            timedelta(minutes=52),
            key="declared",
            pinned=True,
            reactions=(("eyes", (MINA.id,)),),
        ),
        SeedMessage(
            INCIDENT,
            MINA.id,
            "On it. The cart service is green and its latency is normal. So it looks like something in the browser.",
            timedelta(minutes=47),
        ),
        SeedMessage(INCIDENT, ERIK.id, "Any deploy before that?", timedelta(minutes=46), under="declared"),
        SeedMessage(
            INCIDENT,
            MINA.id,
            "`shop-web 2.31` went out before the first ticket, with the new stock check on the product page.",
            timedelta(minutes=44),
            under="declared",
            reactions=(("mag", (ERIK.id,)),),
        ),
    )


def _questions() -> tuple[SeedMessage, ...]:
    return (
        SeedMessage(
            INCIDENT,
            JISOO.id,
            "The Buy button is in my area. How many people does this hit, and can we see what they see?"
            " I need that before I move anything in the sprint.",
            timedelta(minutes=31),
        ),
        SeedMessage(
            INCIDENT,
            ERIK.id,
            "Fair. Let’s ask Replaybook for the number and a clip, then we write it down once, in the post-mortem.",
            timedelta(minutes=12),
            reactions=(("+1", (MINA.id, JISOO.id)),),
        ),
    )
