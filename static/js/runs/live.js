// @ts-check
// The live connection of a run page: a socket that resumes by number, and polling while there is none.
import { WebSocket as ReconnectingWebSocket } from "../../vendor/partysocket.js";

const POLL_MS = 2000;
const SAY_AFTER_MS = 1500;
const GONE = new Set([4400, 4401, 4404]);

/**
 * @typedef {object} Options
 * @property {string} socket   address of the socket
 * @property {string} events   address to poll
 * @property {() => number} after   number of the last event seen
 * @property {(message: any) => void} onMessage
 * @property {(state: "live" | "polling" | "gone") => void} onState
 */

/** @param {Options} options */
export function connect(options) {
  return new Live(options);
}

class Live {
  #isOpen = false;
  #isOver = false;
  #timer = 0;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    const host = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
    const address = () => `${host}${options.socket}?after=${options.after()}`;
    this.socket = new ReconnectingWebSocket(address, [], { minReconnectionDelay: 500, maxReconnectionDelay: 30000, reconnectionDelayGrowFactor: 1.5 });
    this.socket.addEventListener("open", () => this.#opened());
    this.socket.addEventListener("message", (event) => options.onMessage(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => this.#closed(event.code));
    document.addEventListener("visibilitychange", () => this.#schedule(0));
    this.#schedule(SAY_AFTER_MS);
  }

  #opened() {
    this.#isOpen = true;
    clearTimeout(this.#timer);
    this.options.onState("live");
  }

  /** @param {number} code */
  #closed(code) {
    this.#isOpen = false;
    if (this.#isOver) return;
    if (GONE.has(code)) {
      this.socket.close();
      this.options.onState("gone");
    } else {
      this.#schedule(SAY_AFTER_MS);
    }
  }

  /** The run has ended: nothing more will come. */
  stop() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.socket.close();
    this.options.onState("live");
  }

  /** @param {number} wait */
  #schedule(wait) {
    clearTimeout(this.#timer);
    if (this.#isOpen || this.#isOver || document.hidden) return;
    this.#timer = setTimeout(() => void this.#poll(), wait);
  }

  async #poll() {
    if (this.#isOpen || this.#isOver) return;
    this.options.onState("polling");
    try {
      const response = await fetch(`${this.options.events}?after=${this.options.after()}`);
      if (response.ok) this.options.onMessage(await response.json());
      if (response.status === 404) return this.options.onState("gone");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // TypeError: the network is away; the strip says so
    }
    this.#schedule(POLL_MS);
  }
}
