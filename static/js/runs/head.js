// @ts-check
// The head of a run's page: the answer first, then status, duration, what is usual, and what can be done now.
import { duration } from "../time.js";
import { statusPill, statusWord } from "./elements.js";
import { current } from "./timeline.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Summary} Summary */
/** @typedef {{median: number, p90: number} | null} Usual milliseconds */

const ENDED = new Set(["SUCCEEDED", "FAILED"]);

export class Head {
  #status = "";
  #called = "";
  #title = document.title;

  /** @param {(name: string) => HTMLElement} part */
  constructor(part) {
    this.part = part;
    this.#called = this.part("called").textContent ?? "";
  }

  /**
   * @param {Record<string, any>} run
   * @param {Summary} summary
   * @param {Usual} usual
   */
  show(run, summary, usual) {
    const status = statusOf(run, summary);
    write(this.part("answer"), words.answer(run, current(summary)?.state ?? null, duration(elapsed(run, summary))));
    this.tick(run, summary, usual);
    this.#name(run);
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
   * @param {Summary} summary
   * @param {Usual} usual
   */
  tick(run, summary, usual) {
    const spent = elapsed(run, summary);
    write(this.part("duration"), duration(spent));
    this.part("usually").hidden = usual === null;
    if (!usual) return;
    write(this.part("usual"), words.usually(usual, summary.ended === null ? spent : null));
    this.part("usual").classList.toggle("is-late", summary.ended === null && spent > usual.p90);
  }

  /** Somebody may have given the run another label or other tags. @param {Record<string, any>} run */
  #name(run) {
    const called = run.label ?? run.flow_title;
    if (called !== this.#called) {
      this.#title = this.#title.replace(this.#called, () => called); // "$&" in a label is itself
      write(this.part("called"), called);
      document.title = `${statusWord(this.#status)}: ${this.#title}`;
      this.#called = called;
    }
    const tags = this.part("tags");
    if (tags.textContent === run.tags.join("")) return;
    tags.replaceChildren(...run.tags.map(badge));
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
 * How the run stands: one that is at it may wait all the same.
 * @param {Record<string, any>} run
 * @param {Summary} summary
 */
function statusOf(run, summary) {
  const status = words.status(run);
  return status === "running" && current(summary)?.status === "waiting" ? "waiting" : status;
}

/** @param {string} tag */
function badge(tag) {
  const made = document.createElement("span");
  made.className = "badge";
  made.textContent = tag;
  return made;
}

/**
 * @param {Record<string, any>} run
 * @param {Summary} summary
 */
function elapsed(run, { started, ended }) {
  return (ended ?? Date.now()) - (started ?? Date.parse(run.start_time));
}

/**
 * @param {HTMLElement} target
 * @param {string} text
 */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const COLOURS = { running: "#0969da", waiting: "#9a6700", "needs-you": "#8250df", succeeded: "#1a7f37", failed: "#cf222e", cancelled: "#57606a" };
const SIGNS = { running: "M5 4v8l7-4z", waiting: "M8 4v4l3 2", "needs-you": "M8 3v6M8 11.5v1", succeeded: "m4.5 8.5 2.5 2.5 4.5-5.5", failed: "m5 5 6 6m0-6-6 6", cancelled: "M4.5 8h7" };

/** @param {string} status */
function showFavicon(status) {
  const colour = COLOURS[/** @type {keyof typeof COLOURS} */ (status)];
  const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (status)];
  if (!colour) return;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${colour}"/><path d="${sign}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  document.querySelector("[data-favicon]")?.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(svg)}`);
}
