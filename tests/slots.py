"""A data directory, and so servers, of its own for each test run: runs side by side never meet."""

import fcntl
import os

from innoportal import embedded

SLOTS = 16
held: list[int] = []


def claim() -> None:
    """Take the first free slot for the life of this process; a worker of a run shares the run's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
    os.environ["INNOPORTAL_REDIS_DATABASE"] = str(int(worker) + 1)
    if "INNOPORTAL_TEST_SLOT" in os.environ:
        return
    for number in range(SLOTS):
        data = embedded.BASE_DIR / ".data" / "test" / str(number)
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(data / "slot.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        held.append(handle)
        os.environ["INNOPORTAL_TEST_SLOT"] = str(number)
        os.environ["INNOPORTAL_DATA"] = str(data)
        return
    raise RuntimeError(f"{SLOTS} test runs are going on already.")
