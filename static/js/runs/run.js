// @ts-check
// The entry module of a run's page: folds what is pushed, and draws it.
import { mount } from "../diagram/diagram.js";
import { addShortcut } from "../site.js";
import { preference, setPreference } from "../site/preferences.js";
import { mountTabs, showTab } from "../site/tabs.js";
import { About } from "./about.js";
import { confirmCancel } from "./confirm.js";
import { jsonBox } from "./elements.js";
import { EventList } from "./event_list.js";
import { changesFragments, refreshFragments } from "./fragments.js";
import { Head } from "./head.js";
import { connect } from "./live.js";
import { empty, foldAll, lastSeq } from "./timeline.js";
import * as words from "./words.js";

const page = JSON.parse(document.getElementById("run-page")?.textContent ?? "{}");
const narrow = matchMedia("(max-width: 900px)");
const AWAY_PIXELS = 120;

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}

let run = page.first.run;
let timeline = empty();
let unseen = 0;
/** @type {string | null} */
let selected = new URLSearchParams(location.search).get("state");
/** @type {ReturnType<typeof connect> | null} */
let live = null;
/** @type {Map<string, {index: number, name: string, type: string, provider?: string}>} */
const states = new Map(page.states.map((/** @type {any} */ state) => [state.name, state]));
const names = new Map(page.states.map((/** @type {any} */ state) => [state.index, state.name]));
const view = { isNewestFirst: preference("events") !== "oldest", withPolls: preference("polls") === "on" };
const events = new EventList(part("events"), view);
const about = new About(part("about"));
const head = new Head(part);
const diagram = mount(part("diagram"), { onSelect: (index) => select(index === null ? null : names.get(index)) });

/** @param {{run: any, entries: any[]}} message */
function take(message) {
  const before = lastSeq(timeline);
  run = message.run;
  timeline = foldAll(timeline, message.entries);
  const fresh = timeline.entries.slice(before);
  show();
  if (live && fresh.some((entry) => changesFragments(entry, isNotifier))) refreshFragments();
  if (timeline.endedAt !== null) live?.stop();
}

/** @param {string} name */
function isNotifier(name) {
  return /notif/i.test(states.get(name)?.provider ?? "");
}

function show() {
  showEvents();
  head.show(run, timeline);
  showDiagram();
  showOutput();
  about.show(states.get(selected ?? "") ?? null, timeline);
  showProgress();
  const count = timeline.entries.length;
  part("download-count").textContent = `Download ${count} log ${count === 1 ? "entry" : "entries"}`;
}

function showEvents() {
  const isAway = live !== null && isReaderAway();
  const before = document.documentElement.scrollHeight;
  const fresh = events.show(timeline);
  if (!fresh) return;
  part("spoken").textContent = live ? words.count(fresh, "new event") : "";
  if (!isAway) return;
  if (view.isNewestFirst) window.scrollBy(0, document.documentElement.scrollHeight - before); // nothing moves under the reader
  unseen += fresh;
  part("pill").hidden = false;
  part("pill").textContent = words.count(unseen, "new event");
}

/** Whether the place where new rows come in is out of sight. */
function isReaderAway() {
  const { top, bottom } = part("events").getBoundingClientRect();
  return view.isNewestFirst ? top < -AWAY_PIXELS : bottom > innerHeight + AWAY_PIXELS;
}

function toNewest() {
  unseen = 0;
  part("pill").hidden = true;
  const rows = part("events");
  const row = view.isNewestFirst ? rows.firstElementChild : rows.lastElementChild;
  row?.scrollIntoView({ block: "center" });
}

function showDiagram() {
  const marks = Object.fromEntries(Object.entries(timeline.statuses).map(([name, status]) => [states.get(name)?.index, status]));
  const numbered = timeline.taken.map(([from, to]) => [states.get(from)?.index, states.get(to)?.index]);
  diagram.mark(marks, /** @type {[number, number][]} */ (numbered));
}

function showOutput() {
  const box = part("output");
  if (run.status !== "SUCCEEDED" || box.childElementCount) return;
  part("no-output").hidden = true;
  box.append(jsonBox("The run's data at its end", run.details.output, true));
}

function showProgress() {
  const seq = timeline.currentSeq;
  if (seq === null) return events.progress(null, "");
  const since = words.took(Date.now() - Date.parse(timeline.entries[seq - 1].time));
  const far = words.progressOf(run);
  events.progress(seq, far ? `${far}, ${since}` : since);
}

/**
 * One selection, many views.
 * @param {string | null} name
 */
function select(name) {
  selected = name;
  events.select(name, { isRevealed: !narrow.matches });
  about.show(states.get(name ?? "") ?? null, timeline);
  const address = new URL(location.href);
  if (name) address.searchParams.set("state", name);
  else address.searchParams.delete("state");
  history.replaceState(null, "", address);
}

/** @param {"live" | "polling" | "gone"} state */
function showConnection(state) {
  const strip = part("connection");
  strip.hidden = state === "live";
  const at = new Date().toLocaleTimeString("en-GB");
  strip.textContent = state === "gone"
    ? "This run is not to be seen any more: it was deleted, or you are signed out. Reload the page."
    : `Live updates are paused: reconnecting. Asking every two seconds meanwhile. Data as of ${at}.`;
}

function mountControls() {
  const sort = /** @type {HTMLSelectElement} */ (part("sort"));
  sort.value = view.isNewestFirst ? "newest" : "oldest";
  sort.addEventListener("change", () => {
    view.isNewestFirst = sort.value === "newest";
    setPreference("events", sort.value);
    events.redraw(timeline);
    showProgress();
  });
  const polls = /** @type {HTMLInputElement} */ (part("polls"));
  polls.checked = view.withPolls;
  polls.addEventListener("change", () => {
    view.withPolls = polls.checked;
    setPreference("polls", polls.checked ? "on" : "off");
    events.redraw(timeline);
    showProgress();
  });
  part("pill").addEventListener("click", toNewest);
  document.addEventListener("headrace:zone", () => events.retime());
  addEventListener("scroll", () => { if (!part("pill").hidden && !isReaderAway()) toNewest(); }, { passive: true });
}

async function draw() {
  await diagram.draw(page.dot, page.states);
  showDiagram();
  const state = states.get(selected ?? "");
  if (state) diagram.select(state.index);
}

/** On a narrow window the events are one of the tabs; on a wide one they are always there. */
function fitTabs() {
  const tab = document.getElementById(narrow.matches ? "tab-of-events" : "tab-of-diagram");
  if (tab) showTab(tab);
}

function follow() {
  live = connect({ socket: page.socket, events: page.events, after: () => lastSeq(timeline), onMessage: take, onState: showConnection });
  const clock = setInterval(() => {
    if (timeline.endedAt !== null) return clearInterval(clock);
    if (document.hidden) return;
    head.tick(run, timeline);
    showProgress();
  }, 1000);
}

mountTabs(document);
fitTabs();
narrow.addEventListener("change", fitTabs);
mountControls();
confirmCancel();
addShortcut("n", "To the newest event", toNewest);
part("input").append(jsonBox("What the run was started with", page.input, true));
take(page.first);
if (selected && states.has(selected)) events.select(selected, { isRevealed: false });
const picture = /** @type {HTMLElement} */ (document.getElementById("tab-diagram"));
if (picture.hidden) picture.addEventListener("tabs:show", draw, { once: true }); // what is hidden has no size
else draw();
if (timeline.endedAt === null) follow();
