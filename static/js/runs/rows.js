// @ts-check
// Where the rows of a long list stand, of which most are equally high and a few are higher. Pure.

export class Rows {
  /** How high a row is, in pixels. */
  height = 34;
  /** @type {Array<{index: number, extra: number}>} ascending */
  #tall = [];

  /** @param {Array<{index: number, extra: number}>} tall by how much which rows are higher */
  setTall(tall) {
    this.#tall = tall.toSorted((one, other) => one.index - other.index);
  }

  /** @param {number} index */
  topOf(index) {
    let top = index * this.height;
    for (const one of this.#tall) if (one.index < index) top += one.extra;
    return top;
  }

  /** The row at a place; beyond the last, the one that would be there. @param {number} top */
  indexAt(top) {
    let extra = 0;
    for (const one of this.#tall) {
      const from = one.index * this.height + extra;
      if (top < from) break;
      if (top < from + this.height + one.extra) return one.index;
      extra += one.extra;
    }
    return Math.max(0, Math.floor((top - extra) / this.height));
  }
}
