// @ts-check
// From DOT to what is shown: laid out by the worker, or, where only words have changed, in the layout that is there.
// While flows come faster than they can be laid out and drawn, some of them are shown, and the last one always.
import { Newest } from "./newest.js";
import { relabelled } from "./relabelling.js";

// New words get a layout of their own in a pause, or after a while.
const PAUSE_MILLISECONDS = 300;
const MOST_MILLISECONDS = 1_000;

/** @typedef {import("./outline.js").State} State */
/** @typedef {{svg: string | null, reason: string}} Layout */
/** @typedef {{dot: string, states: State[], said: string, number: number}} Wanted said: the states as JSON */
/**
 * layOut: null when a newer question overtook it; complete: what may be given up for a newer picture
 * @typedef {{
 *   layOut: (dot: string) => Promise<Layout | null>, show: (svg: string, wanted: Wanted) => Promise<void>,
 *   complete: (states: State[], isWanted: () => boolean) => Promise<void>, trouble: (reason: string) => void,
 * }} Steps
 */

export class Pictures {
  /** @type {Wanted} */
  #wanted = { dot: "", states: [], said: "", number: 0 };
  /** The last one that was begun to be shown. */
  #begun = this.#wanted;
  #done = Promise.resolve(true);
  #latest = this.#done;
  /** @type {import("./relabelling.js").LaidOut | null} */
  #laidOut = null;
  #turns = new Newest();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #while;

  /** @param {Steps} steps */
  constructor(steps) {
    this.steps = steps;
  }

  /**
   * @param {string} dot
   * @param {State[]} states
   * @returns {Promise<boolean>} true: it is shown, or cannot be drawn; false: a newer one came before
   */
  draw(dot, states) {
    const said = JSON.stringify(states); // what shows beside the layout, such as ways out by Catch
    if (dot !== this.#wanted.dot || said !== this.#wanted.said) {
      this.#wanted = { dot, states, said, number: this.#wanted.number + 1 };
      this.#done = this.#draw(this.#wanted);
    }
    return this.#done;
  }

  /** @param {Wanted} wanted */
  #draw(wanted) {
    const svg = this.#laidOut && relabelled(this.#laidOut, wanted.dot);
    if (!svg) return this.#layOut(wanted);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#settle(), PAUSE_MILLISECONDS);
    this.#while ??= setTimeout(() => this.#settle(), MOST_MILLISECONDS);
    return this.#show(svg, wanted);
  }

  #settle() {
    this.#wait();
    if (this.#wanted.dot !== this.#laidOut?.dot) void this.#layOut(this.#wanted);
  }

  /** Wait for new words again. */
  #wait() {
    clearTimeout(this.#pause);
    clearTimeout(this.#while);
    this.#while = undefined;
  }

  /** @param {Wanted} wanted */
  async #layOut(wanted) {
    this.#wait();
    const layout = await this.steps.layOut(wanted.dot);
    if (!layout) return false;
    if (layout.svg === null) return this.#failed(layout.reason, wanted);
    // Meanwhile newer words may have come into the layout before this one.
    const newest = wanted.number < this.#begun.number ? this.#begun : wanted;
    const laidOut = { dot: wanted.dot, svg: layout.svg };
    const svg = relabelled(laidOut, newest.dot);
    if (svg === null) return false;
    this.#laidOut = laidOut;
    return this.#show(svg, newest);
  }

  /**
   * @param {string} reason
   * @param {Wanted} wanted
   */
  #failed(reason, wanted) {
    const isNewest = wanted === this.#wanted;
    if (isNewest) this.steps.trouble(`cannot be drawn: ${reason}`);
    return isNewest;
  }

  /**
   * @param {string} svg
   * @param {Wanted} wanted
   */
  #show(svg, wanted) {
    this.#begun = wanted;
    this.#latest = this.#shown(svg, wanted);
    return this.#latest;
  }

  /**
   * @param {string} svg
   * @param {Wanted} wanted
   * @returns {Promise<boolean>}
   */
  async #shown(svg, wanted) {
    const isWanted = () => this.#begun === wanted;
    const isShown = await this.#turns.turn(() => this.steps.show(svg, wanted).then(() => true));
    if (!isShown) return isWanted() ? this.#latest : false; // overtaken by the same in a layout of its own
    if (isWanted()) await this.steps.complete(wanted.states, isWanted);
    return isWanted();
  }
}
