"""Servers that are not ours: does the address in the environment lead to one that serves?"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import psycopg2
import redis

from innoportal.embedded import EmbeddedError

OLDEST = 15_00_00  # PostgreSQL 15
SECONDS = 5


def check(environment: Mapping[str, str]) -> None:
    """Nothing where the environment names nothing; a mail server may be down, since mails wait in the outbox.

    :raises EmbeddedError: in one line, without the password of the address
    """
    if url := environment.get("DATABASE_URL"):
        check_database(url)
    if url := environment.get("REDIS_URL"):
        check_redis(url)


def check_database(url: str) -> None:
    if urlsplit(url).scheme not in ("postgres", "postgresql", "pgsql"):
        raise EmbeddedError("DATABASE_URL must begin with postgres:// and name a PostgreSQL server.")
    try:
        connection = psycopg2.connect(url.replace("pgsql:", "postgres:", 1), connect_timeout=SECONDS)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
            (vector,) = cursor.fetchone()
        connection.close()
    except (psycopg2.Error, UnicodeError) as error:
        raise refused("DATABASE_URL", url, error) from error
    if connection.server_version < OLDEST:
        raise EmbeddedError("DATABASE_URL leads to a PostgreSQL older than 15.")
    if not vector:
        raise EmbeddedError("DATABASE_URL leads to a PostgreSQL without the extension pgvector.")


def check_redis(url: str) -> None:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise refused("REDIS_URL", url, error) from error


def refused(name: str, url: str, error: Exception) -> EmbeddedError:
    """What the driver said, first line only, without the password: it may quote the address."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    said = said.replace(url, "the address")
    try:
        password = urlsplit(url).password
    except ValueError:
        return EmbeddedError(f"{name} is not an address.")
    if password:
        said = said.replace(password, "***")
    return EmbeddedError(f"{name} does not lead to a server that serves: {said}")
