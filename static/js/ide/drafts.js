// @ts-check
// Keeps what is typed: soon after each change, at once on Ctrl-S, and when the page is left.

const QUIET_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 5000;
const KEEPALIVE_CHARACTERS = 60_000;
const GONE = 404;
const CONFLICT = 409;
const SIGNED_OUT = /^(Authentication|CSRF)/; // as the server's framework says so

/** @typedef {{ok: boolean, status: number, body: any}} Reply */
/** @typedef {{id: string, revision: number, base: number, saved_at: string, address: string}} Saved */

export class Drafts {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<boolean> | null} */
  #saving = null;
  #changes = 0;
  #savedChanges = 0;
  isForced = false;
  isBlocked = false;
  /** What this window last saved. @type {any} */
  kept = null;

  /**
   * @param {{
   *   saved: Saved | null,
   *   content: () => Record<string, unknown>,
   *   send: (saved: Saved | null, body: Record<string, unknown>, options?: {keepalive?: boolean}) => Promise<Reply>,
   *   onSaved: (saved: Saved) => void,
   *   onState: (words: string, isTrouble?: boolean) => void,
   *   onConflict: (words: string) => void,
   * }} options
   */
  constructor({ saved, content, send, onSaved, onState, onConflict }) {
    this.saved = saved;
    this.content = content;
    this.send = send;
    this.onSaved = onSaved;
    this.onState = onState;
    this.onConflict = onConflict;
  }

  get isDirty() {
    return this.#changes !== this.#savedChanges;
  }

  changed() {
    this.#changes += 1;
    if (this.isBlocked) return;
    this.onState("Changed");
    this.#later(QUIET_MILLISECONDS);
  }

  /** @param {number} milliseconds */
  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), milliseconds);
  }

  /**
   * Save now, after whatever is being saved.
   * @returns {Promise<boolean>} whether the text is kept
   */
  async save() {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.isBlocked && !this.isForced) return false;
    this.#saving = this.#saveOnce();
    const isKept = await this.#saving;
    this.#saving = null;
    return isKept;
  }

  async #saveOnce() {
    const changes = this.#changes;
    this.onState("Saving…");
    const body = this.#body();
    const reply = await this.send(this.saved, body).catch(() => null);
    if (!reply?.ok) return this.#failed(reply);
    this.saved = reply.body;
    this.kept = { definition: body.definition, input_schema: body.input_schema };
    this.isForced = this.isBlocked = false;
    this.#savedChanges = changes;
    this.onSaved(reply.body);
    return true;
  }

  /**
   * Go on from what somebody else has saved: that text has been merged into this one, or has taken its place.
   * @param {Saved} saved
   * @param {{definition: string, input_schema: string}} [same] the texts, where this window holds the same now
   */
  takeUp(saved, same) {
    this.saved = saved;
    this.isBlocked = false;
    if (!same) return;
    clearTimeout(this.#timer);
    this.kept = same;
    this.#savedChanges = this.#changes;
  }

  /** @returns {Record<string, unknown>} */
  #body() {
    const known = this.isForced ? { force: true } : { revision: this.saved?.revision };
    return { ...this.content(), ...known };
  }

  /**
   * @param {Reply | null} reply
   * @returns {boolean | Promise<boolean>} whether the text is kept all the same
   */
  #failed(reply) {
    const detail = reply?.body?.error?.detail;
    if (reply?.status === GONE && this.saved) {
      this.saved = null; // published or discarded by somebody else: this text goes on as a new draft
      return this.#saveOnce();
    }
    if (reply?.status === CONFLICT) {
      this.isBlocked = true;
      this.onState("Not saved", true);
      this.onConflict(detail ?? "");
    } else if (reply?.status === 403 && SIGNED_OUT.test(detail ?? "")) {
      this.onState("Not saved: you are signed out. Sign in in another window, then go on", true);
    } else if (reply) {
      this.onState(`Not saved: ${detail ?? `the server answered ${reply.status}`}`, true);
    } else {
      this.onState("Not saved: the server cannot be reached. Trying again…", true);
      this.#later(RETRY_MILLISECONDS);
    }
    return false;
  }

  /** The page is being left: send what is not yet saved, if the browser lets so much through. */
  leave() {
    if (!this.isDirty || this.isBlocked || this.#saving) return;
    const body = this.#body();
    if (JSON.stringify(body).length < KEEPALIVE_CHARACTERS) this.send(this.saved, body, { keepalive: true });
  }

  /** The text is kept elsewhere now, or no longer wanted. */
  forget() {
    clearTimeout(this.#timer);
    this.saved = null;
    this.#savedChanges = this.#changes;
  }
}
