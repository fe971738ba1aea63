"""The job queue (procrastinate; its tables are in our migrations)."""

from __future__ import annotations

import uuid

import procrastinate

from worker.delivery import Delivery

DELIVER_QUEUE = "deliver"
STALLED_SECONDS = 30


def make_queue(database_url: str, delivery: Delivery) -> procrastinate.App:
    """The queue's app with its one task; ``open_async()`` it before use."""
    conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
    connector = procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)

    @app.task(name="deliver", queue=DELIVER_QUEUE, pass_context=False)
    async def deliver(conversation_id: str) -> None:
        await delivery.deliver(uuid.UUID(conversation_id))

    return app


async def rescue_stalled(app: procrastinate.App) -> int:
    """Put back the jobs of a worker that died; procrastinate alone leaves them "doing" for ever."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    count = 0
    for job in stalled:
        await app.job_manager.retry_job(job)
        count += 1
    return count


async def prune_finished(app: procrastinate.App) -> None:
    """Finished jobs go at once (``delete_jobs``); failed ones stay a week for whoever looks."""
    await app.job_manager.delete_old_jobs(
        nb_hours=24 * 7, include_failed=True, include_cancelled=True, include_aborted=True
    )
