"""Addresses of the runs."""

from django.urls import URLPattern, URLResolver, path, re_path

from runs import api as rest
from runs import health_views, live_views, page_urls
from runs.consumers import Nowhere, RunConsumer
from runs.lists import list_urls
from runs.questions import web_inputs_api
from runs.questions.inbox_socket import InboxConsumer
from runs.retries import retry_api
from runs.scheduling import schedules_api

api: list[URLPattern | URLResolver] = [
    path("flows/<str:flow_id>/run", rest.Start.as_view()),
    path("flows/<str:flow_id>/validate_run", rest.StartValidation.as_view()),
    path("runs", rest.Runs.as_view()),
    path("runs/<str:run_id>", rest.OneRun.as_view()),
    path("runs/<str:run_id>/cancel", rest.Cancel.as_view()),
    path("runs/<str:run_id>/release", rest.Release.as_view()),
    path("runs/<str:run_id>/resume", rest.Resume.as_view()),
    path("runs/<str:run_id>/retry", retry_api.Retry.as_view()),
    path("runs/<str:run_id>/definition", rest.Definition.as_view()),
    path("runs/<str:run_id>/log", rest.Log.as_view()),
    path("schedules", schedules_api.Schedules.as_view()),
    path("schedules/preview", schedules_api.SchedulePreview.as_view()),
    path("schedules/<str:schedule_id>", schedules_api.OneSchedule.as_view()),
    path("schedules/<str:schedule_id>/pause", schedules_api.SchedulePause.as_view()),
    path("schedules/<str:schedule_id>/resume", schedules_api.ScheduleResume.as_view()),
    path("schedules/<str:schedule_id>/runs", schedules_api.ScheduleRuns.as_view()),
    path("web_inputs", web_inputs_api.WebInputs.as_view()),
    path("web_inputs/<str:web_input_id>", web_inputs_api.OneWebInput.as_view()),
    path("web_inputs/<str:web_input_id>/respond", web_inputs_api.Respond.as_view()),
]
pages: list[URLPattern | URLResolver] = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path("runs/<uuid:run_id>/events", live_views.events, name="events"),
    *page_urls.pages,
    *list_urls.pages,
]
sockets: list[URLPattern] = [
    path("ws/runs/<uuid:run_id>/", RunConsumer.as_asgi()),
    path("ws/inbox/", InboxConsumer.as_asgi()),
    re_path(r".*", Nowhere.as_asgi()),
]
