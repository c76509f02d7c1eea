"""`python -m innoportal.servers [stop | remove]` tells whether the servers run, stops or deletes them."""

import sys

from innoportal import embedded, servers


def main() -> int:
    for server in servers.all_of(embedded.data_dir()):
        if sys.argv[1:] == ["stop"]:
            server.stop()
        if sys.argv[1:] == ["remove"]:
            server.remove()
        process = server.process()
        print(f"{server.name}: {f'runs, process {process.pid}' if process else 'stopped'} ({server.log})")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
