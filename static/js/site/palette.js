// @ts-check
// Ctrl-K: everything that can be done or gone to, by its name. Pages add what they can do with addCommand.
import { commands as keyed, addShortcut } from "./shortcuts.js";

/** @typedef {{title: string, remark: string, run: () => void}} Command */

const PAUSE_MILLISECONDS = 150;
const MOST = 60;
/** @type {Command[]} */
const added = [];

/**
 * @param {string} title
 * @param {() => void} run
 */
export function addCommand(title, run) {
  added.push({ title, remark: "", run });
}

/** Listen to Ctrl-K, and to the button in the bar. */
export function mountPalette() {
  addShortcut("Ctrl K", "Find anything: pages, flows, runs, actions");
  document.addEventListener("keydown", (event) => {
    const isAsked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (!isAsked || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    new Palette().open();
  }, { capture: true });
}

/** What is on every page: its parts, by the links that lead there. */
function pages() {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".topbar__nav a[href], .topbar .menu__panel a.menu__item[href]"));
  const found = new Map([...links].map((link) => [link.href, (link.textContent ?? "").trim()]));
  const own = [...found].map(([address, name]) => to(name, "page", address));
  return [...own, to("New flow", "page", "/flows/new"), to("Scratch editor", "page", "/ide/")];
}

function switches() {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-theme-toggle], [data-zone-toggle], [data-keys-toggle]"));
  return [...buttons].map((button) => ({
    title: button.title || (button.textContent ?? "").trim().replace(/\s+/g, " "), remark: "setting", run: () => button.click(),
  }));
}

/**
 * @param {string} title
 * @param {string} remark
 * @param {string} address
 * @returns {Command}
 */
function to(title, remark, address) {
  return { title, remark, run: () => location.assign(address) };
}

/**
 * The commands whose names hold every word that was typed; names that begin with it first.
 * @param {Command[]} commands
 * @param {string} typed
 */
export function matching(commands, typed) {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const later = (/** @type {Command} */ { title }) => Number(!title.toLowerCase().startsWith(words[0] ?? ""));
  return words.length ? found.sort((a, b) => later(a) - later(b)) : found;
}

class Palette {
  /** @type {Command[]} */
  #known = [...added.toReversed(), ...keyed(), ...pages(), ...switches()];
  /** @type {Command[]} */
  #found = [];
  /** @type {Command[]} */
  #shown = [];
  #at = 0;
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    this.before = document.activeElement;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "dialog palette";
    this.dialog.setAttribute("aria-label", "Find anything");
    this.field = field();
    this.list = document.createElement("div");
    this.list.className = "palette__list";
    this.list.id = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Found");
    this.count = document.createElement("p");
    this.count.className = "visually-hidden";
    this.count.setAttribute("role", "status");
    this.dialog.append(this.field, this.list, this.count);
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => this.#click(event));
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.field.focus();
    this.#show();
  }

  #typed() {
    this.#at = 0;
    this.#found = [];
    this.#show();
    clearTimeout(this.#timer);
    if (this.field.value.trim()) this.#timer = setTimeout(() => this.#ask(), PAUSE_MILLISECONDS);
  }

  async #ask() {
    const asked = (this.#asked += 1);
    const words = this.field.value;
    const response = await fetch(`/find?q=${encodeURIComponent(words)}`).catch(() => null);
    const places = response?.ok ? (await response.json()).places : [];
    if (asked !== this.#asked || words !== this.field.value) return;
    this.#found = places.map((/** @type {{title: string, kind: string, address: string}} */ one) => to(one.title, one.kind, one.address));
    this.#show();
  }

  #show() {
    this.#shown = [...matching(this.#known, this.field.value), ...this.#found].slice(0, MOST);
    this.#at = Math.min(this.#at, Math.max(0, this.#shown.length - 1));
    this.list.replaceChildren(...this.#shown.map((command, index) => row(command, index, index === this.#at)));
    this.field.setAttribute("aria-activedescendant", this.#shown.length ? `palette-${this.#at}` : "");
    this.count.textContent = this.#shown.length ? `${this.#shown.length} found` : "Nothing has such a name.";
    this.count.classList.toggle("visually-hidden", this.#shown.length > 0);
    this.list.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") return this.#run(this.#shown[this.#at]);
    this.#at = (this.#at + (by ?? 0) + this.#shown.length) % Math.max(1, this.#shown.length);
    this.#show();
  }

  /** @param {Event} event */
  #click(event) {
    const chosen = /** @type {Element} */ (event.target).closest("[role=option]");
    if (chosen) this.#run(this.#shown[[...this.list.children].indexOf(chosen)]);
  }

  /** @param {Command | undefined} command */
  #run(command) {
    if (!command) return;
    this.dialog.close();
    if (this.before instanceof HTMLElement) this.before.focus();
    command.run();
  }
}

function field() {
  const field = document.createElement("input");
  field.className = "input";
  field.placeholder = "Find a page, flow, run or action";
  field.autocomplete = "off";
  field.spellcheck = false;
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-controls", "palette-list"], ["aria-label", "Find anything"], ["aria-autocomplete", "list"]]) {
    field.setAttribute(name, value);
  }
  return field;
}

/**
 * @param {Command} command
 * @param {number} index
 * @param {boolean} isChosen
 */
function row({ title, remark }, index, isChosen) {
  const row = document.createElement("div");
  row.className = "palette__row";
  row.id = `palette-${index}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", String(isChosen));
  const name = document.createElement("span");
  name.textContent = title;
  const note = document.createElement("span");
  note.className = "muted";
  note.textContent = remark;
  row.append(name, note);
  return row;
}
