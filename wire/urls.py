"""Addresses of the wire."""

from django.urls import URLPattern, URLResolver

pages: list[URLPattern | URLResolver] = []
