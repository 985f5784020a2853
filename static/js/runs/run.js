// @ts-check
// The run page: folds what is pushed, and draws it.
import { mount } from "../diagram/diagram.js";
import { mountTabs } from "../site/tabs.js";
import { duration } from "../time.js";
import { element, EventList, icon } from "./event_list.js";
import { connect } from "./live.js";
import { empty, fold, lastSeq } from "./timeline.js";
import * as words from "./words.js";

const page = JSON.parse(document.getElementById("run-page")?.textContent ?? "{}");
const STATUS_WORDS = { running: "Running", "needs-you": "Needs you", succeeded: "Succeeded", failed: "Failed", cancelled: "Cancelled" };
const ended = new Set(["SUCCEEDED", "FAILED"]);

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}

let run = page.first.run;
let timeline = empty();
/** @type {ReturnType<typeof connect> | null} */
let live = null;
const numbers = new Map(page.states.map((/** @type {any} */ state) => [state.name, state.index]));
const names = new Map(page.states.map((/** @type {any} */ state) => [state.index, state.name]));
const events = new EventList(part("events"), { isNewestFirst: true, withPolls: false });
const diagram = mount(part("diagram"), { onSelect: (index) => events.select(index === null ? null : names.get(index)) });
const originalTitle = document.title;

/** @param {{run: any, entries: any[]}} message */
function take(message) {
  run = message.run;
  for (const entry of message.entries) timeline = fold(timeline, entry) ?? timeline;
  show();
  if (message.entries.length && ended.has(run.status) && hasTerminalEvent()) live?.stop();
}

function hasTerminalEvent() {
  return timeline.endedAt !== null;
}

function show() {
  const list = part("events");
  const isAway = events.view.isNewestFirst && list.getBoundingClientRect().top < -200;
  const before = document.documentElement.scrollHeight;
  const fresh = events.show(timeline);
  if (isAway && fresh) {
    window.scrollBy(0, document.documentElement.scrollHeight - before); // nothing moves under the reader
    tellFresh(fresh);
  }
  part("spoken").textContent = fresh ? words.count(fresh, "new event") : "";
  showHead();
  showDiagram();
  showOutput();
  part("download-count").textContent = `Download ${words.count(timeline.entries.length, "log entry").replace("entrys", "entries")}`;
}

let unseen = 0;
/** @param {number} fresh */
function tellFresh(fresh) {
  unseen += fresh;
  const pill = part("pill");
  pill.hidden = false;
  pill.textContent = `${words.count(unseen, "new event")} above`;
}

function showHead() {
  const name = words.status(run);
  const pill = element("span", `status status--${name}`, "");
  pill.append(icon(name), STATUS_WORDS[name]);
  if (part("status").firstElementChild?.className !== pill.className) part("status").replaceChildren(pill);
  const current = hasTerminalEvent() ? null : timeline.current;
  setText(part("answer"), words.answer(run, current, elapsed()));
  part("answer").dataset.status = name;
  document.title = `${STATUS_WORDS[name]}: ${originalTitle}`;
  document.querySelector("[data-favicon]")?.setAttribute("href", favicon(name));
  const button = part("action=cancel")?.querySelector("button");
  if (button && ended.has(run.status)) Object.assign(button, { disabled: true, title: "The run has ended." });
  const resume = part("action=resume");
  if (resume) resume.hidden = run.status !== "INACTIVE";
  showDuration();
}

/**
 * @param {HTMLElement} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function elapsed() {
  const from = timeline.startedAt ?? Date.parse(run.start_time);
  return duration((timeline.endedAt ?? Date.now()) - from);
}

function showDuration() {
  setText(part("duration"), elapsed());
}

/** @param {string} name */
function favicon(name) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}-solid`).trim();
  const fill = { running: "#0969da", "needs-you": "#8250df", succeeded: "#1a7f37", failed: "#cf222e", cancelled: "#57606a" }[name] ?? colour;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${fill}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function showDiagram() {
  const marks = Object.fromEntries(Object.entries(timeline.statuses).map(([name, status]) => [numbers.get(name), status]));
  const taken = timeline.taken.map(([from, to]) => /** @type {[number, number]} */ ([numbers.get(from), numbers.get(to)]));
  diagram.mark(marks, taken);
}

function showOutput() {
  if (run.status !== "SUCCEEDED" || !part("output").hidden) return;
  part("no-output").hidden = true;
  part("output").hidden = false;
  part("output").textContent = JSON.stringify(run.details.output, null, 2);
}

/** @param {"live" | "polling" | "gone"} state */
function showConnection(state) {
  const strip = part("connection");
  strip.hidden = state === "live";
  const at = new Date().toLocaleTimeString();
  strip.textContent = state === "gone"
    ? "This run is not to be seen any more: it was deleted, or you are signed out. Reload the page."
    : `Live updates are paused: reconnecting. Asking every two seconds meanwhile. Data as of ${at}.`;
}

function start() {
  mountTabs(document);
  part("input").textContent = JSON.stringify(page.input, null, 2);
  void diagram.draw(page.dot, page.states).then(showDiagram);
  take(page.first);
  part("sort").addEventListener("change", (event) => {
    events.view.isNewestFirst = /** @type {HTMLSelectElement} */ (event.target).value === "newest";
    events.redraw(timeline);
  });
  part("polls").addEventListener("change", (event) => {
    events.view.withPolls = /** @type {HTMLInputElement} */ (event.target).checked;
    events.redraw(timeline);
  });
  part("pill").addEventListener("click", () => {
    unseen = 0;
    part("pill").hidden = true;
    part("events").scrollIntoView();
  });
  if (!hasTerminalEvent()) follow();
}

function follow() {
  live = connect({ socket: page.socket, events: page.events, after: () => lastSeq(timeline), onMessage: take, onState: showConnection });
  setInterval(() => {
    if (!hasTerminalEvent()) showDuration();
  }, 1000);
}

start();
