// @ts-check
// The head of a run's page: the answer first, then status, duration, and what can be done now.
import { duration } from "../time.js";
import { statusPill, statusWord } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

const ENDED = new Set(["SUCCEEDED", "FAILED"]);

export class Head {
  #status = "";
  #title = document.title;

  /** @param {(name: string) => HTMLElement} part */
  constructor(part) {
    this.part = part;
  }

  /**
   * @param {Record<string, any>} run
   * @param {Timeline} timeline
   */
  show(run, timeline) {
    const status = words.status(run);
    const current = timeline.endedAt === null ? timeline.current : null;
    write(this.part("answer"), words.answer(run, current, this.elapsed(run, timeline)));
    this.tick(run, timeline);
    if (status === this.#status) return;
    this.#status = status;
    this.part("status").replaceChildren(statusPill(status));
    this.part("answer").dataset.status = status;
    document.title = `${statusWord(status)}: ${this.#title}`;
    showFavicon(status);
    this.#allow(run);
  }

  /**
   * The clock of a run that goes on.
   * @param {Record<string, any>} run
   * @param {Timeline} timeline
   */
  tick(run, timeline) {
    write(this.part("duration"), this.elapsed(run, timeline));
  }

  /**
   * @param {Record<string, any>} run
   * @param {Timeline} timeline
   */
  elapsed(run, timeline) {
    const from = timeline.startedAt ?? Date.parse(run.start_time);
    return duration((timeline.endedAt ?? Date.now()) - from);
  }

  /** @param {Record<string, any>} run */
  #allow(run) {
    const cancel = document.querySelector("[data-action=cancel] button");
    if (cancel && ENDED.has(run.status)) Object.assign(cancel, { disabled: true, title: "The run has ended." });
    const resume = document.querySelector("[data-action=resume]");
    resume?.toggleAttribute("hidden", run.status !== "INACTIVE");
    document.querySelector("[data-action=retry]")?.toggleAttribute("hidden", run.status !== "FAILED");
  }
}

/**
 * @param {HTMLElement} target
 * @param {string} text
 */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const COLOURS = { running: "#0969da", "needs-you": "#8250df", succeeded: "#1a7f37", failed: "#cf222e", cancelled: "#57606a" };
const SIGNS = { running: "M5 4v8l7-4z", "needs-you": "M8 3v6M8 11.5v1", succeeded: "m4.5 8.5 2.5 2.5 4.5-5.5", failed: "m5 5 6 6m0-6-6 6", cancelled: "M4.5 8h7" };

/** @param {string} status */
function showFavicon(status) {
  const colour = COLOURS[/** @type {keyof typeof COLOURS} */ (status)];
  const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (status)];
  if (!colour) return;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${colour}"/><path d="${sign}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  document.querySelector("[data-favicon]")?.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(svg)}`);
}
