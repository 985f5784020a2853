"""Addresses of the pages about runs."""

from django.urls import URLPattern, path

from runs import (
    around,
    given_up_page,
    list_page,
    pickers,
    preset_views,
    retry_page,
    run_page,
    schedule_views,
    start_page,
    start_text,
)

pages: list[URLPattern] = [
    path("flows/<uuid:flow_id>/start", start_page.start, name="start"),
    path("flows/<uuid:flow_id>/start/check", start_page.check, name="check"),
    path("flows/<uuid:flow_id>/start/problems", start_text.problems, name="text-problems"),
    path("flows/<uuid:flow_id>/start/complete", start_text.complete, name="text-complete"),
    path("flows/<uuid:flow_id>/start/around", around.live, name="around"),
    path("flows/<uuid:flow_id>/presets/", preset_views.preset_list, name="presets"),
    path("flows/<uuid:flow_id>/presets/<uuid:preset_id>", preset_views.change, name="preset-change"),
    path("people/search", pickers.people, name="people"),
    path("flows/search", pickers.flows, name="flow-search"),
    path("runs/", list_page.runs, name="runs"),
    path("schedules/", schedule_views.schedule_list, name="schedules"),
    path("schedules/times", schedule_views.times, name="schedule-times"),
    path("schedules/<uuid:schedule_id>/", schedule_views.schedule_page, name="schedule"),
    path("schedules/<uuid:schedule_id>/pause", schedule_views.pause, name="schedule-pause"),
    path("schedules/<uuid:schedule_id>/resume", schedule_views.resume, name="schedule-resume"),
    path("schedules/<uuid:schedule_id>/times", schedule_views.change_times, name="schedule-change-times"),
    path("schedules/<uuid:schedule_id>/delete", schedule_views.delete, name="schedule-delete"),
    path("runs/given-up/", given_up_page.given_up, name="given_up"),
    path("inbox/", list_page.inbox, name="inbox"),
    path("runs/<uuid:run_id>/", run_page.run_page, name="run"),
    path("runs/<uuid:run_id>/cancel", run_page.cancel, name="cancel"),
    path("runs/<uuid:run_id>/resume", run_page.resume, name="resume"),
    path("runs/<uuid:run_id>/retry", retry_page.retry, name="retry"),
    path("runs/<uuid:run_id>/log", run_page.log, name="log"),
    path("inbox/<uuid:web_input_id>/answer", run_page.answer, name="answer"),
]
