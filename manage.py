#!/usr/bin/env python
import os
import sys
from contextlib import AbstractContextManager, nullcontext

# Commands that read files only, or that a machine without servers must be able to run.
ALONE = {"check", "demonstration_sign_ins", "evaluate_matching", "help", "translations", "verify_report"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")
    from django.core.management import execute_from_command_line
    from environs.exceptions import EnvError

    try:
        with own_servers():
            execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.exit(
            f"innoportal: {error}. `make run` writes .env on its first start; .env.example lists every name."
        )


def own_servers() -> AbstractContextManager[None]:
    """The embedded servers for as long as the command takes, unless they run already or others are named."""
    from django.conf import settings

    from innoportal import servers

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in ALONE or command.startswith("-") or {"-h", "--help"} & set(sys.argv):
        return nullcontext()
    settings.DEBUG  # noqa: B018  reads .env, which may name servers
    missing = [server for server in servers.wanted() if not server.process()]
    return servers.in_use(missing) if missing else nullcontext()


if __name__ == "__main__":
    main()
