// @ts-check
// One thing at a time, and of those that wait only the newest: what has begun is finished, so that there is always
// something new to see, however quickly new things come.

export class Newest {
  #isBusy = false;
  /** @type {((isMine: boolean) => void) | null} */
  #waiting = null;

  /**
   * Do `act` when its turn comes.
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T | null>} null: a newer one came before it had begun
   */
  async turn(act) {
    if (this.#isBusy && !(await this.#mine())) return null;
    this.#isBusy = true;
    try {
      return await act();
    } finally {
      const next = this.#waiting;
      this.#waiting = null;
      this.#isBusy = next !== null; // for it, from now on
      next?.(true);
    }
  }

  /** @returns {Promise<boolean>} */
  #mine() {
    this.#waiting?.(false);
    return new Promise((resolve) => { this.#waiting = resolve; });
  }
}
