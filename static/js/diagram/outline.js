// @ts-check
// The same flow as a nested list, for those who do not see the drawing.

/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {{index: number, name: string, type: string, provider?: string | null}} State */

/**
 * Fill `list` with one button for each state, and below it where it leads.
 * @param {HTMLElement} list
 * @param {State[]} states
 * @param {Edge[]} edges
 * @param {Record<number, string>} statuses
 */
export function writeOutline(list, states, edges, statuses) {
  const names = new Map(states.map(({ index, name }) => [index, name]));
  list.replaceChildren(...states.map((state) => {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.state = String(state.index);
    button.textContent = described(state, statuses[state.index]);
    return item(button, nextList(state, edges, names));
  }));
}

/**
 * A state in words: "Copy, Action, transfer, succeeded".
 * @param {State} state
 * @param {string | undefined} status
 */
export function described(state, status) {
  return [state.name, state.type, state.provider, status?.replace("-", " ")].filter(Boolean).join(", ");
}

/**
 * @param {State} state
 * @param {Edge[]} edges
 * @param {Map<number, string>} names
 */
function nextList(state, edges, names) {
  const list = document.createElement("ul");
  for (const { from, to, kind } of edges) {
    if (from === state.index) list.append(item(`${kind}: ${names.get(to) ?? "the end"}`));
  }
  return list.childElementCount ? list : "";
}

/** @param {(Node | string)[]} parts */
function item(...parts) {
  const element = document.createElement("li");
  element.append(...parts);
  return element;
}
