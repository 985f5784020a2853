// @ts-check
// Several that are chosen, as chips before the search box: each has a name and a button that takes it away again.

/** @typedef {{place: HTMLElement, input: HTMLInputElement, search: HTMLInputElement, said: HTMLElement, names: Map<string, string>, changed: () => void}} Chips */

const PARTED = /[,;\n]+|\s+(?=urn:)/;
const MOST_NAMED = 50;

/** What the text field holds, each once. @param {string} text @returns {string[]} */
export function parted(text) {
  return [...new Set(text.split(PARTED).map((one) => one.trim()).filter(Boolean))];
}

/** @param {HTMLElement} place @param {HTMLInputElement} input @param {HTMLInputElement} search @param {() => void} changed @returns {Chips} */
export function mountChips(place, input, search, changed) {
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  search.before(said);
  const chips = { place, input, search, said, names: new Map(), changed };
  place.className = "picker__chips";
  place.setAttribute("role", "list");
  place.setAttribute("aria-label", "Chosen people and groups");
  place.addEventListener("keydown", (event) => onKey(chips, event));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !search.value) buttons(chips).at(-1)?.focus();
  });
  input.type = "hidden";
  return chips;
}

/** @param {Chips} chips @param {string} text @param {string} [name] */
export function addChips(chips, text, name) {
  const before = parted(chips.input.value);
  const fresh = parted(text).filter((one) => !before.includes(one));
  if (name) chips.names.set(text, name);
  chips.input.value = [...before, ...fresh].join(", ");
  showChips(chips);
  chips.said.textContent = fresh.length ? `${fresh.map((one) => nameOf(chips, one)).join(", ")} added.` : "";
}

/** @param {Chips} chips */
export function showChips(chips) {
  const chosen = parted(chips.input.value);
  chips.place.hidden = !chosen.length;
  chips.place.replaceChildren(...chosen.map((one) => chip(chips, one)));
}

/** @param {Chips} chips @param {string} one */
function chip(chips, one) {
  const item = document.createElement("span");
  item.className = "picker__chip";
  item.setAttribute("role", "listitem");
  item.title = one;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "picker__remove";
  button.textContent = "×";
  button.setAttribute("aria-label", `Remove ${nameOf(chips, one)}`);
  button.addEventListener("click", () => remove(chips, one));
  item.append(nameOf(chips, one), button);
  return item;
}

/** @param {Chips} chips @param {string} one */
function nameOf(chips, one) {
  return chips.names.get(one) ?? one;
}

/** @param {Chips} chips */
function buttons(chips) {
  return /** @type {HTMLButtonElement[]} */ ([...chips.place.querySelectorAll("button")]);
}

/** The focus stays near: on the next chip, or in the search box. @param {Chips} chips @param {string} one */
function remove(chips, one) {
  const chosen = parted(chips.input.value);
  const at = chosen.indexOf(one);
  chips.input.value = chosen.filter((each) => each !== one).join(", ");
  showChips(chips);
  chips.said.textContent = `${nameOf(chips, one)} removed.`;
  (buttons(chips)[at] ?? buttons(chips).at(-1) ?? chips.search).focus();
  chips.changed();
}

/** @param {Chips} chips @param {KeyboardEvent} event */
function onKey(chips, event) {
  const all = buttons(chips);
  const at = all.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (at < 0 || !(step || ["Delete", "Backspace"].includes(event.key))) return;
  event.preventDefault();
  if (step) (all[at + step] ?? (step > 0 ? chips.search : all[at])).focus();
  else all[at].click();
}

/** Names instead of ids, for those that were there before. @param {Chips} chips @param {(words: string) => Promise<{id: string, name: string}[]>} search */
export async function nameChips(chips, search) {
  const unknown = parted(chips.input.value).filter((one) => one.startsWith("urn:") && !chips.names.has(one));
  const found = await Promise.all(unknown.slice(0, MOST_NAMED).map((one) => search(one).catch(() => [])));
  for (const { id, name } of found.flat()) chips.names.set(id, name);
  if (found.flat().length && !chips.place.contains(document.activeElement)) showChips(chips);
}
