// @ts-check
// The entry module of a run's page: folds what is pushed, and draws it.
import { mount } from "../diagram/diagram.js";
import { mountTabs, showTab } from "../site/tabs.js";
import { About } from "./about.js";
import { confirmCancel } from "./confirm.js";
import { jsonBox } from "./elements.js";
import { mountConnection } from "./connection_view.js";
import { EventLog } from "./event_log.js";
import { changesFragments, refreshFragments } from "./fragments.js";
import { Head } from "./head.js";
import { connect } from "./live.js";
import { empty, foldAll, lastSeq, visits } from "./timeline.js";
import * as words from "./words.js";

const page = JSON.parse(document.getElementById("run-page")?.textContent ?? "{}");
const narrow = matchMedia("(max-width: 900px)");

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}

let run = page.first.run;
let timeline = empty();
/** @type {string | null} */
let selected = new URLSearchParams(location.search).get("state");
/** @type {ReturnType<typeof connect> | null} */
let live = null;
/** @type {Map<string, {index: number, name: string, type: string, provider?: string}>} */
const states = new Map(page.states.map((/** @type {any} */ state) => [state.name, state]));
const names = new Map(page.states.map((/** @type {any} */ state) => [state.index, state.name]));
const log = new EventLog(part, page.log);
const showConnection = mountConnection(part("connection"), () => live?.retry());
const about = new About(part("about"));
const head = new Head(part);
const diagram = mount(part("diagram"), { onSelect: (index) => select(index === null ? null : names.get(index)) });

/** @param {{run: any, entries: any[]}} message */
function take(message) {
  const before = lastSeq(timeline);
  run = message.run;
  timeline = foldAll(timeline, message.entries);
  const fresh = timeline.entries.slice(before);
  log.take(message.entries);
  show();
  if (live && fresh.some((entry) => changesFragments(entry, isNotifier))) refreshFragments();
  if (timeline.endedAt !== null) live?.stop();
}

/** @param {string} name */
function isNotifier(name) {
  return /notif/i.test(states.get(name)?.provider ?? "");
}

function show() {
  head.show(run, timeline);
  showDiagram();
  showOutput();
  about.show(states.get(selected ?? "") ?? null, timeline);
  showProgress();
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
  if (seq === null) return log.list.progress(0, "");
  const since = words.took(Date.now() - Date.parse(timeline.entries[seq - 1].time));
  const far = words.progressOf(run);
  log.list.progress(seq, far ? `${far}, ${since}` : since);
}

/**
 * One selection, many views.
 * @param {string | null} name
 */
function select(name) {
  selected = name;
  log.list.select(name);
  const seq = name ? visits(timeline, name).at(-1)?.opened.seq : null;
  if (seq && !narrow.matches) void log.reveal(seq);
  about.show(states.get(name ?? "") ?? null, timeline);
  const address = new URL(location.href);
  if (name) address.searchParams.set("state", name);
  else address.searchParams.delete("state");
  history.replaceState(null, "", address);
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
confirmCancel();
part("input").append(jsonBox("What the run was started with", page.input, true));
take(page.first);
if (selected && states.has(selected)) log.list.select(selected);
const picture = /** @type {HTMLElement} */ (document.getElementById("tab-diagram"));
if (picture.hidden) picture.addEventListener("tabs:show", draw, { once: true }); // what is hidden has no size
else draw();
if (timeline.endedAt === null) follow();
else showConnection({ kind: "over", asOf: Date.now(), retryAt: 0 });
