// @ts-check
// The list of problems at the bottom.
import { iconOf } from "../diagram/frame.js";
import { counted, stateOf } from "./problems.js";

/** @typedef {import("./problems.js").Problem} Problem */

/**
 * @param {HTMLElement} element
 * @param {{onGo: (problem: Problem) => void, onFix: (problem: Problem) => void, onExplain: (problem: Problem) => void}} options
 */
export function mountDrawer(element, { onGo, onFix, onExplain }) {
  return new Drawer(element, onGo, onFix, onExplain);
}

class Drawer {
  /** @type {Problem[]} */
  #problems = [];
  #shown = "";

  /**
   * @param {HTMLElement} element
   * @param {(problem: Problem) => void} onGo
   * @param {(problem: Problem) => void} onFix
   * @param {(problem: Problem) => void} onExplain
   */
  constructor(element, onGo, onFix, onExplain) {
    this.onExplain = onExplain;
    this.onGo = onGo;
    this.onFix = onFix;
    this.toggleButton = part(element, "[data-drawer-toggle]");
    this.body = part(element, "[data-drawer-body]");
    this.counts = part(element, "[data-problem-counts]");
    this.states = part(element, "[data-state-count]");
    this.rows = part(element, "[data-problem-rows]");
    this.none = part(element, "[data-no-problems]");
    this.toggleButton.addEventListener("click", () => this.open(Boolean(this.body.hidden)));
    this.rows.addEventListener("click", (event) => this.#click(event));
    this.rows.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.body.hidden = !isOpen;
    this.toggleButton.setAttribute("aria-expanded", String(isOpen));
  }

  /**
   * @param {Problem[]} problems
   * @param {number} states
   */
  show(problems, states) {
    this.counts.textContent = counted(problems);
    this.counts.dataset.worst = problems.some(({ severity }) => severity === "error") ? "error" : problems[0]?.severity ?? "";
    this.states.textContent = states ? `${states} ${states === 1 ? "state" : "states"}` : "";
    this.none.hidden = problems.length > 0;
    const key = JSON.stringify(problems);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#problems = problems;
    const focused = this.#focusedRow();
    this.rows.replaceChildren(...problems.map(row));
    if (focused >= 0 && !problems.length) this.toggleButton.focus();
    else if (focused >= 0) this.#focus(Math.min(focused, problems.length - 1));
  }

  /** @param {string} words */
  trouble(words) {
    this.counts.textContent = words;
    this.counts.dataset.worst = "warning";
  }

  #focusedRow() {
    return [...this.rows.children].findIndex((row) => row.contains(document.activeElement));
  }

  /** @param {number} index */
  #focus(index) {
    const rows = /** @type {HTMLElement[]} */ ([...this.rows.children]);
    for (const row of rows) row.tabIndex = -1;
    const row = rows[index];
    if (!row) return;
    row.tabIndex = 0;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  /** @param {Event} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const problem = this.#problems[[...this.rows.children].findIndex((row) => row.contains(target))];
    if (!problem) return;
    if (target.closest("[data-explain]")) this.onExplain(problem);
    else if (target.closest("button")) this.onFix(problem);
    else this.onGo(problem);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const index = this.#focusedRow();
    const problem = this.#problems[index];
    if (!problem || event.target instanceof HTMLButtonElement) return;
    const act = {
      ArrowDown: () => this.#focus(Math.min(index + 1, this.#problems.length - 1)),
      ArrowUp: () => this.#focus(Math.max(index - 1, 0)),
      Enter: () => (problem.fixes.length ? this.onFix(problem) : this.onGo(problem)),
      " ": () => this.onGo(problem),
      "?": () => this.onExplain(problem),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/**
 * @param {ParentNode} element
 * @param {string} selector
 */
function part(element, selector) {
  return /** @type {HTMLElement} */ (element.querySelector(selector));
}

/**
 * @param {Problem} problem
 * @param {number} index
 */
function row(problem, index) {
  const row = document.createElement("tr");
  row.className = "problem";
  row.tabIndex = index === 0 ? 0 : -1;
  const where = problem.document === "input_schema" ? "input schema" : stateOf(problem);
  row.append(
    cell("problem__severity", severity(problem)),
    cell("problem__message", problem.message),
    cell("problem__state", where),
    cell("problem__line", `${problem.line}:${problem.column}`),
    cell("problem__fix", ...(problem.fixes.length ? [fixButton(problem)] : [])),
    cell("problem__why", whyButton(problem)),
  );
  return row;
}

/**
 * @param {string} name
 * @param {...(Node | string)} content
 */
function cell(name, ...content) {
  const cell = document.createElement("td");
  cell.className = name;
  cell.append(...content);
  return cell;
}

/** @param {Problem} problem */
function severity(problem) {
  const mark = document.createElement("span");
  mark.className = `severity severity--${problem.severity}`;
  const word = document.createElement("span");
  word.className = "visually-hidden";
  word.textContent = problem.severity;
  mark.append(iconOf(problem.severity), word);
  return mark;
}

/** @param {Problem} problem */
function fixButton(problem) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.tabIndex = -1;
  button.textContent = problem.fixes[0].title;
  return button;
}

/** @param {Problem} problem */
function whyButton({ code }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet button--small";
  button.tabIndex = -1;
  button.dataset.explain = code;
  button.textContent = "Why?";
  return button;
}
