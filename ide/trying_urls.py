"""Addresses of trying out, of versions, and of working on one flow with others."""

from django.urls import URLPattern, URLResolver, path

from ide import together_api, trying_api, versions_views

pages: list[URLPattern | URLResolver] = [
    path("ide/dry-run", trying_api.DryRunView.as_view(), name="dry_run"),
    path("ide/state", trying_api.OneStateView.as_view(), name="one_state"),
    path("ide/scenarios", trying_api.ScenariosView.as_view(), name="scenarios"),
    path("ide/past-runs", trying_api.PastRunsView.as_view(), name="past_runs"),
    path("ide/merge", together_api.MergeView.as_view(), name="merge"),
    path("ide/presence", together_api.PresenceView.as_view(), name="presence"),
    path("flows/<uuid:flow_id>/history", versions_views.history, name="history"),
    path("flows/<uuid:flow_id>/restore", versions_views.restore, name="restore"),
]
