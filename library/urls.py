"""Addresses of the library."""

from django.urls import URLPattern, URLResolver

api: list[URLPattern | URLResolver] = []
pages: list[URLPattern | URLResolver] = []
