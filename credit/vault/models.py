"""The wrapped data key. There is one in force; older ones stay until everything is encrypted anew."""

from django.db import models
from django.db.models import Q, UniqueConstraint


class DataKey(models.Model):
    """A data key of 32 bytes, wrapped under FIELD_KEYS (core/crypto.py)."""

    wrapped = models.BinaryField()
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(fields=["current"], condition=Q(current=True), name="one_current_data_key")]
