"""Jobs of the answer."""

from __future__ import annotations

from bot.services.requests import record_answer, request_clock
from bot.services.requests.ask_owner import ask_owner
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob, RequestOwnerJob, StepJob, VerifyJob
from bot.services.requests.verify_fix import verify_fix
from bot.services.services import Services


async def ask(services: Services, job: RequestOwnerJob) -> None:
    await ask_owner(services.requests, job)


async def acknowledge(services: Services, job: AcknowledgeJob) -> None:
    await record_answer.record_answer(services.requests, job)


async def effects(services: Services, job: EffectsJob) -> None:
    await record_answer.tell_effects(services.requests, job)


async def step(services: Services, job: StepJob) -> None:
    await request_clock.look_at(services.requests, job)


async def verify(services: Services, job: VerifyJob) -> None:
    await verify_fix(services.requests, job)


async def tick(services: Services) -> None:
    await request_clock.tick(services.requests)
