"""Who speaks: people, their API tokens, and one-time sign-in links."""

import hashlib
import secrets
import uuid

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A person. The primary key is the identity's uuid, so a principal URN needs no look-up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class GroupIdentity(models.Model):
    """The uuid by which a group is named in principal URNs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="identity")


def digest(secret: str) -> str:
    """Return what is stored of a token. Tokens are long and random, so a fast digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiToken(models.Model):
    """A bearer token: shown once, stored as a digest, revocable."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class SignInLink(models.Model):
    """A link that signs one person in once.

    asks_first   opening it only shows a button: for links that go by mail, which scanners open too
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    asks_first = models.BooleanField(default=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


def new_secret() -> str:
    """Return a fresh token of 256 random bits."""
    return secrets.token_urlsafe(32)
