// @ts-check
// The same flow as a nested list, for those who do not see the drawing.
import { inSlices } from "./chunks.js";

/** @typedef {{to: number, kind: string, words: string}} Way to -1: the end */
/** What an item of the list says, so that one that would say the same is left as it is. @type {WeakMap<Element, string>} */
const written = new WeakMap();

/** @typedef {{index: number, name: string, type: string, provider?: string | null, ways?: Way[]}} State */

/**
 * Make `list` hold one button for each state, and below it where it leads.
 * @param {HTMLElement} list
 * @param {State[]} states
 * @param {() => boolean} isWanted
 */
export async function writeOutline(list, states, isWanted) {
  const names = new Map(states.map(({ index, name }) => [index, name]));
  const said = (/** @type {State} */ state) => JSON.stringify([state, (state.ways ?? []).map(({ to }) => names.get(to))]);
  const isWhole = await inSlices(states.entries(), ([at, state]) => {
    const words = said(state);
    const old = list.children[at];
    if (old && written.get(old) === words) return;
    const fresh = item(buttonOf(state), nextList(state, names));
    written.set(fresh, words);
    if (old) old.replaceWith(fresh);
    else list.append(fresh);
  }, isWanted);
  while (isWhole && list.children.length > states.length) list.lastElementChild?.remove();
}

/**
 * Say in the list how the states stand.
 * @param {HTMLElement} list
 * @param {State[]} states
 * @param {Record<number, string>} statuses
 */
export function markOutline(list, states, statuses) {
  const byIndex = new Map(states.map((state) => [String(state.index), state]));
  for (const button of list.querySelectorAll("button")) {
    const state = byIndex.get(button.dataset.state ?? "");
    const words = state ? described(state, statuses[state.index]) : "";
    if (state && button.textContent !== words) button.textContent = words;
  }
}

/**
 * A state in words: "Copy, Action, transfer, succeeded".
 * @param {State} state
 * @param {string | undefined} status
 */
export function described(state, status) {
  return [state.name, state.type, state.provider, status?.replace("-", " ")].filter(Boolean).join(", ");
}

/** @param {State} state */
function buttonOf(state) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.state = String(state.index);
  button.textContent = described(state, undefined);
  return button;
}

/**
 * @param {State} state
 * @param {Map<number, string>} names
 */
function nextList(state, names) {
  const list = document.createElement("ul");
  for (const { to, kind, words } of state.ways ?? []) {
    list.append(item(`${words || (kind === "end" ? "then" : kind)}: ${names.get(to) ?? "the end"}`));
  }
  return list.childElementCount ? list : "";
}

/** @param {(Node | string)[]} parts */
function item(...parts) {
  const element = document.createElement("li");
  element.append(...parts);
  return element;
}
