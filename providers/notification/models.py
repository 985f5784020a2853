"""Mails that flows sent: shown on the run's page when the site has no mail server."""

from django.db import models
from django.utils import timezone


class SentMail(models.Model):
    """One notification. `action` tells which action sent it; at most one row an action."""

    action = models.OneToOneField("providers.Action", on_delete=models.CASCADE, related_name="mail")
    recipient = models.CharField(max_length=254)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=998)
    body = models.TextField()
    mimetype = models.CharField(max_length=40, default="text/plain")
    delivered_to = models.CharField(max_length=255)  # "file" or the mail server's name
    sent_at = models.DateTimeField(default=timezone.now)
