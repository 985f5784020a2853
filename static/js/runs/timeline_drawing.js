// @ts-check
// The pieces of the time line: its axis and its rows.
import { duration } from "../time.js";
import { element, icon } from "./elements.js";
import { marksOf } from "./timeline_marks.js";
import { described, segmentsOf, spentMs, statusOf } from "./timeline_rows.js";
import { WAITING_TYPES } from "./timeline_scale.js";

/** @typedef {import("./timeline_rows.js").Row} Row */
/** @typedef {import("./timeline_scale.js").Scale} Scale */
/** @typedef {import("./timeline_view.js").Look} Look */
const LABEL = 0.09; // of the width: what a few words take

/** @typedef {{scale: Scale, look: Look, last: number, now: number, index: number, clock: (ms: number) => string}} How */

/**
 * The axis: when the run began, round times since, and what was cut out.
 * @param {HTMLElement} axis
 * @param {Scale} scale
 * @param {(ms: number) => string} clock
 * @param {number | null} moment
 */
export function drawAxis(axis, scale, clock, moment) {
  const idle = scale.pieces.filter(({ isIdle }) => isIdle);
  const marks = [{ share: 0, words: clock(scale.from) }, ...marksOf(scale)];
  const head = moment === null ? [] : [placed(element("span", "tl__moment"), scale.at(moment), 0)];
  axis.replaceChildren(...marks.map(({ share, words }) => placed(element("span", "tl__mark", words), share, 0)), ...breaksOf(idle), ...head);
}

/**
 * What was cut out, and how long it was: in sight where there is room for the words.
 * @param {import("./timeline_scale.js").Piece[]} idle
 */
function breaksOf(idle) {
  let taken = -1;
  return idle.map(({ from, to, start, end }) => {
    const made = placed(element("span", "tl__idle"), start, end - start);
    const hasRoom = start - taken > LABEL;
    if (hasRoom) taken = start;
    made.title = `${duration(to - from)} without activity`;
    made.append(element("span", hasRoom ? "tl__length" : "visually-hidden", duration(to - from)), element("span", "visually-hidden", " without activity"));
    return made;
  });
}

/**
 * @param {HTMLElement} made
 * @param {number} start
 * @param {number} width
 */
function placed(made, start, width) {
  made.style.left = `min(${start * 100}%, 100% - 3px)`; // what is at the very end is to be seen, too
  if (width) made.style.width = `${width * 100}%`;
  return made;
}

/**
 * A row, drawn anew into the one that is there.
 * @param {HTMLElement | undefined} item
 * @param {Row} row
 * @param {How} how
 */
export function drawRow(item, row, how) {
  const made = item ?? frameOf(row);
  const late = lateness(row, how);
  const { last, status, pauses } = row.visits[row.visits.length - 1]; // the others do not change any more
  const drawn = JSON.stringify([row.visits.length, last, status, pauses, isChosen(row, how), row.isOpen, how.index, { ...how.look, whole: null }, how.scale.from, how.scale.to, late]);
  if (made.dataset.drawn !== drawn) {
    made.dataset.drawn = drawn;
    made.setAttribute("aria-rowindex", String(how.index + 1));
    made.classList.toggle("is-selected", isChosen(row, how));
    made.classList.toggle("is-late", late !== null);
    nameRow(made, row, isChosen(row, how));
    part(made, "lane").title = "";
    part(made, "lane").replaceChildren(element("span", "visually-hidden"), ...bandOf(row, how), ...barsOf(row, how), ...ticksOf(row, how));
  }
  growRow(made, row, how);
  return made;
}

/**
 * What changes with each second: how long it took so far, and the end of a bar that goes on.
 * @param {HTMLElement} made
 * @param {Row} row
 * @param {How} how
 */
function growRow(made, row, how) {
  const late = lateness(row, how);
  const isLast = row.visits[row.visits.length - 1].first === how.last;
  const words = [described(row, how.now, how.clock), late ?? "", isLast ? how.look.failure : ""].filter(Boolean).join(", ");
  const lane = part(made, "lane");
  if (lane.title === words) return;
  lane.title = words;
  /** @type {Element} */ (lane.firstElementChild).textContent = words;
  part(made, "took").textContent = duration(spentMs(row, how.now));
  const bar = /** @type {HTMLElement | null} */ (lane.querySelector("[data-growing]"));
  if (!bar) return;
  const start = how.scale.at(row.visits[row.visits.length - 1].entered);
  bar.style.transform = `scaleX(${(how.scale.at(how.now) - start) / Math.max(1 - start, 1e-6)})`;
}

/**
 * @param {Row} row
 * @param {How} how
 */
