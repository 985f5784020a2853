// @ts-check
// Editing in the diagram. Every action asks the server for the edits of the text that make it; undo takes them back.
import { below, showChoices } from "../site/choices.js";
import { choose } from "./chooser.js";
import { walkThrough } from "./placeholders.js";
import { change } from "./text.js";

/** @typedef {import("../diagram/graph.js").Edge} Edge */
/** @typedef {import("./chooser.js").Entry} Entry */
/** @typedef {import("../site/toasts.js").Say} Say */
/** @typedef {{index: number, name: string, type: string}} State */
/**
 * states: of the text; shown: those in the diagram; show: brings a state's text into sight; hasLost: whether the diagram
 * has states that are not reached; focus: gives the diagram the focus
 * @typedef {{
 *   view: any, states: () => State[], shown: () => {index: number, name: string}[], palette: Entry[],
 *   ask: (wish: Record<string, unknown>) => Promise<{ok: boolean, status: number, body: any}>, say: Say,
 *   show: (name: string) => void, hasLost: () => boolean, properties: () => void, focus: () => void,
 *   rename: (name: string) => void, chosen: () => {state: number | null, edge: Edge | null},
 * }} Surroundings
 */

const TYPES_GROUP = "Types";

export class Editing {
  /** @type {number | null} */
  state = null;
  /** @type {Edge | null} */
  edge = null;
  #isBusy = false;

