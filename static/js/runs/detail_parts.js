// @ts-check
// What stands in the tabs of a state's detail.
import { zone } from "../site/preferences.js";
import { absolute, clock, duration } from "../time.js";
import { changeView } from "./detail_change.js";
import { attemptOf, valueAt, whyWaiting, willRecover } from "./detail_words.js";
import { copyButton, element, icon, jsonBox } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("./detail.js").Shown} Shown */
/** @typedef {import("./timeline.js").Entry} Entry */

const UNKNOWN = "The log does not show the run's data here.";

/**
 * @param {string} tab
 * @param {Shown} shown
 * @param {any} told   null: the server has not answered yet
 * @returns {Node[]}
 */
export function panelsOf(tab, shown, told) {
  if (!shown.visit) return [muted(`${kindOf(shown)}. The run has not come to this state.`)];
  if (!told) return [muted("Loading …")];
  const panels = /** @type {Record<string, (shown: Shown, told: any) => Node[]>} */ ({ summary, input, output, change, attempts, raw });
  return panels[tab](shown, told);
}

/** @param {string} text */
function muted(text) {
  return element("p", "muted small", text);
}

/** @param {string} instant */
function at(instant) {
  return clock(new Date(instant), zone());
}

/** @param {Shown} shown */
function kindOf({ state }) {
  return state.provider ? `${state.type}, ${state.provider}` : state.type;
}

/**
 * @param {Shown} shown
 * @param {any} told
 * @returns {Node[]}
 */
function summary(shown, told) {
  const visit = /** @type {import("./timeline.js").Visit} */ (shown.visit);
  const { usual } = shown;
  const closing = told.entries.at(-1).details;
  const spent = (visit.ended ?? Date.now()) - visit.entered;
  const facts = /** @type {[string, string][]} */ ([
    ["Kind", kindOf(shown)],
    ["Entered", absolute(new Date(visit.entered), zone())],
    ...(visit.ended === null ? [] : [["Left", absolute(new Date(visit.ended), zone())], ["Took", duration(spent)]]),
    ...(usual ? [["Usually", `${duration(usual.median)}; in nine runs of ten at most ${duration(usual.p90)}`]] : []),
    ...(closing.next ? [["Went on to", `${closing.next}${ruleOf(shown, closing.rule)}`]] : []),
  ]);
  return [
    ...(told.waiting ? [waitingBox(told.waiting)] : []),
    ...(closing.exception ? [element("p", "detail__failure", words.failureOf(closing))] : []),
    ...(isLate(shown) ? [element("p", "detail__late", "It takes longer than it does in nine runs of ten.")] : []),
    factList(facts),
    ...linksOf(told.links),
  ];
}

/**
 * Whether the state takes longer than it does in nine runs of ten.
 * @param {Shown} shown
 */
export function isLate({ visit, usual }) {
  return Boolean(visit && usual && visit.ended === null && Date.now() - visit.entered > usual.p90);
}

/**
 * Why a Choice went where it went: ", as loop.i < 3".
 * @param {Shown} shown
 * @param {number | string | undefined} rule its number, or "Default"
 */
function ruleOf({ state }, rule) {
  if (rule === undefined) return "";
  if (typeof rule !== "number") return ", as no rule held";
  const words = state.ways?.filter(({ kind }) => kind === "choice")[rule]?.words;
  return words ? `, as ${words}` : `, by rule ${rule + 1}`;
}

/** @param {[string, string][]} facts */
function factList(facts) {
  const list = element("dl", "detail__facts");
  for (const [name, value] of facts) list.append(element("dt", "", name), element("dd", "", value));
  return list;
}

/** @param {import("./detail_words.js").Waiting} waiting */
function waitingBox(waiting) {
  const box = element("section", "detail__waiting");
  box.setAttribute("aria-label", "Why is it waiting?");
  box.append(element("h3", "", "Why is it waiting?"), element("p", "detail__why", whyWaiting(waiting, at)));
  const { action_id: id, last_look: last, next_look: next, deadline, display_status: said } = waiting;
  const facts = /** @type {[string, string | null | undefined][]} */ ([
    ["Provider says", said],
    ["Action", id],
    ["Last asked", last && at(last)],
    ["Asked again", waiting.kind !== "timer" ? next && at(next) : null],
    ["Gives up", deadline && absolute(new Date(deadline), zone())],
    ["Goes on by itself", willRecover(waiting)],
  ]);
  box.append(factList(/** @type {[string, string][]} */ (facts.filter(([, value]) => value))));
  return box;
}

/** @param {{kind: string, name: string, href: string}[]} links */
function linksOf(links) {
  if (!links.length) return [];
  const list = element("ul", "detail__links");
  for (const { kind, name, href } of links) {
    const item = element("li", "", `${kind}: `);
    const link = element("a", "", name);
    link.setAttribute("href", href);
    item.append(link);
    list.append(item);
  }
  return [element("h3", "", "It works on"), list];
}

/**
 * @param {Shown} shown
 * @param {any} told
 */
function input(shown, told) {
  const { details } = told.entries[0];
  const given = "input" in details ? [jsonBox("What the state was given", details.input, true)] : [];
  const before = told.before === null ? [muted(UNKNOWN)] : [jsonBox("The run's data before it", told.before, !given.length)];
  return [...given, ...before];
}

/**
 * @param {Shown} shown
 * @param {any} told
 */
function output({ visit }, told) {
  if (visit?.ended === null) return [muted("There is no output yet."), ...(told.before === null ? [] : [jsonBox("The run's data meanwhile", told.before, true)])];
  if (told.after === null) return [muted(UNKNOWN)];
  const path = told.result_path;
  const result = typeof path === "string" && path !== "$" ? valueAt(told.after, path) : undefined;
  const own = visit?.status === "succeeded" && result !== undefined ? [jsonBox(`What came of it, at ${path}`, result, true)] : [];
  return [...own, jsonBox("The run's data after it", told.after, !own.length)];
}

/**
 * @param {Shown} shown
 * @param {any} told
 */
function change({ visit }, told) {
  if (visit?.ended === null) return [muted("The state has not changed the run's data yet.")];
  return told.change ? changeView(told.change) : [muted(UNKNOWN)];
}

/**
 * @param {Shown} shown
 * @param {any} told
 */
function attempts(shown, told) {
  const table = /** @type {HTMLTableElement} */ (element("table", "table detail__attempts"));
  const head = element("tr", "");
  for (const title of ["Time", "What", "Said"]) {
    const cell = element("th", "", title);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  table.createTHead().append(head);
  table.createTBody().append(...told.entries.map(attemptRow));
  const frame = element("div", "table-frame");
  frame.append(table);
  return told.left_out ? [muted(`${words.count(told.left_out, "entry").replace("entrys", "entries")} between the first and these are left out.`), frame] : [frame];
}

/** @param {Entry} entry */
function attemptRow(entry) {
  const { what, message } = attemptOf(entry);
  const row = element("tr", "");
  const time = element("td", "tabular nowrap", at(entry.time));
  time.title = absolute(new Date(entry.time), zone());
  const named = element("td", "nowrap");
  named.append(icon(words.icon(entry.code)), ` ${what}`);
  row.append(time, named, element("td", "detail__said", message));
  return row;
}

/**
 * @param {Shown} shown
 * @param {any} told
 */
function raw(shown, told) {
  const text = element("pre", "code", JSON.stringify(told.entries, null, 2));
  text.tabIndex = 0;
  const bar = element("div", "about__bar");
  bar.append(copyButton(() => text.textContent ?? ""));
  return [bar, text];
}
