// @ts-check
// The entry module of a run's page: folds what is pushed, and shows one selection in all views.
import { preference, setPreference, zone } from "../site/preferences.js";
import { mountTabs, showTab } from "../site/tabs.js";
import { clock } from "../time.js";
import { ask } from "./asking.js";
import { confirmCancel } from "./confirm.js";
import { mountConnection } from "./connection_view.js";
import { Detail } from "./detail.js";
import { jsonBox } from "./elements.js";
import { EventLog } from "./event_log.js";
import { changesFragments, refreshFragments } from "./fragments.js";
import { Head } from "./head.js";
import { connect } from "./live.js";
import { Scrubber } from "./scrubber.js";
import { addressOf, selectionIn } from "./selection.js";
import { mountSplitter } from "./splitter.js";
import { TimelineView } from "./timeline_view.js";
import { asOf, current, foldAll, momentMs, received, statuses, transitions, visitAt } from "./timeline.js";
import * as words from "./words.js";

/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {import("./timeline.js").Summary} Summary */

const page = JSON.parse(document.getElementById("run-page")?.textContent ?? "{}");
const narrow = matchMedia("(max-width: 900px)");

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}

let run = page.first.run;
let summary = received(page.visits);
let selection = selectionIn(location.search);
/** @type {{runs: number, flow: {median: number, p90: number} | null, states: Record<string, {median: number, p90: number}>}} */
let usual = { runs: 0, flow: null, states: {} };
/** @type {ReturnType<typeof connect> | null} */
let live = null;
/** @type {Map<string, {index: number, name: string, type: string, provider?: string}>} */
const states = new Map(page.states.map((/** @type {any} */ state) => [state.name, state]));
const names = new Map(page.states.map((/** @type {any} */ state) => [state.index, state.name]));
const log = new EventLog(part, page.log);
const showConnection = mountConnection(part("connection"), () => live?.retry());
const head = new Head(part);
const timeline = new TimelineView(part("timeline"), { onSelect: (state, first) => select({ state, event: first }) });
/** @type {ReturnType<typeof import("../diagram/diagram.js").mount> | null} */
let diagram = null;
const scrubber = new Scrubber(part("scrubber"), { onMoment: goTo });
const detail = new Detail(part("detail"), { address: page.visit_addresses, onVisit, onClose: () => select({ state: null, event: null }), onTab: (tab) => remember({ tab }) });

/** @param {{run: any, entries: any[]}} message */
function take(message) {
  run = message.run;
  const fresh = message.entries.filter(({ seq }) => seq > summary.asOf);
  summary = foldAll(summary, message.entries);
  log.take(message.entries);
  show();
  if (fresh.some((entry) => changesFragments(entry, isNotifier))) refreshFragments();
  if (summary.ended !== null) live?.stop();
}

/** @param {string} name */
function isNotifier(name) {
  return /notif/i.test(states.get(name)?.provider ?? "");
}

function show() {
  const seen = selection.at === null ? summary : asOf(summary, selection.at);
  head.show(run, summary, usual.flow);
  if (!part("timeline").hidden) showTimeline(seen);
  if (diagram && !part("diagram").hidden) showDiagram(diagram, seen);
  showDetail(seen);
  showOutput();
  showProgress();
  showMoment();
}

/** @param {Summary} seen */
function showTimeline(seen) {
  const isPast = seen !== summary;
  const chosen = chosenVisit(seen);
  timeline.show(seen, {
    isIdleShown: /** @type {HTMLInputElement} */ (part("idle")).checked,
    progress: isPast ? null : words.progressShare(run),
    usual: usual.states,
    state: selection.state,
    first: selection.event === null ? null : chosen?.first ?? null,
    failure: !isPast && words.status(run) === "failed" ? words.failureOf(run.details?.details ?? {}) : "",
    moment: isPast && selection.at !== null ? momentMs(summary, selection.at) : null,
    whole: isPast ? summary : null,
  });
}

/** @param {NonNullable<typeof diagram>} picture @param {Summary} seen */
function showDiagram(picture, seen) {
  const number = (/** @type {string} */ name) => states.get(name)?.index ?? -1;
  const ways = transitions(seen).map(({ from, to, count }) => ({ from: number(from), to: number(to), count }));
  const first = seen.visits[0];
  if (first) ways.push({ from: -1, to: number(first.state), count: 1 });
  if (seen.end === "FlowSucceeded") ways.push({ from: number(seen.visits[seen.visits.length - 1].state), to: -1, count: 1 });
  const marks = Object.fromEntries(Object.entries(statuses(seen)).map(([name, status]) => [number(name), status]));
  picture.mark(marks, ways.map(({ from, to }) => [from, to]));
  const counts = new Map();
  for (const { state } of seen.visits) counts.set(number(state), (counts.get(number(state)) ?? 0) + 1);
  picture.count(counts, new Map(ways.map(({ from, to, count }) => [`${from}-${to}`, count])));
}

/** @param {Summary} seen */
function chosenVisit(seen) {
  const { state, event } = selection;
  const named = event === null ? undefined : visitAt(seen, event);
  return named?.state === state ? named : seen.visits.findLast((visit) => visit.state === state);
}

