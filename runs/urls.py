"""Addresses of the runs."""

from django.urls import URLPattern, URLResolver

api: list[URLPattern | URLResolver] = []
pages: list[URLPattern | URLResolver] = []
sockets: list[URLPattern] = []
