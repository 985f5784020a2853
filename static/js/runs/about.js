// @ts-check
// What is known of the chosen state: how it went, what it was given, what came of it.
import { duration } from "../time.js";
import { element, jsonBox, statusPill } from "./elements.js";
import { visits } from "./timeline.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {import("./timeline.js").Visit} Visit */
/** @typedef {{name: string, type: string, provider?: string}} State */

export class About {
  #drawn = "";

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.panel = panel;
  }

  /**
   * @param {State | null} state null: none is chosen
   * @param {Timeline} timeline
   */
  show(state, timeline) {
    const stays = state ? visits(timeline, state.name) : [];
    const key = JSON.stringify([state?.name, stays.length, stays.at(-1)?.closed?.seq, stays.at(-1)?.status]);
    if (key === this.#drawn) return; // what is open stays open
    this.#drawn = key;
    this.panel.replaceChildren(...(state ? drawn(state, stays) : [hint()]));
  }
}

function hint() {
  return element("p", "muted small", "Choose a state in the diagram to see what it was given and what came of it.");
}

/**
 * @param {State} state
 * @param {Visit[]} stays
 */
function drawn(state, stays) {
  const last = stays.at(-1);
  const title = element("h3", "about__title", state.name);
  title.append(" ", last ? statusPill(last.status) : element("span", "muted small", "not reached"));
  const parts = [title, element("p", "muted small", kindOf(state, stays))];
  return last ? [...parts, ...ofVisit(last)] : parts;
}

/**
 * @param {State} state
 * @param {Visit[]} stays
 */
function kindOf(state, stays) {
  const kind = state.provider ? `${state.type}, ${state.provider}` : state.type;
  return stays.length > 1 ? `${kind}. Entered ${words.count(stays.length, "time")}; this is the last.` : kind;
}

/** @param {Visit} visit */
function ofVisit(visit) {
  /** @type {HTMLElement[]} */
  const parts = [];
  const { details } = visit.opened;
  if (visit.closed) parts.push(element("p", "small", `Took ${duration(Date.parse(visit.closed.time) - Date.parse(visit.opened.time))}.`));
  const said = visit.closed?.details ?? {};
  if (said.exception) parts.push(element("p", "about__failure", [said.exception, words.cause(said.cause)].filter(Boolean).join(": ")));
  if (said.next) parts.push(element("p", "small", `Went on to ${said.next}.`));
  if ("input" in details) parts.push(jsonBox("Given to it", details.input, true));
  if ("output" in said) parts.push(jsonBox("The run's data after it", said.output));
  return parts;
}
