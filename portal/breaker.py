"""Stops asking a server that has just failed to answer, so that its outage costs a page milliseconds, not seconds."""

import time


class Breaker:
    """Open for `rest` seconds after each failure; one process, all its threads."""

    def __init__(self, rest: float) -> None:
        self.rest = rest
        self._resting_until = 0.0

    @property
    def resting(self) -> bool:
        return time.monotonic() < self._resting_until

    @property
    def broken(self) -> bool:
        """Has the last question failed, whether or not it is time to ask again?"""
        return self._resting_until > 0

    def failed(self) -> None:
        self._resting_until = time.monotonic() + self.rest

    def worked(self) -> None:
        self._resting_until = 0.0
