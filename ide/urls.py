"""Addresses of the ide."""

from django.urls import URLPattern, URLResolver

pages: list[URLPattern | URLResolver] = []
