// @ts-check
// What was typed since the server was asked: the places in its answer have moved with the text.

/** @typedef {import("./problems.js").DocumentName} DocumentName */
/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {{mapPos: (position: number, side?: number) => number}} Changes as CodeMirror tells them */
/** @typedef {{lineAt: (position: number) => {number: number, from: number}, length: number}} Text */

export class Since {
  /** @type {{version: number, name: DocumentName, changes: Changes}[]} */
  #steps = [];

  /**
   * @param {number} version of the texts after these changes
   * @param {DocumentName} name
   * @param {Changes} changes
   */
  note(version, name, changes) {
    this.#steps.push({ version, name, changes });
  }

  /**
   * The problems of an older version, where they are in the texts of now. What led up to it is forgotten: answers
   * come in order.
   * @param {Problem[]} problems
   * @param {number} version
   * @param {Record<DocumentName, Text>} texts
   */
  moved(problems, version, texts) {
    this.#steps = this.#steps.filter((step) => step.version > version);
    return this.#steps.length ? problems.map((problem) => this.#moved(problem, texts[problem.document])) : problems;
  }

  /**
   * @param {Problem} problem
   * @param {Text} text
   * @returns {Problem}
   */
  #moved(problem, text) {
    const steps = this.#steps.filter(({ name }) => name === problem.document);
    const from = steps.reduce((at, { changes }) => changes.mapPos(at, 1), problem.from);
    const to = steps.reduce((at, { changes }) => changes.mapPos(at, -1), problem.to);
    const line = text.lineAt(Math.min(from, text.length));
    return { ...problem, from, to: Math.max(from, to), line: line.number, column: from - line.from + 1 };
  }
}
