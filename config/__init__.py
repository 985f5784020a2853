"""Wiring only; nobody imports from here."""

from config.celery import app as celery

__all__ = ["celery"]
