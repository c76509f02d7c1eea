"""The embedded servers: started, crashed, crowded, starved, and told apart from others'."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from innoportal import embedded, servers
from innoportal.embedded import EmbeddedError
from innoportal.servers import Postgres, Valkey

ENSURE = "import json, sys; from pathlib import Path; from innoportal import servers; "
ENSURE += "print(json.dumps([server.ensure() for server in servers.all_of(Path(sys.argv[1]))]))"


@pytest.fixture
def data():
    """Reachable for the account that root's servers run under, unlike pytest's own temporary directories."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="inno portal's ") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)
        for server in servers.all_of(Path(directory)):
            server.remove()


@pytest.fixture
def postgres(data):
    server = Postgres(data)
    server.ensure()
    return server


@pytest.fixture
def valkey(data):
    server = Valkey(data)
    server.ensure()
    return server


def ask(data, *statements):
    connection = psycopg2.connect(embedded.database_url(data))
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def kill(server):
    os.kill(server.process().pid, signal.SIGKILL)
    while server.process():
        time.sleep(0.01)


def test_postgres_has_vectors_and_chinese_trigrams_for_an_owner_who_is_no_superuser(postgres):
    answer = ask(
        postgres.data,
        "CREATE EXTENSION IF NOT EXISTS vector",
        "CREATE EXTENSION pg_trgm",
        "SELECT '[1,2]'::vector <-> '[1,3]', show_trgm('升降機'), current_setting('is_superuser')",
    )
    assert (answer[0], len(answer[1]), answer[2]) == (1.0, 4, "off")


def test_postgres_refuses_who_has_no_password(postgres):
    port = embedded.endpoints(postgres.data).postgres_port
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        psycopg2.connect(
            host="127.0.0.1", port=port, user="postgres", dbname="innoportal", passfile="/nowhere"
        )


def test_valkey_refuses_who_has_no_password(valkey):
    port = embedded.endpoints(valkey.data).valkey_port
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_no_password_shows_in_the_list_of_processes(data, postgres, valkey):
    shown = postgres.process().cmdline() + valkey.process().cmdline()
    here = embedded.endpoints(data)
    secrets = [here.postgres_password, here.admin_password, here.valkey_password]
    assert [word for word in shown for secret in secrets if secret in word] == []


def test_servers_do_not_run_as_root(postgres, valkey):
    assert 0 not in [postgres.process().uids().effective, valkey.process().uids().effective]


def test_several_processes_that_want_servers_at_once_get_one_of_each(data):
    command = [sys.executable, "-c", ENSURE, data]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [json.loads(process.communicate(timeout=90)[0]) for process in asking]
    assert [sum(started) for started in zip(*answers, strict=True)] == [1, 1]


@pytest.mark.faults
def test_committed_rows_survive_a_kill_of_postgres(postgres):
    ask(postgres.data, "CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 500)")
    kill(postgres)
    assert postgres.ensure() is True
    assert ask(postgres.data, "SELECT count(*) FROM kept") == (500,)


@pytest.mark.faults
def test_queued_tasks_survive_a_kill_of_valkey(valkey):
    redis.Redis.from_url(embedded.redis_url(valkey.data)).rpush("tasks", *range(500))
    time.sleep(1.2)  # the log goes to the disk every second
    kill(valkey)
    assert valkey.ensure() is True
    assert redis.Redis.from_url(embedded.redis_url(valkey.data)).llen("tasks") == 500


@pytest.mark.faults
def test_a_process_number_that_a_stranger_has_now_does_not_keep_postgres_from_starting(postgres):
    stale = postgres.pid_file.read_text()
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        postgres.pid_file.write_text(f"{stranger.pid}\n" + stale.split("\n", 1)[1])
        assert postgres.process() is None
        assert postgres.ensure() is True
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_server_whose_port_was_taken_moves_to_another(data, kind):
    key = f"{kind.name}_port"
    taken = embedded.free_port()
    embedded.endpoints(data)
    embedded.moved(data, **{key: taken})
    with embedded.socket.create_server(("127.0.0.1", taken)):
        kind(data).ensure()
    assert getattr(embedded.endpoints(data), key) != taken


def test_the_last_user_of_servers_stops_them(data):
    both = servers.all_of(data)
    with servers.in_use(both):
        with servers.in_use(servers.all_of(data)):
            pass
        assert all(server.process() for server in both)
    assert [server.process() for server in both] == [None, None]


def test_servers_keep_their_data_over_a_stop(data):
    with servers.in_use(servers.all_of(data)):
        ask(data, "CREATE TABLE kept AS SELECT 42 AS n")
    with servers.in_use(servers.all_of(data)):
        assert ask(data, "SELECT n FROM kept") == (42,)


def test_only_servers_without_an_address_in_the_environment_are_wanted(data, monkeypatch):
    names = ["DATABASE_URL", "REDIS_URL"]
    found = {}
    for given in ([], names[:1], names[1:], names):
        for name in names:
            monkeypatch.delenv(name, raising=False)
        for name in given:
            monkeypatch.setenv(name, "somewhere")
        found[tuple(given)] = [server.name for server in servers.wanted(data)]
    assert found == {
        (): ["postgres", "valkey"],
        ("DATABASE_URL",): ["valkey"],
        ("REDIS_URL",): ["postgres"],
        ("DATABASE_URL", "REDIS_URL"): [],
    }


needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can mount a small disk or hide a directory"
)


@needs_root
@pytest.mark.faults
@pytest.mark.parametrize(("kind", "size"), [(Postgres, "12m"), (Postgres, "36m"), (Valkey, "8k")])
def test_a_full_disk_is_told_in_one_line(data, kind, size):
    script = f"from pathlib import Path; from innoportal.servers import {kind.__name__} as Kind\n"
    script += f"try: Kind(Path({str(data)!r})).ensure()\nexcept Exception as error: print(repr(error))"
    mount = 'mount -t tmpfs -o mode=755,size="$1" none "$2" && exec "$3" -c "$4"'
    command = ["unshare", "-m", "sh", "-c", mount, "sh", size, data, sys.executable, script]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert said.stdout.startswith("EmbeddedError(")
    assert "No space left on device" in said.stdout
    assert said.stderr == ""


@needs_root
def test_servers_of_a_checkout_in_a_closed_home_keep_their_files_where_they_can_enter(data):
    data.chmod(0o700)
    closed = data / "data"
    server = Postgres(closed)
    try:
        assert server.ensure() is True
        assert (closed / "servers").is_symlink()
        assert ask(closed, "SELECT 1") == (1,)
    finally:
        server.remove()


def test_a_directory_that_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"cannot be (read|written): Not a directory\.$"):
        embedded.endpoints(tmp_path / "file" / "data")
