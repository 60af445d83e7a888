"""A cache that survives its server: while Redis does not answer, each process keeps a small memory of its own.

No page fails then, and limits on sign-in still hold, if per process. Nothing that must be true is kept in a cache:
limits that must hold exactly are counted in the database.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from portal.breaker import Breaker

log = logging.getLogger(__name__)
breaker = Breaker(rest=2.0)


def _tolerant(name: str) -> Callable[..., Any]:
    """The operation `name` of RedisCache, done by the spare cache while Redis is away."""
    operation = getattr(RedisCache, name)

    def tolerant(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        if not breaker.resting:
            try:
                answer = operation(self, *args, **kwargs)
            except (RedisConnectionError, RedisTimeoutError) as problem:
                breaker.failed()
                log.warning("the cache does not answer: %s", problem)
            else:
                if breaker.broken:
                    breaker.worked()
                    self.spare.clear()
                return answer
        return getattr(self.spare, name)(*args, **kwargs)

    return tolerant


class ForgivingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        shape = {name: value for name, value in params.items() if name not in ("OPTIONS", "LOCATION")}
        self.spare = LocMemCache(f"spare:{server}", shape)

    add = _tolerant("add")
    get = _tolerant("get")
    set = _tolerant("set")
    touch = _tolerant("touch")
    delete = _tolerant("delete")
    get_many = _tolerant("get_many")
    has_key = _tolerant("has_key")
    incr = _tolerant("incr")
    set_many = _tolerant("set_many")
    delete_many = _tolerant("delete_many")
    clear = _tolerant("clear")
