"""The whole beat table: every job that runs by the clock. Each is idempotent and safe with none, one or five beats."""

from typing import Any

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EVERY_SECONDS = {
    "consent.tasks.sweep_expirations": 30,
    "consent.tasks.process_pending_media": MINUTE,
    "consent.tasks.purge_uploads": HOUR,
    "notifications.tasks.dispatch_pending": 30,
    "notifications.tasks.deliver_pending": 30,
    "notifications.tasks.free_stuck": 20,
    "notifications.tasks.send_digests": 15 * MINUTE,
    "notifications.tasks.send_reminders": 5 * MINUTE,
    "portal.tasks.clear_sessions": DAY,
    "portal.tasks.drop_backup_keys": HOUR,
}

QUEUES = ("default", "mail", "media")

ROUTES = {
    "notifications.tasks.*": {"queue": "mail"},
    "consent.tasks.process_*": {"queue": "media"},
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The table as Celery reads it. A message nobody took before the next one is due expires, so none pile up."""
    return {
        task: {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}
        for task, seconds in EVERY_SECONDS.items()
    }
