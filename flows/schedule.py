"""When the monthly review runs: a cron line in the chain's time zone, served by Prefect on one machine."""

from __future__ import annotations

from datetime import datetime

from cronsim import CronSim, CronSimError

from flows.config import Settings, Workspace
from flows.errors import UsageError
from flows.orchestration import server


def next_runs(settings: Settings, after: datetime, count: int) -> list[datetime]:
    """The next moments of the schedule after `after`, in the chain's time zone. UsageError for a line that is no cron."""
    try:
        times = CronSim(settings.schedule.cron, after.astimezone(settings.zone))
        return [next(times) for _ in range(count)]
    except (CronSimError, StopIteration):
        raise UsageError(
            f"chain.toml: [schedule] cron = {settings.schedule.cron!r} is no cron line, e.g. 0 6 2 * *"
        ) from None


def serve_schedule(workspace: Workspace, settings: Settings) -> None:
    """Stay, and run `monthly_review` of this workspace at each of those moments, until interrupted."""
    home = workspace.state.resolve() / "prefect"
    with server(home, keeps_schedules=True):
        from prefect.schedules import Cron

        from flows.flow_runs import monthly_review

        monthly_review.serve(
            name=f"monthly-{workspace.root.resolve().name}",
            schedule=Cron(settings.schedule.cron, timezone=settings.time_zone),
            parameters={"workspace": str(workspace.root.resolve())},
            pause_on_shutdown=False,
        )
