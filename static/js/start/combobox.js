// @ts-check
// The combobox of the pickers (WAI-ARIA: editable combobox with a list). The text field stays: it is what is posted.

import { addChips, mountChips, nameChips, showChips } from "./chips.js";

/** @typedef {{id: string, name: string, remark?: string, mayWrite?: boolean}} Choice */
/** @typedef {{words: string, several?: boolean, search: (words: string) => Promise<Choice[]>, onChoice?: (choice: Choice | null) => void}} Options */

const PAUSE_MILLISECONDS = 180;
let count = 0;

/**
 * Put a search box before `input`. What is chosen there is written into it.
 * @param {HTMLInputElement} input
 * @param {Options} options
 */
export function combobox(input, options) {
  const box = document.createElement("div");
  box.className = "picker";
  const list = document.createElement("ul");
  list.className = "picker__list";
  list.id = `picker-${++count}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  const search = searchBox(input, list, options.words);
  const chosen = document.createElement("div");
  chosen.className = "picker__chosen";
  box.append(chosen, search, list);
  const hadFocus = input.autofocus || document.activeElement === input;
  input.before(box);
  const chips = options.several ? mountChips(chosen, input, search, () => changed(state)) : null;
  /** @type {State} */
  const state = { input, search, list, chosen, options, chips, choices: [], found: "", at: -1, asked: 0, timer: 0 };
  listen(state);
  show(state, null);
  if (hadFocus && !search.hidden) search.focus();
  if (input.value) name(state);
  return { refresh: () => { show(state, null); if (input.value) name(state); } };
}

/** @typedef {{input: HTMLInputElement, search: HTMLInputElement, list: HTMLElement, chosen: HTMLElement, options: Options, chips: import("./chips.js").Chips | null, choices: Choice[], found: string, at: number, asked: number, timer: number}} State */

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {string} words
 */
function searchBox(input, list, words) {
  const search = document.createElement("input");
  search.className = "input";
  search.type = "text";
  search.placeholder = words;
  search.autocomplete = "off";
  search.spellcheck = false;
  search.setAttribute("role", "combobox");
  search.setAttribute("aria-expanded", "false");
  search.setAttribute("aria-controls", list.id);
  search.setAttribute("aria-autocomplete", "list");
  search.setAttribute("aria-describedby", input.getAttribute("aria-describedby") ?? "");
  if (input.getAttribute("aria-invalid")) search.setAttribute("aria-invalid", "true");
  const label = input.labels?.[0];
  if (label) {
    search.id = `${input.id}-search`;
    label.htmlFor = search.id;
  } else search.setAttribute("aria-label", words);
  return search;
}

/** @param {State} state */
function listen(state) {
  const { search, list } = state;
  search.addEventListener("input", (event) => { event.stopPropagation(); later(state); });
  search.addEventListener("change", (event) => event.stopPropagation());
  search.addEventListener("click", () => later(state, 0));
  search.addEventListener("blur", () => leave(state));
  search.addEventListener("keydown", (event) => onKey(state, event));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = /** @type {Element} */ (event.target).closest("[data-at]");
    if (option) choose(state, state.choices[Number(option.getAttribute("data-at"))]);
  });
}

/**
 * @param {State} state
 * @param {number} [pause]
 */
function later(state, pause = PAUSE_MILLISECONDS) {
  clearTimeout(state.timer);
  state.timer = window.setTimeout(() => look(state), pause);
}

/** @param {State} state */
async function look(state) {
  const asked = ++state.asked;
  const words = state.search.value.trim();
  clearTimeout(state.timer);
  try {
    const choices = await state.options.search(words);
    if (asked !== state.asked || document.activeElement !== state.search) return;
    state.found = words;
    open(state, choices);
  } catch (error) {
    if (asked === state.asked) say(state, `The list could not be read. ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * @param {State} state
 * @param {Choice[]} choices
 */
function open(state, choices) {
  state.choices = choices;
  state.at = choices.length && state.search.value ? 0 : -1;
  if (!choices.length) return say(state, "Nothing has that name. You may paste an id.");
  state.list.replaceChildren(...choices.map((choice, at) => option(state, choice, at)));
  expand(state, true);
  mark(state);
}

/**
 * @param {State} state
 * @param {Choice} choice
 * @param {number} at
 */
function option(state, choice, at) {
  const item = document.createElement("li");
  item.className = "picker__option";
  item.id = `${state.list.id}-${at}`;
  item.setAttribute("role", "option");
  item.dataset.at = String(at);
  const remark = document.createElement("small");
  remark.textContent = [choice.remark, choice.id].filter(Boolean).join(" · ");
  item.append(choice.name, remark);
  return item;
}

/**
 * @param {State} state
 * @param {string} words
 */
function say(state, words) {
  const item = document.createElement("li");
  item.className = "picker__none";
  item.textContent = words;
  state.choices = [];
  state.list.replaceChildren(item);
  expand(state, true);
}

/**
 * @param {State} state
 * @param {boolean} isOpen
 */
function expand(state, isOpen) {
  state.list.hidden = !isOpen;
  state.search.setAttribute("aria-expanded", String(isOpen));
}

/** @param {State} state */
function mark(state) {
  for (const [at, item] of [...state.list.children].entries()) {
    item.setAttribute("aria-selected", String(at === state.at));
    if (at === state.at) item.scrollIntoView({ block: "nearest" });
  }
  state.search.setAttribute("aria-activedescendant", state.at < 0 ? "" : `${state.list.id}-${state.at}`);
}

/**
 * @param {State} state
 * @param {KeyboardEvent} event
 */
function onKey(state, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (state.list.hidden) return later(state, 0);
    state.at = Math.max(0, Math.min(state.choices.length - 1, state.at + step));
    return mark(state);
  }
  if (event.key === "Escape") return escape(state, event);
  if (event.key !== "Enter") return;
  if (event.ctrlKey || event.metaKey) return takeTyped(state);
  event.preventDefault();
  void enter(state);
}

