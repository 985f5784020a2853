from django.apps import AppConfig


class NotificationConfig(AppConfig):
    name = "providers.notification"
    label = "notification"
