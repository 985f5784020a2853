// @ts-check
// What is looked at, in the address of the page: so that a link leads to the same place. Pure.

/**
 * @typedef {object} Selection
 * @property {string | null} state
 * @property {number | null} event   an entry of the log, or the one with which a visit began
 * @property {string} tab            of the detail: summary, input, output, change, attempts, raw
 * @property {string} view           timeline, diagram, events
 * @property {number | null} at      the moment that is looked at, as the number of its last event; null: now
 */

const TABS = ["summary", "input", "output", "change", "attempts", "raw"];
export const VIEWS = ["timeline", "diagram", "events"];

/**
 * @param {string} search of an address
 * @returns {Selection}
 */
export function selectionIn(search) {
  const given = new URLSearchParams(search);
  return {
    state: given.get("state") || null,
    event: number(given.get("event")),
    tab: oneOf(TABS, given.get("tab")),
    view: oneOf(VIEWS, given.get("view")),
    at: number(given.get("at")),
  };
}

/**
 * The address of what is looked at; what is as usual is left out.
 * @param {string} href
 * @param {Selection} selection
 */
export function addressOf(href, { state, event, tab, view, at }) {
  const address = new URL(href);
  const told = { state, event, tab: tab === TABS[0] ? null : tab, view: view === VIEWS[0] ? null : view, at };
  for (const [name, value] of Object.entries(told)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  }
  return address.href;
}

/** @param {string | null} text */
function number(text) {
  return text && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

/**
 * @param {string[]} known
 * @param {string | null} asked
 */
function oneOf(known, asked) {
  return asked && known.includes(asked) ? asked : known[0];
}
