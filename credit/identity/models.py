"""Users, organisations, and who holds which role where, from when to when."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from credit.core.policy import STAFF, Role
from credit.core.publicid import LENGTH, new_public_id


class UserManager(BaseUserManager["User"]):
    """Users are made with an e-mail address and a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a hashed password. Raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """By e-mail address, without regard to case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A human being who signs in. What they may do is in their memberships, claims and offices."""

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_an_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def roles(self, now: datetime) -> set[Role]:
        """The standing roles that the user holds at a moment, in whichever organisation."""
        return {Role(role) for role in Membership.objects.held_by(self, now).values_list("role", flat=True)}

    def is_staff_member(self, now: datetime) -> bool:
        """Whether the user holds a role that needs a second factor."""
        return bool(self.roles(now) & STAFF)


class Organisation(models.Model):
    """A public body: an agency that submits records, or one that oversees the portal."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("agency")
        OVERSIGHT = "oversight", _("oversight")

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language in which the page is read."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Named questions about who holds which role."""

    def at(self, now: datetime) -> Self:
        """Memberships in force at a moment."""
        return self.filter(Q(until=None) | Q(until__gt=now), since__lte=now)

    def held_by(self, user: User, now: datetime) -> Self:
        """A user's memberships in force at a moment."""
        return self.at(now).filter(user=user)

    def of_agency(self, user: User, code: str, now: datetime) -> Self:
        """A user's officer memberships in one agency, with the agency."""
        held = self.held_by(user, now).filter(role=Role.OFFICER)
        return held.filter(organisation__code=code, organisation__kind=Organisation.Kind.AGENCY).select_related(
            "organisation"
        )


class Membership(models.Model):
    """A user holds a role in an organisation, from `since` until just before `until` (None: no end)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in sorted(STAFF)])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(until=None), name="one_open_membership_a_role"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="membership_ends_after_it_began"
            ),
        ]
