from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "providers.compute"
    label = "compute"
