"""`make run` as a whole: started, watched, killed, stopped, and refused in one line."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

import psutil
import psycopg2
import pytest
import redis

from innoportal import embedded, servers
from tests.portal import Portal, directory

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("supervise")]


@pytest.fixture(scope="module")
def portal():
    made = Portal(directory("inno portal")).start().until("is ready at")
    yield made
    made.remove()


def test_a_started_portal_answers_and_shows_its_mails(portal):
    assert [portal.get("/healthz"), portal.get("/mail/")] == [200, 200]


def test_a_started_portal_takes_mails(portal):
    with smtplib.SMTP("127.0.0.1", embedded.endpoints(portal.data).mail_port, timeout=20) as smtp:
        smtp.sendmail("a@example.org", ["b@example.org"], "Subject: hello\r\n\r\nbody")
    assert len(list((portal.data / "mail").glob("*.eml"))) == 1


def test_all_of_it_takes_less_than_one_point_two_gigabytes(portal):
    time.sleep(3)  # the worker's pool is still being made
    asked = ["/en/search/?q=lift+faults", "/zh-hant/search/?q=robot", "/en/wishes/", "/zh-hans/solutions/"]
    for _time in range(6):  # each of the two workers has read its models and drawn each page
        assert {portal.get(path) for path in [*asked, "/en/trials/", "/en/reports/", "/api/v1/wishes/"]} == {
            200
        }
    assert 100e6 < portal.memory() < 1.2e9


def test_a_second_start_in_the_same_place_is_refused(portal):
    second = Portal(portal.data)
    second.log = portal.data / "second.txt"
    second.start().process.wait(60)
    assert second.said() == f"innoportal: InnoPortal already runs from {portal.data}.\n"


@pytest.mark.parametrize(
    ("program", "name"), [("gunicorn", "web"), ("celery", "worker"), ("catcher", "mail")]
)
def test_a_program_that_is_killed_is_told_of_and_started_again(portal, program, name):
    children = psutil.Process(portal.process.pid).children()
    (victim,) = [child for child in children if any(program in word for word in child.cmdline())]
    pool = victim.children(recursive=True)
    victim.kill()
    portal.until(f"{name} ended (SIGKILL)").until(f"{name} was started again.")
    _, left = psutil.wait_procs(pool, timeout=60)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_after_a_kill_of_everything_a_new_start_has_every_committed_row(portal):
    url = embedded.database_url(portal.data)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 300) AS n")
    connection.close()
    for process in [portal.process, *servers.all_of(portal.data)]:
        pid = process.pid if isinstance(process, subprocess.Popen) else process.process().pid
        os.kill(pid, signal.SIGKILL)
    portal.process.wait(10)
    orphans = [process for process in portal.members() if process.name().startswith("python")]
    left = " ".join(word for process in orphans for word in process.cmdline())
    assert {name for name in ("catcher", "celery", "gunicorn") if name in left} == {
        "catcher",
        "celery",
        "gunicorn",
    }
    portal.start().until("The last run was killed").until("is ready at")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (300,)
    connection.close()
    assert [process for process in orphans if process.is_running()] == []


def test_a_signal_ends_all_of_it_within_ten_seconds(portal):
    if portal.process.poll() is not None:
        portal.start().until("is ready at")
    assert portal.stop() < 10
    assert portal.process.returncode == 0
    assert portal.said().endswith("Stopped.\n")
    assert portal.members() == []


def test_with_addresses_of_other_servers_none_of_ours_is_started():
    elsewhere = directory("elsewhere")
    there = servers.all_of(elsewhere)
    mail = embedded.free_port()
    try:
        with servers.in_use(there):
            portal = Portal(
                directory("nothing here"),
                DATABASE_URL=embedded.database_url(elsewhere),
                REDIS_URL=embedded.redis_url(elsewhere).removesuffix(os.environ["INNOPORTAL_REDIS_DATABASE"])
                + "0",
                EMAIL_URL=f"smtp://127.0.0.1:{mail}",
            )
            try:
                portal.start().until("is ready at")
                assert portal.get("/healthz") == 200
                assert not (portal.data / "servers").exists()
                assert not any("catcher" in word for each in portal.members() for word in each.cmdline())
                with (
                    psycopg2.connect(embedded.database_url(elsewhere)) as connection,
                    connection.cursor() as cursor,
                ):
                    cursor.execute("SELECT count(*) > 20 FROM django_migrations")
                    assert cursor.fetchone() == (True,)
                connection.close()
                broker = redis.Redis.from_url(portal.environment["REDIS_URL"])
                assert broker.client_list()  # the worker waits there
                broker.close()
                assert portal.stop() < 10
                assert all(server.process() for server in there)
            finally:
                portal.remove()
    finally:
        for server in there:
            server.remove()
        subprocess.run(["rm", "-rf", elsewhere], check=True)


def refusal(data, **environment):
    portal = Portal(data).start(**environment)
    portal.process.wait(60)
    assert portal.process.returncode == 1
    assert portal.said().count("\n") == 1
    return portal.said().strip()


@pytest.fixture
def data():
    made = directory("refused")
    yield made
    subprocess.run(["rm", "-rf", made], check=True)


def test_a_port_that_is_taken_is_told_in_one_line(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(data, PORT=str(port))
    assert said == f"innoportal: Port {port} is taken; choose another: make run PORT={port + 1}"


@pytest.mark.parametrize("port", ["http", "0", "99999"])
def test_a_port_that_is_none_is_told_in_one_line(data, port):
    assert refusal(data, PORT=port) == f"innoportal: PORT must be a number from 1 to 65535, not '{port}'."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/x", "must begin with postgres://"),
        ("nonsense", "must begin with postgres://"),
        ("postgres://me:secret@127.0.0.1:1/x", "Connection refused"),
        ("postgres://me:secret@no-such-host.invalid/x", "could not translate host name"),
        ("postgres://me:secret@127.0.0.1:notaport/x", "invalid"),
    ],
)
def test_a_wrong_database_address_is_told_in_one_line_without_its_password(data, url, said):
    line = refusal(data, DATABASE_URL=url)
    assert line.startswith("innoportal: DATABASE_URL ")
    assert said in line
    assert "secret" not in line


def test_a_wrong_password_of_the_database_is_told_in_one_line(data):
    elsewhere = directory("elsewhere")
    server = servers.Postgres(elsewhere)
    try:
        server.ensure()
        right = embedded.endpoints(elsewhere).postgres_password
        line = refusal(data, DATABASE_URL=embedded.database_url(elsewhere).replace(right, "wrong-one"))
    finally:
        server.remove()
        subprocess.run(["rm", "-rf", elsewhere], check=True)
    assert "password authentication failed" in line
    assert "wrong-one" not in line


def test_a_server_that_is_no_postgres_is_told_in_one_line(data):
    with smtp_like() as port:
        line = refusal(data, DATABASE_URL=f"postgres://me:secret@127.0.0.1:{port}/x")
    assert line.startswith("innoportal: DATABASE_URL does not lead to a server that serves: ")


class smtp_like:
    """Something that speaks first and is no database."""

    def __enter__(self):
        command = [sys.executable, "-m", "innoportal.catcher"]
        port = embedded.free_port()
        self.home = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([*command, str(port), self.home.name], cwd=embedded.BASE_DIR)
        while embedded.is_free(port):
            time.sleep(0.05)
        return port

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.home.cleanup()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "http://127.0.0.1/"])
def test_a_wrong_address_of_the_queue_is_told_in_one_line(data, url):
    assert refusal(data, REDIS_URL=url).startswith(
        "innoportal: REDIS_URL does not lead to a server that serves: "
    )


def test_a_data_directory_that_cannot_be_written_is_told_in_one_line(data):
    (data / "file").touch()
    line = refusal(data, INNOPORTAL_DATA=str(data / "file" / "below"))
    assert line == f"innoportal: {data / 'file' / 'below'} cannot be written: Not a directory."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_in_one_line(data):
    mount = 'mount -t tmpfs -o mode=755,size=20m none "$1" && exec "$2" -m innoportal.supervise'
    said = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, "sh", data, sys.executable],
        cwd=embedded.BASE_DIR,
        env={**os.environ, "INNOPORTAL_DATA": str(data), "PORT": str(embedded.free_port())},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert said.stdout + said.stderr == f"innoportal: The disk of {data} is full: 200 MB must be free.\n"
    assert said.returncode == 1
