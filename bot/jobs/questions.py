"""Jobs of the number."""

from __future__ import annotations

from bot.services.clips.request_clip import request_with_answer
from bot.services.questions.answer_question import answer_in_channel
from bot.services.questions.jobs import AnswerJob
from bot.services.services import Services


async def answer(services: Services, job: AnswerJob) -> None:
    if asked := await answer_in_channel(services.questions, job.team, job.question):
        await request_with_answer(services.clips, asked)
