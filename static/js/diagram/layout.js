// @ts-check
// Asks the worker for layouts. Only the newest question matters; one that takes too long is given up.

const LIMIT_MILLISECONDS = 10_000;

/** @typedef {{svg: string | null, reason: string}} Layout */

/** One worker shared by the diagrams of a page, made at the first layout. */
export class Layouts {
  /** @type {Worker | null} */
  #worker = null;
  #number = 0;
  /** @type {{number: number, dot: string, done: (layout: Layout | null) => void} | null} */
  #running = null;
  /** @type {{dot: string, done: (layout: Layout | null) => void} | null} */
  #waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #limit;

  /**
   * The layout of `dot`; null when a newer question overtook it.
   * @param {string} dot
   * @returns {Promise<Layout | null>}
   */
  of(dot) {
    return new Promise((done) => {
      this.#waiting?.done(null);
      this.#waiting = { dot, done };
      if (!this.#running) this.#next();
    });
  }

  #next() {
    const next = this.#waiting;
    if (!next) return;
    this.#waiting = null;
    this.#running = { ...next, number: ++this.#number };
    this.#started().postMessage({ number: this.#running.number, dot: next.dot });
    this.#limit = setTimeout(() => this.#giveUp("the layout takes too long"), LIMIT_MILLISECONDS);
  }

  #started() {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answer(data));
    worker.addEventListener("error", () => this.#giveUp("the layout could not be computed"));
    this.#worker = worker;
    return worker;
  }

  /** @param {Layout & {number: number}} answer */
  #answer({ number, svg, reason }) {
    if (number !== this.#running?.number) return;
    this.#finish({ svg, reason });
  }

  /** @param {string} reason */
  #giveUp(reason) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#finish({ svg: null, reason });
  }

  /** @param {Layout | null} layout */
  #finish(layout) {
    clearTimeout(this.#limit);
    const running = this.#running;
    this.#running = null;
    running?.done(layout);
    this.#next();
  }
}
