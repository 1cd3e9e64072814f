"""Where an account is signed in now, and every sign-in that was tried on it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from wards.models.users import User


class OpenSession(models.Model):
    """One browser in which an account is signed in. The session itself is Django's row; ending one deletes both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="noted at most once a minute")
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True, help_text="Chrome, Windows")

    def __str__(self) -> str:
        return f"{self.user}, {self.browser}"


class SignIn(models.Model):
    """One try to sign in on an existing account. Append-only; a name that no account has is not kept: it may be a password."""

    append_only = True

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", _("Vào được")
        WRONG_PASSWORD = "wrong_password", _("Sai mật khẩu")
        WRONG_CODE = "wrong_code", _("Sai mã xác nhận")
        MUST_WAIT = "must_wait", _("Sai nhiều lần, phải chờ")

    at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, related_name="sign_ins")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%d/%m/%Y %H:%M}, {self.outcome}"