/** @param {Summary} seen */
function showDetail(seen) {
  const state = states.get(selection.state ?? "");
  part("whole").hidden = Boolean(state);
  part("run").classList.toggle("has-detail", Boolean(state));
  part("main").inert = narrow.matches && Boolean(state);
  if (!state) return detail.show(null);
  const same = seen.visits.filter((visit) => visit.state === state.name);
  const visit = chosenVisit(seen) ?? null;
  const number = visit ? same.indexOf(visit) + 1 : 0;
  detail.show({ state, visit, number, count: same.length, moment: selection.at, usual: usual.states[state.name] });
}

/** To another visit of the chosen state. @param {number} by */
function onVisit(by) {
  const seen = selection.at === null ? summary : asOf(summary, selection.at);
  const same = seen.visits.filter(({ state }) => state === selection.state);
  const chosen = chosenVisit(seen);
  const next = chosen && same[same.indexOf(chosen) + by];
  if (next) select({ event: next.first });
}

function showOutput() {
  const box = part("output");
  if (run.status !== "SUCCEEDED" || box.childElementCount) return;
  part("no-output").hidden = true;
  box.append(jsonBox("The run's data at its end", run.details.output, true));
}

function showProgress() {
  const visit = current(summary);
  if (!visit) return log.list.progress(0, "");
  const since = words.took(Math.max(Date.now() - visit.entered, 0));
  const far = words.progressOf(run);
  log.list.progress(visit.first, far ? `${far}, ${since}` : since);
}

function showMoment() {
  const { at } = selection;
  const seq = at === null ? summary.asOf : Math.min(at, summary.asOf);
  const instant = clock(new Date(momentMs(summary, seq)), zone());
  scrubber.show(summary.asOf, at, `Event ${seq.toLocaleString("en-GB")} of ${summary.asOf.toLocaleString("en-GB")}, ${instant}`);
}

/** Look at the run as it was after an event; null: as it is. @param {number | null} at */
function goTo(at) {
  const visit = visitAt(summary, at ?? summary.asOf);
  select({ at, state: visit?.state ?? null, event: at });
}

/**
 * One selection, many views.
 * @param {Partial<Selection>} changes
 */
function select(changes) {
  const wasOpen = Boolean(selection.state);
  remember(changes);
  show();
  const state = states.get(selection.state ?? "");
  diagram?.select(state?.index ?? null);
  log.list.select(selection.state);
  if (narrow.matches && state && !wasOpen && !("at" in changes)) part("detail-title").focus();
  if (!state && wasOpen) timeline.focus();
}

/** @param {Partial<Selection>} changes */
function remember(changes) {
  selection = { ...selection, ...changes };
  history.replaceState(null, "", addressOf(location.href, selection));
}

/** The picture, from when somebody first looks at it. */
async function draw() {
  const { mount } = await import("../diagram/diagram.js");
  diagram ??= mount(part("diagram"), { onSelect: (index) => select({ state: index === null ? null : names.get(index), event: null }) });
  show();
  await diagram.draw(page.dot, page.states);
  diagram.select(states.get(selection.state ?? "")?.index ?? null);
}

function mountViews() {
  mountTabs(document);
  part("diagram").addEventListener("tabs:show", () => void (diagram ?? draw())); // what is hidden has no size
  for (const view of ["timeline", "diagram", "events"]) {
    document.getElementById(`view-${view}`)?.addEventListener("tabs:show", (event) => {
      if (/** @type {HTMLElement} */ (event.target).id === `view-${view}`) onView(view);
    });
  }
  const tab = document.getElementById(`view-tab-${selection.view}`);
  if (tab) showTab(tab);
  detail.choose(selection.tab);
}

/** @param {string} view */
function onView(view) {
  if (view === "events" && selection.event) void log.reveal(selection.event);
  if (view === selection.view) return;
  remember({ view });
  show(); // what is hidden is not drawn
}

function mountControls() {
  const idle = /** @type {HTMLInputElement} */ (part("idle"));
  idle.checked = preference("idle") === "on";
  idle.addEventListener("change", () => {
    setPreference("idle", idle.checked ? "on" : "off");
    show();
  });
  part("events").addEventListener("click", ({ target }) => {
    const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".event__summary")?.closest("[data-seq]") ?? null);
    if (row?.dataset.state) select({ state: row.dataset.state, event: Number(row.dataset.seq) });
  });
  document.addEventListener("headrace:zone", show);
  narrow.addEventListener("change", show);
  mountSplitter(part("run"), part("splitter"));
}

async function learnUsual() {
  const answer = await ask(page.usual);
  if (!answer?.ok) return; // the page does without
  usual = answer.body;
  show();
}

function follow() {
  live = connect({ socket: page.socket, events: page.events, after: () => Math.min(summary.asOf, log.total), onMessage: take, onState: showConnection });
  const seconds = setInterval(() => {
    if (summary.ended !== null) return clearInterval(seconds);
    if (document.hidden) return;
    head.tick(run, summary, usual.flow);
    if (!part("timeline").hidden) timeline.tick();
    detail.tick();
    showProgress();
  }, 1000);
}

mountViews();
mountControls();
confirmCancel();
part("input").append(jsonBox("What the run was started with", page.input, true));
show();
log.list.select(selection.state);
void learnUsual();
if (summary.ended === null) follow();
else showConnection({ kind: "over", asOf: Date.now(), retryAt: 0 });
