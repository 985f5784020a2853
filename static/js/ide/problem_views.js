// @ts-check
// Where problems show: marks in the texts, strips beside them, the list at the bottom; and the ways to and out of them.
import { toast } from "../site.js";
import { below, showChoices } from "../site/choices.js";
import { mountDrawer } from "./drawer.js";
import { mountOverview } from "./overview.js";
import { at, counted, diagnostics, following, onLine } from "./problems.js";
import { change, mark, showPlace } from "./text.js";

/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {import("./problems.js").DocumentName} DocumentName */
/**
 * isCurrent: whether the problems are of the present texts
 * @typedef {{
 *   views: Record<DocumentName, any>, shownName: () => DocumentName, showDocument: (name: DocumentName) => void,
 *   isCurrent: () => boolean, onExplain: (problem: Problem) => void,
 * }} Around
 */

const NAMES = /** @type {DocumentName[]} */ (["definition", "input_schema"]);

export class ProblemViews {
  /** @type {Problem[]} */
  problems = [];

  /**
   * @param {HTMLElement} root of the editor page
   * @param {Around} around
   */
  constructor(root, around) {
    this.around = around;
    this.part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.drawer = mountDrawer(this.part("[data-drawer]"), {
      onGo: (problem) => this.#goTo(problem),
      onFix: (problem) => this.#applyFix(problem, problem.fixes[0]),
      onExplain: around.onExplain,
    });
    this.overviews = {
      definition: mountOverview(this.part("[data-editor=definition]"), (problem) => this.#goTo(problem)),
      input_schema: mountOverview(this.part("[data-editor=input_schema]"), (problem) => this.#goTo(problem)),
    };
  }

  /** @param {{problems: Problem[], states: number}} answer of a check */
  show({ problems, states }) {
    const wereNone = !this.problems.length;
    this.problems = problems;
    this.drawer.show(problems, states);
    if (wereNone && !problems.length) return;
    for (const name of NAMES) this.#mark(name);
  }

  /** @param {DocumentName} name */
  #mark(name) {
    const view = this.around.views[name];
    const own = this.problems.filter((problem) => problem.document === name);
    mark(view, diagnostics(own, name, view.state.doc.length, (problem, fix) => this.#applyFix(problem, fix)));
    this.overviews[name].show(own, view.state.doc.lines);
    const grave = own.filter(({ severity }) => severity !== "hint");
    const count = this.part(`[data-count=${name}]`);
    count.textContent = grave.length ? String(grave.length) : "";
    count.title = grave.length ? counted(grave) : "";
  }

  /** @param {Problem} problem */
  #goTo(problem) {
    this.around.showDocument(problem.document);
    showPlace(this.around.views[problem.document], problem.from, { to: problem.to, focus: true });
  }

  /** @param {1 | -1} direction */
  step(direction) {
    const name = this.around.shownName();
    const problem = following(this.problems, name, this.around.views[name].state.selection.main.head, direction);
    if (!problem) return toast("No problems found.");
    this.#goTo(problem);
    this.part("[data-problem-counts]").textContent = `${counted(this.problems)}. ${problem.message}`;
  }

  /**
   * @param {Problem} problem
   * @param {import("./problems.js").Fix | undefined} fix
   */
  #applyFix(problem, fix) {
    if (!fix) return;
    if (!this.around.isCurrent()) return toast("The text has just changed; the fix is for an older one. Try again.", "warning");
    this.around.showDocument(problem.document);
    change(this.around.views[problem.document], fix.edits);
  }

  /** Offer the fixes of what is at the cursor, or else on its line. */
  chooseFix() {
    const name = this.around.shownName();
    const view = this.around.views[name];
    const position = view.state.selection.main.head;
    const narrow = at(this.problems, name, position).filter(({ fixes }) => fixes.length);
    const found = narrow.length ? narrow : onLine(this.problems, name, view.state.doc.lineAt(position).number);
    const choices = found.flatMap((problem) => problem.fixes.map((fix) => (
      { title: fix.title, apply: () => this.#applyFix(problem, fix) }
    )));
    const place = view.coordsAtPos(position);
    if (!choices.length || !place) return toast("There is no fix for what is at the cursor.", "info");
    showChoices("Fixes", choices, below(place));
  }
}
