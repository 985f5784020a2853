from django.apps import AppConfig
from django.utils.module_loading import import_string

from providers import folders


class TransferConfig(AppConfig):
    name = "providers.transfer"
    label = "transfer"

    def ready(self) -> None:
        # By name: models may not be imported while this module is.
        folders.register(import_string("providers.transfer.access.folders_of"))
