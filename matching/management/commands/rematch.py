"""Match everything anew, or tell how far that is."""

import time
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from journal.workflow import IllegalTransition
from matching import services, tasks
from matching.models import RematchRun

LOOK = 1.0  # seconds between two looks at what others do


class Command(BaseCommand):
    help = (
        "Reads all public wishes and solutions, publishes the snapshot, and matches them in both directions. "
        "The work is kept as shards in the database: this process does them, with any Celery workers that "
        "run, and what is left when it is stopped is done by the workers."
    )

    def add_arguments(self, parser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--queue", action="store_true", help="begin, and leave all work to the workers")
        what.add_argument("--status", action="store_true", help="tell how far the last one is")
        what.add_argument("--wait", action="store_true", help="watch the one that runs until it ends")
        what.add_argument("--cancel", action="store_true", help="begin no further shard of the one that runs")

    def handle(self, *args, **options) -> None:
        verb = next((name for name in ("queue", "status", "wait", "cancel") if options[name]), "work")
        try:
            getattr(self, verb)()
        except (IllegalTransition, services.RunFailed) as error:
            raise CommandError(str(error)) from error

    def work(self) -> None:
        services.rematch_all(Shown(self).tell)
        self.stdout.write(self.style.SUCCESS("Done."))

    def queue(self) -> None:
        run = services.start()
        told = services.progress([run])[run.pk]
        tasks.wake(run.pk, min(told.whole, services.WAKES))
        self.stdout.write(f"{told.whole} shards wait for the workers.")

    def status(self) -> None:
        run = RematchRun.objects.select_related("version", "started_by").order_by("-pk").first()
        for line in described(run) if run else ["Nothing has been rematched as a whole yet."]:
            self.stdout.write(line)

    def wait(self) -> None:
        """:raises CommandError: it did not end well."""
        run, shown = self.running(), Shown(self)
        while run.state == RematchRun.State.RUNNING:
            shown.tell_all(run)
            time.sleep(LOOK)
            run.refresh_from_db()
        shown.tell_all(run)
        if run.state != RematchRun.State.DONE:
            raise CommandError("\n".join(described(run)))
        self.stdout.write(self.style.SUCCESS("Done."))

    def cancel(self) -> None:
        services.cancel(self.running(), by=None)
        self.stdout.write("Cancelled. What was written stays.")

    def running(self) -> RematchRun:
        """:raises CommandError: there is none."""
        if run := services.active_run():
            return run
        raise CommandError("No rematch is running.")


class Shown:
    """Writes a step when it is whole, and on a terminal each time that it has moved."""

    def __init__(self, command: Command) -> None:
        self.out, self.last = command.stdout, dict[str, int]()

    def tell(self, step: str, done: int, whole: int) -> None:
        if done == self.last.get(step, 0) or (done < whole and not self.out.isatty()):
            return
        self.last[step] = done
        self.out.write(f"{step}: {done} of {whole}", ending="\n" if done == whole else "\r")
        self.out.flush()

    def tell_all(self, run: RematchRun) -> None:
        for step in services.progress([run])[run.pk].steps:
            self.tell(step.label, step.texts_done, step.texts)


def described(run: RematchRun) -> Iterator[str]:
    told = services.progress([run])[run.pk]
    by = f" by {run.started_by}" if run.started_by else ""
    yield (
        f"{run.get_state_display()}: begun {timezone.localtime(run.started_at):%Y-%m-%d %H:%M:%S}{by} "
        f"({run.get_reason_display().lower()}), engine version {run.version.name}, "
        f"{told.done} of {told.whole} shards done"
    )
    for step in told.steps:
        line = f"  {step.label}: {step.done} of {step.whole} shards, {step.texts_done} of {step.texts}"
        if step.texts_done:
            line += f", {step.rate:.1f} a second"
        if step.remaining and run.state == RematchRun.State.RUNNING:
            line += f", {span(step.remaining)} left"
        yield line + (f", {step.failed} failed" if step.failed else "")
    for error in run.shards.filter(state="failed").values_list("error", flat=True)[:5]:
        yield f"  {error}"


def span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
