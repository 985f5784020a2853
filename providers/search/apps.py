from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "providers.search"
    label = "search"
