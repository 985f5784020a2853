// @ts-check
// What the server does not have yet is kept in this browser, so that a lost network or a crash costs nothing.

const PREFIX = "headrace:draft:";

/** @typedef {{definition: string, input_schema: string, title: string, at: string}} Copy */

export class LocalCopy {
  /**
   * @param {Storage} storage
   * @param {string} name of what is edited: the address of its page
   */
  constructor(storage, name) {
    this.storage = storage;
    this.key = PREFIX + name;
  }

  /** @param {Omit<Copy, "at">} texts */
  keep(texts) {
    try {
      this.storage.setItem(this.key, JSON.stringify({ ...texts, at: new Date().toISOString() }));
      return true;
    } catch {
      return false; // the browser has no room for it, or keeps nothing: the page says that it is not saved
    }
  }

  drop() {
    this.storage.removeItem(this.key);
  }

  /**
   * A copy that says something else than what the server has.
   * @param {{definition: string, input_schema: string}} saved
   * @returns {Copy | null}
   */
  otherThan(saved) {
    const copy = this.#read();
    if (!copy || (copy.definition === saved.definition && copy.input_schema === saved.input_schema)) return null;
    return copy;
  }

  /** @returns {Copy | null} */
  #read() {
    try {
      const copy = JSON.parse(this.storage.getItem(this.key) ?? "null");
      return typeof copy?.definition === "string" && typeof copy.input_schema === "string" ? copy : null;
    } catch {
      return null; // written by something else
    }
  }
}
