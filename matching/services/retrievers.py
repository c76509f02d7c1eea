"""The retriever of the settings: a snapshot in memory, or the index in the database (docs/adr/0025)."""

from dataclasses import dataclass

from matching.engine import Retriever
from matching.engine.statistics import Statistics
from matching.models import EngineVersion
from matching.services import indexed, shelf
from matching.services.indexed import building

REBUILD = 100  # rows that each process would have to add to the snapshot by itself


@dataclass(frozen=True)
class Held:
    """What finds things, and the version that read them: a query must be read by the same."""

    engine: EngineVersion
    retriever: Retriever


def held(max_age: float | None = None) -> Held:
    """As things are now, or were `max_age` seconds ago; without it as fresh as is cheap."""
    if indexed.is_on():
        found = indexed.current(max_age)
        return Held(found.held.engine, found)
    on_shelf = shelf.held(max_age)
    return Held(on_shelf.engine, on_shelf.snapshot)


def current(max_age: float | None = None) -> Retriever:
    return held(max_age).retriever


def statistics() -> Statistics:
    """What is known of the collection as a whole; in a large index, of the sample that it keeps."""
    if indexed.is_on():
        return indexed.current().held.sample.snapshot.statistics
    return shelf.current().statistics


def forget() -> None:
    """Drop what this process holds; the next search reads it again."""
    shelf.forget()
    indexed.forget()


def publish(version: EngineVersion | None = None) -> None:
    """Make all that a version has read ready to be found; one that does not serve yet is not searched."""
    if indexed.is_on():
        building.build(version)
    else:
        shelf.build(version, force=True)


def freshen() -> None:
    """What a sweep does so that searches stay quick."""
    if indexed.is_on():
        building.freshen()
    elif shelf.behind() > REBUILD:
        shelf.build(force=True)