function isChosen(row, { look }) {
  return look.state === row.state && (row.number === 0 || look.first === null || look.first === row.visits[0].first);
}

/**
 * That a state takes longer than it does in nine runs of ten; null: it does not.
 * @param {Row} row
 * @param {How} how
 */
function lateness(row, { look, now }) {
  const last = row.visits[row.visits.length - 1];
  const usual = look.usual[row.state];
  if (!usual || last.ended !== null || now - last.entered <= usual.p90) return null;
  return `longer than usual (${duration(usual.p90)} in nine runs of ten)`;
}

/** @param {Row} row */
function frameOf(row) {
  const made = element("div", `tl__row${row.number === 0 ? " tl__row--all" : row.of > 1 ? " tl__row--visit" : ""}`);
  made.setAttribute("role", "row");
  made.dataset.key = row.key;
  const name = element("div", "tl__name");
  name.setAttribute("role", "rowheader");
  if (row.number === 0) name.append(twister());
  const pick = element("button", "tl__pick");
  pick.setAttribute("type", "button");
  pick.dataset.pick = "";
  name.append(pick);
  const lane = element("div", "tl__lane");
  lane.dataset.lane = "";
  const took = element("div", "tl__took tabular muted small");
  took.dataset.took = "";
  for (const cell of [lane, took]) cell.setAttribute("role", "cell");
  made.append(name, lane, took);
  return made;
}

function twister() {
  const button = element("button", "tl__twist button--quiet");
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", "Its visits one by one");
  button.tabIndex = -1; // the arrow keys open and close, too
  button.dataset.twist = "";
  button.append(icon("chevron-right"));
  return button;
}

/**
 * @param {HTMLElement} made
 * @param {Row} row
 * @param {boolean} isPressed
 */
function nameRow(made, row, isPressed) {
  const pick = part(made, "pick");
  pick.setAttribute("aria-pressed", String(isPressed));
  const mark = element("span", `tl__icon status--${statusOf(row)}`);
  mark.append(icon(statusOf(row)));
  const name = element("span", "tl__state", row.state);
  const times = row.number === 0 ? `×${row.visits.length.toLocaleString("en-GB")}` : "";
  pick.replaceChildren(mark, name, element("span", "tl__times muted tabular", times || (row.of > 1 ? `#${row.number}` : "")));
  pick.title = row.state;
  made.querySelector("[data-twist]")?.setAttribute("aria-expanded", String(row.isOpen));
}

/**
 * When the state is usually done: from the median to nine runs of ten.
 * @param {Row} row
 * @param {How} how
 */
function bandOf(row, { look, scale }) {
  const usual = look.usual[row.state];
  if (!usual || row.visits.length > 1) return [];
  const { entered } = row.visits[0];
  const [start, end] = [scale.at(entered + usual.median), scale.at(entered + usual.p90)];
  return [placed(element("span", "tl__usual"), start, Math.max(end - start, 0.002))];
}

/**
 * @param {Row} row
 * @param {How} how
 */
function barsOf(row, { look, scale, now }) {
  const last = row.visits[row.visits.length - 1];
  return segmentsOf(row, scale, now).map((segment, index, all) => {
    const isGrowing = last.ended === null && index === all.length - 1;
    const kind = WAITING_TYPES.has(last.type) ? " tl__bar--idle" : "";
    const bar = placed(element("span", `tl__bar${kind} status--${segment.status}`), segment.start, isGrowing ? 1 - segment.start : segment.end - segment.start);
    if (!isGrowing) return bar;
    bar.dataset.growing = "";
    if (look.progress !== null) bar.append(placed(element("span", "tl__progress"), 0, look.progress));
    return bar;
  });
}

/**
 * When the action told of progress and when it did not answer; and the pauses in which it waited for a person.
 * @param {Row} row
 * @param {How} how
 */
function ticksOf(row, { scale, now }) {
  if (row.visits.length > 1) return [];
  const [{ ticks, notches, pauses, ended }] = row.visits;
  const waits = pauses.map(([from, to]) => {
    const start = scale.at(from);
    return placed(element("span", "tl__pause"), start, scale.at(to ?? ended ?? now) - start);
  });
  const lines = (/** @type {number[]} */ times, /** @type {string} */ kind) => times.map((at) => placed(element("span", kind), scale.at(at), 0));
  return [...waits, ...lines(ticks, "tl__tick"), ...lines(notches, "tl__tick tl__tick--miss")];
}

/**
 * @param {HTMLElement} made
 * @param {string} name
 */
function part(made, name) {
  return /** @type {HTMLElement} */ (made.querySelector(`[data-${name}]`));
}
