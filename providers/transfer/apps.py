from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "providers.transfer"
    label = "transfer"
