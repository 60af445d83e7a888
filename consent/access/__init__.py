"""The doors: each turns an outsider into a row and an Actor, or raises NotFound. Absent and forbidden look the same."""


class NotFound(LookupError):
    """There is no such thing for you."""
