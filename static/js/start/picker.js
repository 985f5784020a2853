// @ts-check
// A search box that knows names, in front of a text field that holds an id.
import { combobox } from "./combobox.js";

/** @typedef {import("./combobox.js").Choice} Choice */

const SOURCES = {
  endpoint: { address: "/compute/endpoints", key: "endpoints", words: "Search compute endpoints, or paste an id" },
  function: { address: "/compute/functions", key: "functions", words: "Search functions, or paste an id" },
  index: { address: "/search/indexes", key: "indexes", words: "Search indexes, or paste an id" },
  flow: { address: "/flows/search", key: "flows", words: "Search flows, or paste an id" },
  collection: { address: "/collections/search", key: "collections", words: "Search collections, or paste an id" },
  principal: { address: "/people/search", key: "principals", words: "Search people and groups" },
  principals: { address: "/people/search", key: "principals", words: "Add people and groups" },
};

/** @param {ParentNode} root */
export function mountPickers(root) {
  for (const found of root.querySelectorAll("[data-picker]")) {
    const control = /** @type {HTMLElement} */ (found);
    if (control.dataset.mounted) continue;
    control.dataset.mounted = "yes";
    mountPicker(control);
  }
}

/** @param {HTMLElement} control */
function mountPicker(control) {
  const source = SOURCES[/** @type {keyof typeof SOURCES} */ (control.dataset.picker)];
  const input = control.querySelector("input");
  if (!source || !input) return;
  const several = control.dataset.picker === "principals";
  combobox(input, {
    words: source.words,
    several,
    search: (words) => ask(`${source.address}?q=${encodeURIComponent(words)}`, source.key),
  });
}

/**
 * Ask the site for what it knows by that name.
 * @param {string} address
 * @param {string} key
 * @returns {Promise<Choice[]>}
 */
export async function ask(address, key) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (response.redirected || response.status === 401) throw new Error("You are signed out: sign in in another tab.");
  if (!response.ok) throw new Error(`The site answered ${response.status}.`);
  const found = await response.json();
  return (found[key] ?? []).map((/** @type {any} */ one) => ({
    id: one.id,
    name: one.display_name ?? one.name ?? one.id,
    remark: one.description ?? "",
    mayWrite: Boolean(one.may_write),
  }));
}
