// @ts-check
// Asks the server to check the texts, right after the last key, one question at a time. An answer about an older text
// is told, too: while keys come faster than answers, there would be none otherwise. The one about the last text follows.

const QUIET_MILLISECONDS = 30;
const RETRY_MILLISECONDS = 3000;
const TOO_MANY = 429;

/** @typedef {{definition: string, input_schema: string}} Texts */
/** @typedef {{ok: boolean, status: number, body: any}} Reply */

export class Checker {
  #version = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<Reply | null> | null} */
  #running = null;

  /**
   * @param {{
   *   texts: () => Texts, ask: (texts: Texts) => Promise<Reply>, onAnswer: (answer: any, version: number) => void,
   *   onTrouble: (words: string) => void,
   * }} options version: how many changes the texts had seen
   */
  constructor({ texts, ask, onAnswer, onTrouble }) {
    this.texts = texts;
    this.ask = ask;
    this.onAnswer = onAnswer;
    this.onTrouble = onTrouble;
    this.isCurrent = true;
  }

  /** How many changes the texts have seen. */
  get version() {
    return this.#version;
  }

  /** The text has changed: what was answered is about another one. */
  changed() {
    this.#version += 1;
    this.isCurrent = false;
    this.#later(QUIET_MILLISECONDS);
  }

  /** @param {number} milliseconds */
  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), milliseconds);
  }

  /**
   * Check at once, or as soon as the question before is answered: two at a time would only slow each other down.
   * @returns {Promise<any>} the answer; null when there is none about this text
   */
  async now() {
    clearTimeout(this.#timer);
    const version = this.#version;
    while (this.#running) await this.#running;
    if (version !== this.#version) return null;
    this.#running = this.ask(this.texts()).catch(() => null);
    const reply = await this.#running;
    this.#running = null;
    return reply?.ok ? this.#answered(reply.body, version) : this.#failed(reply, version);
  }

  /**
   * @param {any} answer
   * @param {number} version
   */
  #answered(answer, version) {
    this.isCurrent = version === this.#version;
    this.onAnswer(answer, version);
    return this.isCurrent ? answer : null;
  }

  /**
   * @param {Reply | null} reply
   * @param {number} version
   */
  #failed(reply, version) {
    if (version !== this.#version) return null; // the next question is on its way
    if (reply) {
      this.onTrouble(`Not checked: ${reply.body?.error?.detail ?? `the server answered ${reply.status}`}`);
      if (reply.status === TOO_MANY) this.#later(RETRY_MILLISECONDS);
    } else {
      this.onTrouble("Not checked: the server cannot be reached. Trying again…");
      this.#later(RETRY_MILLISECONDS);
    }
    return null;
  }
}
