"""The cache in Valkey, which nobody should miss when it is down."""

import logging
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


def _or_own(name: str) -> Callable[..., Any]:
    def method(self: "Cache", *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **kwargs)
        except redis.RedisError as error:
            logger.warning(
                "Valkey does not answer, this process keeps its own cache: %s", type(error).__name__
            )
            return getattr(self.own, name)(*args, **kwargs)

    return method


class Cache(RedisCache):
    """Counts in the memory of the process while Valkey is down: limits hold there, and no page fails."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.own = LocMemCache("while valkey is down", {})

    add, get, set, touch, delete = map(_or_own, ("add", "get", "set", "touch", "delete"))
    get_many, set_many, delete_many = map(_or_own, ("get_many", "set_many", "delete_many"))
    has_key, incr, clear = map(_or_own, ("has_key", "incr", "clear"))