  /** @param {Surroundings} around */
  constructor(around) {
    this.around = around;
    /** @type {Record<string, {title: string, needs: "state" | "edge" | "any" | "lost" | "none", run: () => unknown}>} */
    this.actions = {
      add: { title: "Add a state after this one…", needs: "none", run: () => this.#add() },
      insert: { title: "Put a state on this arrow…", needs: "edge", run: () => this.#insert() },
      connect: { title: "Draw an arrow to…", needs: "any", run: () => this.#connect() },
      reach: { title: "Lead another state to it…", needs: "state", run: () => this.#reach() },
      catch: { title: "Lead its errors to…", needs: "state", run: () => this.#catch() },
      duplicate: { title: "Duplicate", needs: "state", run: () => this.#perform({ do: "duplicate", state: this.name }) },
      retype: { title: "Change its type…", needs: "state", run: () => this.#retype() },
      properties: { title: "Properties", needs: "state", run: () => this.around.properties() },
      rename: { title: "Rename… (F2)", needs: "state", run: () => this.name && this.around.rename(this.name) },
      ...(document.querySelector("[data-try]") ? { test: this.#testing() } : {}),
      delete: { title: "Delete", needs: "any", run: () => this.#delete() },
      prune: { title: "Delete all that is not reachable", needs: "lost", run: () => this.#perform({ do: "prune" }) },
    };
  }

  /** @type {Record<string, string>} */
  static KEYS = {
    a: "add", i: "insert", c: "connect", r: "reach", x: "catch", d: "duplicate", t: "retype", p: "properties",
    F2: "rename", Delete: "delete", Backspace: "delete",
  };

  /** The name of the chosen state. */
  get name() {
    return this.#nameOf(this.state);
  }

  /** What the diagram calls. @returns {import("../diagram/diagram.js").Editing} */
  get hooks() {
    return {
      onKey: (key) => this.#key(key),
      onConnect: (to) => { this.#look(); this.#connect(to); },
      onInsert: () => this.run("insert"),
      onMenu: (place) => this.menu(place),
    };
  }

  #look() {
    const { state, edge } = this.around.chosen();
    this.state = state;
    this.edge = edge;
  }

  /** Why an action cannot be done now; "" when it can. @param {string} name */
  reason(name) {
    const { needs } = this.actions[name];
    if (needs === "state" && !this.name) return "Choose a state in the diagram first.";
    if (needs === "edge" && !this.edge) return "Choose an arrow in the diagram first (click it, or press E on a state).";
    if (needs === "lost" && !this.around.hasLost()) return "Every state is reached from the start.";
    if (needs === "any" && !this.name && !this.edge) return "Choose a state or an arrow in the diagram first.";
    return "";
  }

  /** @param {string} name of an action */
  run(name) {
    this.#look();
    const reason = this.reason(name);
    if (reason) return this.around.say(reason, "info");
    return this.actions[name].run();
  }

  /**
   * A menu of all that can be done to the chosen state.
   * @param {{left: number, bottom: number}} place
   */
  menu(place) {
    this.#look();
    const names = Object.keys(this.actions).filter((name) => !this.reason(name));
    const choices = names.map((name) => ({ title: this.actions[name].title, apply: () => this.run(name) }));
    showChoices(`What can be done to ${this.name ?? "the flow"}`, choices, below(place));
  }

  /** @param {string} key */
  #key(key) {
    const name = Editing.KEYS[key];
    if (!name) return false;
    this.run(name);
    return true;
  }

  /** @param {number | null} index */
  #nameOf(index) {
    return this.around.shown().find((state) => state.index === index)?.name ?? null;
  }

  #arrow() {
    const { from, to, kind } = /** @type {Edge} */ (this.edge);
    return { from: this.#nameOf(from), to: this.#nameOf(to), kind };
  }

  /** @returns {{title: string, needs: "state", run: () => unknown}} */
  #testing() {
    const run = () => document.dispatchEvent(new CustomEvent("ide:test", { detail: this.name }));
    return { title: "Test this state…", needs: "state", run };
  }

  async #add() {
    if (this.edge) return this.#insert();
    const after = this.name;
    const part = await choose(after ? `Add a state after “${after}”` : "Add a state at the start", this.around.palette);
    if (part) await this.#perform({ do: "add", part, state: after });
  }

  async #insert() {
    const arrow = this.#arrow();
    const between = `${arrow.from ?? "the start"} and ${arrow.to ?? "the end"}`;
    const part = await choose(`Put a state between ${between}`, this.around.palette);
    if (part) await this.#perform({ do: "insert", part, arrow });
  }

  /** @param {number | null} [to] */
  async #connect(to = null) {
    const { edge, name } = this;
    const arrow = edge ? this.#arrow() : null;
    const target = to === null
      ? await this.#state(edge ? "Lead this arrow to" : `Draw an arrow from “${name}” to`)
      : this.#nameOf(to);
    if (!target) return;
    await this.#perform(arrow ? { do: "lead", arrow, target } : { do: "connect", state: name, target });
  }

  async #reach() {
    const { name } = this;
    const source = await this.#state(`Which state leads to “${name}”`);
    if (source) await this.#perform({ do: "connect", state: source, target: name });
  }

  async #catch() {
    const { name } = this;
    const target = await this.#state(`Lead errors of “${name}” to`);
    if (target) await this.#perform({ do: "connect", kind: "catch", state: name, target });
  }

  async #retype() {
    const { name } = this;
    const types = this.around.palette.filter(({ group }) => group === TYPES_GROUP);
    const chosen = await choose(`Make “${name}” a state of the type`, types.map((type) => ({ ...type, group: "" })));
    if (chosen) await this.#perform({ do: "retype", state: name, type: chosen.replace("type:", "") });
  }

  async #delete() {
    const wish = this.edge ? { do: "disconnect", arrow: this.#arrow() } : { do: "delete", state: this.name };
    await this.#perform(wish);
    this.around.focus();
  }

  /** @param {string} title */
  #state(title) {
    const entries = this.around.states().map(({ name, type }) => ({ id: name, title: name, text: type }));
    return choose(title, entries);
  }

  /** @param {Record<string, unknown>} wish */
  async #perform(wish) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { view, ask, say, show } = this.around;
    const before = view.state.doc;
    const reply = await ask({ definition: before.toString(), ...wish }).catch(() => null);
    this.#isBusy = false;
    if (!reply) return say("The server cannot be reached. Nothing was changed; try again.", "error");
    if (!reply.ok) return say(reply.body?.error?.detail ?? "That could not be done.", "warning");
    if (view.state.doc !== before) return say("The text has changed meanwhile, so nothing was done. Try again.", "warning");
    change(view, reply.body.edits);
    if (reply.body.state) show(reply.body.state);
    walkThrough(view, reply.body.stops);
  }
}
