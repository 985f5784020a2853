from django.apps import AppConfig
from django.utils.module_loading import import_string


class TransferConfig(AppConfig):
    name = "providers.transfer"
    label = "transfer"

    def ready(self) -> None:
        # By name: models may not be imported while this module is.
        register = import_string("providers.folders.register")
        register(import_string("providers.transfer.access.folders_of"))
