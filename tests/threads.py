"""Work that begins at once in several threads, each on a connection of its own. Ask for `committed` rows."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, in the order of the works."""
    found: list[Any] = [None] * len(works)
    start = Barrier(len(works))

    def run(number: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            found[number] = work()
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
