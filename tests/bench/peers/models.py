"""One plain row in three keepings, and rules as a site without compiled answers would store them."""

from django.db import models

try:
    from simple_history.models import HistoricalRecords
except ImportError:
    HistoricalRecords = None
try:
    from auditlog.registry import auditlog
except ImportError:
    auditlog = None


class _Row(models.Model):
    """The size of a small business row; ``text`` is what a save changes."""

    ref = models.CharField(max_length=24)
    state = models.CharField(max_length=20, default="PENDING")
    text = models.CharField(max_length=200, blank=True)
    number = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Plain(_Row):
    pass


class Historic(_Row):
    if HistoricalRecords is not None:
        history = HistoricalRecords()


class Audited(_Row):
    pass


if auditlog is not None:
    auditlog.register(Audited)


class Rule(models.Model):
    """One answer of one performer."""

    performer = models.ForeignKey("consent.Performer", on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    stance = models.CharField(max_length=10)
    use = models.CharField(max_length=40, blank=True)
    limit = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
