"""Who is who: accounts, performers, their representatives, and studios with members."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from consent.core.roles import Authority, Right, StudioRole
from consent.core.vocabulary import Level
from consent.models.fields import CodeField, RefField, code_check


class Side(StrEnum):
    """What a person signed up as."""

    PERFORMER = "PERFORMER"
    REPRESENTATIVE = "REPRESENTATIVE"
    STUDIO = "STUDIO"
    STAFF = "STAFF"


class Visibility(StrEnum):
    """Who may find a performer (product.md section 7)."""

    VERIFIED_STUDIOS = "VERIFIED_STUDIOS"
    REFERENCE = "REFERENCE"
    HIDDEN = "HIDDEN"


class UserQuerySet(BaseUserManager["User"]):
    """Accounts are known by their e-mail address, always stored in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields.update(is_staff=True, is_superuser=True, side=Side.STAFF.value)
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: one human being, one address. What they may do follows from the rows that name them."""

    ref = RefField("U")
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120, blank=True)
    side = CodeField(Side, default=Side.PERFORMER.value)
    time_zone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=12, default="en")
    theme = models.CharField(max_length=8, blank=True)
    shortcuts = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserQuerySet()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            code_check("user", "side", Side),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.full_name or self.email.partition("@")[0]

    def get_short_name(self) -> str:
        return self.full_name.partition(" ")[0] or self.display_name


class Performer(models.Model):
    """The natural person whose likeness it is. ``stopped_at`` set means: everything is stopped."""

    ref = RefField("P")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="performer", null=True)
    professional_name = models.CharField(max_length=120)
    also_known_as = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    date_of_birth = models.DateField(null=True)
    died_on = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=12, default="en")
    country = models.CharField(max_length=2, blank=True)
    unions = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    has_counsel = models.BooleanField(default=False)
    crafts = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    about = models.TextField(max_length=1000, blank=True)
    visibility = CodeField(Visibility, default=Visibility.REFERENCE.value)
    hold_minutes = models.PositiveIntegerField(default=10)
    approve_by_mail = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    onboarded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            code_check("performer", "visibility", Visibility),
            models.CheckConstraint(condition=models.Q(hold_minutes__lte=1440), name="performer_hold_a_day_at_most"),
        ]
        indexes: ClassVar = [
            models.Index(
                Lower("professional_name"), name="performer_by_name", condition=models.Q(visibility="VERIFIED_STUDIOS")
            )
        ]

    def __str__(self) -> str:
        return self.professional_name

    @property
    def display_name(self) -> str:
        return self.professional_name

    @property
    def short_name(self) -> str:
        return self.professional_name.partition(" ")[0]

    def age_on(self, day: date) -> int | None:
        """Whole years on that day; ``None`` while the date of birth is unknown."""
        born = self.date_of_birth
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def is_minor_on(self, day: date) -> bool:
        """Unknown age counts as a minor's: the stricter reading protects."""
        age = self.age_on(day)
        return age is None or age < 18

    def is_paused(self, now: datetime) -> bool:
        return self.paused_at is not None and (self.paused_until is None or now < self.paused_until)


class Representation(models.Model):
    """A representative's written authority for one performer (product.md section 7). In force once accepted, until revoked."""

    ref = RefField("A")
    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="representations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="representations", null=True)
    invited_email = models.EmailField()
    agency = models.CharField(max_length=120, blank=True)
    rights = ArrayField(models.CharField(max_length=16), default=list)
    approve_level = CodeField(Level, blank=True)
    approve_fee_ceiling = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["performer", "user"],
                condition=models.Q(revoked_at=None),
                name="representation_one_live_per_person",
            )
        ]

    def authority(self) -> Authority:
        """The grid as a core value."""
        return Authority(
            rights=frozenset(Right(right) for right in self.rights),
            approve_level=Level(self.approve_level) if self.approve_level else None,
            approve_fee_ceiling=self.approve_fee_ceiling,
            currency=self.currency,
            ends_on=self.ends_on,
        )

    def in_force(self, day: date) -> bool:
        live = self.accepted_at is not None and self.revoked_at is None
        return live and (self.ends_on is None or day <= self.ends_on)


class Studio(models.Model):
    """The organisation that asks. It can send nothing until staff have verified it."""

    ref = RefField("S")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    website = models.URLField(blank=True)
    about = models.TextField(max_length=1000, blank=True)
    registration = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.TextField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def verified(self) -> bool:
        return self.verified_at is not None


class Membership(models.Model):
    """A person's role in a studio."""

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = CodeField(StudioRole)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["studio", "user"], name="membership_once"),
            code_check("membership", "role", StudioRole),
        ]


class Invitation(models.Model):
    """An invitation into a studio. It is accepted by signing in with the invited address; the link alone opens nothing."""

    ref = RefField("I")
    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = CodeField(StudioRole)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "studio",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open",
            ),
            code_check("invitation", "role", StudioRole),
        ]


class Introduction(models.Model):
    """A studio came to know a performer by reference or invitation, and may ask from now on."""

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="introductions")
    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="introductions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["studio", "performer"], name="introduction_once")]
