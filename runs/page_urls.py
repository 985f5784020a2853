"""Addresses of the pages about runs."""

from django.urls import URLPattern, path

from runs import around, compare_page, given_up_page, notify, report_page, run_page, run_page_facts
from runs.batching import batch_views, bulk_page
from runs.bundles import bundle_page
from runs.consents import consent_page, consent_repair
from runs.launching import pickers, preset_views, start_page, start_text
from runs.lists import list_page
from runs.logs import log_views
from runs.questions import inbox_page
from runs.retries import retry_page
from runs.scheduling import schedule_views
from runs.timeline import visits_views

pages: list[URLPattern] = [
    path("flows/<uuid:flow_id>/start", start_page.start, name="start"),
    path("flows/<uuid:flow_id>/start/check", start_page.check, name="check"),
    path("flows/<uuid:flow_id>/start/problems", start_text.problems, name="text-problems"),
    path("flows/<uuid:flow_id>/start/complete", start_text.complete, name="text-complete"),
    path("flows/<uuid:flow_id>/start/around", around.live, name="around"),
    path("flows/<uuid:flow_id>/presets/", preset_views.preset_list, name="presets"),
    path("flows/<uuid:flow_id>/presets/<uuid:preset_id>", preset_views.change, name="preset-change"),
    path("flows/<uuid:flow_id>/bulk", bulk_page.bulk, name="bulk"),
    path("batches/", batch_views.batch_list, name="batches"),
    path("batches/<uuid:batch_id>/", batch_views.batch_page, name="batch"),
    path("batches/<uuid:batch_id>/live", batch_views.live, name="batch-live"),
    path("batches/<uuid:batch_id>/retry", batch_views.retry, name="batch-retry"),
    path("batches/<uuid:batch_id>/stop", batch_views.stop, name="batch-stop"),
    path("batches/<uuid:batch_id>/go-on", batch_views.go_on, name="batch-go-on"),
    path("batches/<uuid:batch_id>/cancel", batch_views.cancel, name="batch-cancel"),
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
    path("inbox/", inbox_page.inbox_page, name="inbox"),
    path("inbox/count", inbox_page.count, name="inbox-count"),
    path("runs/<uuid:run_id>/", run_page.run_page, name="run"),
    path("runs/<uuid:run_id>/cancel", run_page.cancel, name="cancel"),
    path("runs/<uuid:run_id>/resume", run_page.resume, name="resume"),
    path("runs/<uuid:run_id>/compare", compare_page.compare_page, name="compare"),
    path("runs/<uuid:run_id>/report", report_page.report_page, name="report"),
    path("runs/bundles/", bundle_page.bundles, name="bundles"),
    path("runs/<uuid:run_id>/bundle", bundle_page.bundle_page, name="bundle"),
    path("runs/<uuid:run_id>/bundle/close", bundle_page.close, name="bundle-close"),
    path("runs/<uuid:run_id>/follow", notify.follow, name="follow"),
    path("runs/<uuid:run_id>/allow", consent_repair.allow, name="allow"),
    path("consents/", consent_page.consent_list, name="consents"),
    path("runs/<uuid:run_id>/retry", retry_page.retry, name="retry"),
    path("runs/<uuid:run_id>/retry/check", retry_page.check, name="retry-check"),
    path("runs/<uuid:run_id>/log", log_views.file, name="log"),
    path("runs/<uuid:run_id>/log/entries", log_views.entries, name="log-entries"),
    path("runs/<uuid:run_id>/log/polls", log_views.polls, name="log-polls"),
    path("runs/<uuid:run_id>/log/search", log_views.search, name="log-search"),
    path("runs/<uuid:run_id>/visits.json", visits_views.visits_json, name="visits"),
    path("runs/<uuid:run_id>/visits/<int:first>.json", visits_views.visit_json, name="visit"),
    path("runs/<uuid:run_id>/usual.json", visits_views.usual_json, name="usual"),
    path("runs/<uuid:run_id>/describe", run_page_facts.describe, name="describe"),
    path("inbox/<uuid:web_input_id>/answer", inbox_page.answer, name="answer"),
]