/** The list may still be that of other words: whoever is quicker than it means what they have typed. @param {State} state */
async function enter(state) {
  const typed = state.search.value.trim();
  if (typed && typed !== state.found) await look(state);
  if (typed !== state.search.value.trim()) return;
  if (!state.list.hidden && state.choices[state.at]) choose(state, state.choices[state.at]);
  else takeTyped(state);
}

/** First the list goes, then the words. @param {State} state @param {KeyboardEvent} event */
function escape(state, event) {
  event.stopPropagation();
  if (state.list.hidden) state.search.value = "";
  expand(state, false);
}

/** What was typed is there before the press that took the focus is heard. @param {State} state */
function leave(state) {
  if (document.activeElement === state.search) return; // only the window was left
  expand(state, false);
  takeTyped(state);
}

/** What was typed counts, known or not: the server says what it thinks of it. @param {State} state */
function takeTyped(state) {
  const typed = state.search.value.trim();
  if (typed) choose(state, state.choices.find(({ id, name }) => id === typed || name === typed) ?? { id: typed, name: "" });
}

/**
 * @param {State} state
 * @param {Choice | null} choice
 */
function choose(state, choice) {
  const { input, chips, options } = state;
  if (chips && choice) addChips(chips, choice.id, choice.name);
  else input.value = choice?.id ?? "";
  state.search.value = "";
  expand(state, false);
  show(state, choice);
  if (choice && !choice.name) name(state);
  options.onChoice?.(choice);
  changed(state);
  if (!choice) state.search.focus();
}

/** @param {State} state */
function changed(state) {
  state.input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Show what is chosen, or the search box. @param {State} state @param {Choice | null} choice */
function show(state, choice) {
  const { input, search, chosen, chips } = state;
  if (chips) return showChips(chips);
  const hasOne = Boolean(input.value);
  input.type = "hidden";
  chosen.hidden = !hasOne;
  search.hidden = hasOne;
  if (!hasOne) return;
  const title = document.createElement("span");
  title.className = "picker__name";
  title.textContent = choice?.name ?? "";
  const id = document.createElement("span");
  id.className = "picker__id mono";
  id.textContent = input.value;
  chosen.replaceChildren(title, id, changeButton(state));
}

/** @param {State} state */
function changeButton(state) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small button--quiet";
  button.textContent = "Change";
  button.addEventListener("click", () => choose(state, null));
  return button;
}

/** Find the name of an id that is already there. @param {State} state */
async function name(state) {
  const id = state.input.value;
  if (state.chips) return nameChips(state.chips, state.options.search);
  const found = await state.options.search(id).catch(() => []);
  const choice = found.find((one) => one.id === id);
  if (choice && state.input.value === id) { show(state, choice); state.options.onChoice?.(choice); }
}
