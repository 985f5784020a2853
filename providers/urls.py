"""Addresses of the providers: the action protocol, and the pages of what they act on."""

from django.urls import URLPattern, URLResolver

actions: list[URLPattern | URLResolver] = []
pages: list[URLPattern | URLResolver] = []
