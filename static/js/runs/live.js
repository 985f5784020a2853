// @ts-check
// The live connection of a run page: a socket that resumes by number, and polling while there is none.
import { WebSocket as ReconnectingWebSocket } from "../../vendor/partysocket.js";
import { ask } from "./asking.js";
import { POLL_MS, LONGEST_WAIT_MS, SHORTEST_WAIT_MS, GROWTH, begun, heard, isSilent, lost, polled, unreachable, waitMs } from "./connection.js";

/** @typedef {import("./connection.js").Connection} Connection */

const SAY_AFTER_MS = 1500;
const ANSWER_MS = 5000;
const TICK_MS = 1000;
const FULL_ANSWER = 200; // entries; then there may be more
const GONE = new Set([4400, 4401, 4404]);
const TIMES = {
  minReconnectionDelay: SHORTEST_WAIT_MS,
  maxReconnectionDelay: LONGEST_WAIT_MS,
  reconnectionDelayGrowFactor: GROWTH,
  connectionTimeout: ANSWER_MS,
  minUptime: TICK_MS,
};

/**
 * @typedef {object} Options
 * @property {string} socket   address of the socket
 * @property {string} events   address to poll
 * @property {() => number} after   number of the last event seen
 * @property {(message: {run: any, entries: any[]}) => void} onMessage   at most once a frame
 * @property {(known: Connection) => void} onState
 */

/** @param {Options} options */
export function connect(options) {
  return new Live(options);
}

class Live {
  /** @type {Connection} */
  #known = begun(Date.now());
  /** @type {any[]} what came and was not handed on yet */
  #waiting = [];
  #frame = 0;
  #pollTimer = 0;
  #tick = 0;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.socket = this.#open();
    document.addEventListener("visibilitychange", () => this.#shownOrHidden());
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.retry()); // there may be no network, but a site on this machine
    this.#tick = setInterval(() => this.#look(), TICK_MS);
    this.#poll(SAY_AFTER_MS);
    options.onState(this.#known);
  }

  /** The run has ended: nothing more will come. */
  stop() {
    this.#end("over");
  }

  /** Try now instead of later. */
  retry() {
    if (this.#isOver) return;
    this.socket.close();
    this.#set(lost(this.#known, Date.now()));
    this.socket = this.#open();
    this.#poll(SAY_AFTER_MS);
  }

  get #isOver() {
    return this.#known.kind === "gone" || this.#known.kind === "over";
  }

  get #isLive() {
    return this.#known.kind === "live";
  }

  #open() {
    const host = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
    const address = () => `${host}${this.options.socket}?after=${this.#after()}&beat=1`;
    const socket = new ReconnectingWebSocket(address, [], TIMES);
    socket.addEventListener("message", (/** @type {any} */ event) => socket === this.socket && this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", (/** @type {any} */ event) => socket === this.socket && this.#lose(event.code));
    return socket;
  }

  #after() {
    this.#handOn();
    return this.options.after();
  }

  /** @param {any} message */
  #hear(message) {
    clearTimeout(this.#pollTimer);
    this.#set(heard(this.#known, Date.now()));
    if (message.type === "events") this.#take(message);
  }

  /** @param {number} code */
  #lose(code) {
    if (this.#isOver) return;
    if (GONE.has(code)) return this.#end("gone");
    this.#set(lost(this.#known, Date.now() + waitMs(this.socket.retryCount)));
    if (this.#known.kind !== "polling") this.#poll(SAY_AFTER_MS);
  }

  /** @param {"gone" | "over"} kind */
  #end(kind) {
    if (this.#isOver) return;
    this.#set({ ...this.#known, kind });
    clearTimeout(this.#pollTimer);
    clearInterval(this.#tick);
    this.socket.close();
  }

  /** Once a second: a socket that says nothing any more is none, whatever the browser believes. */
  #look() {
    if (isSilent(this.#known, Date.now())) this.retry();
    else if (this.#known.kind !== "live") this.options.onState(this.#known);
  }

  #shownOrHidden() {
    this.#handOn();
    if (document.hidden || this.#isOver) return;
    if (this.#known.kind !== "live" || isSilent(this.#known, Date.now())) this.retry();
    if (this.#known.kind !== "live") this.#poll(0);
  }

  /** Ask, after a while, if there is no socket by then. A tab that nobody sees does not ask. @param {number} wait */
  #poll(wait) {
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => void this.#ask(), wait);
  }

  async #ask() {
    if (this.#isOver || this.#isLive || document.hidden) return;
    const address = `${this.options.events}?after=${this.#after()}`;
    const answer = await ask(address, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (this.#isOver || this.#isLive) return;
    if (answer?.status === 404) return this.#end("gone");
    if (!answer?.ok) return this.#set(unreachable(this.#known)); // the next try of the socket asks again
    this.#set(polled(this.#known, Date.now()));
    this.#take(answer.body);
    this.#poll(answer.body.entries.length < FULL_ANSWER ? POLL_MS : 0);
  }

  /** @param {Connection} known */
  #set(known) {
    const isNews = known.kind !== this.#known.kind;
    this.#known = known;
    if (isNews || known.kind !== "live") this.options.onState(known);
  }

  /** Hand on what came with the next frame, all of it at once. @param {any} message */
  #take(message) {
    this.#waiting.push(message);
    if (this.#frame) return;
    this.#frame = 1;
    if (document.hidden) setTimeout(() => this.#handOn()); // there are no frames
    else requestAnimationFrame(() => this.#handOn());
  }

  #handOn() {
    this.#frame = 0;
    const messages = this.#waiting;
    if (!messages.length) return;
    this.#waiting = [];
    this.options.onMessage({ run: messages.at(-1).run, entries: messages.flatMap(({ entries }) => entries) });
  }
}
