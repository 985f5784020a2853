// @ts-check
// Asks the server to check the texts, right after the last key, one question at a time. Answers about an older text
// are dropped.

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
   *   texts: () => Texts,
   *   ask: (texts: Texts) => Promise<Reply>,
   *   onAnswer: (answer: any) => void,
   *   onTrouble: (words: string) => void,
   * }} options
   */
  constructor({ texts, ask, onAnswer, onTrouble }) {
    this.texts = texts;
    this.ask = ask;
    this.onAnswer = onAnswer;
    this.onTrouble = onTrouble;
    this.isCurrent = true;
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
    if (version !== this.#version) return null;
    return reply?.ok ? this.#answered(reply.body) : this.#failed(reply);
  }

  /** @param {any} answer */
  #answered(answer) {
    this.isCurrent = true;
    this.onAnswer(answer);
    return answer;
  }

  /** @param {Reply | null} reply */
  #failed(reply) {
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
