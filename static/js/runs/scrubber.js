// @ts-check
// The slider through a run's time: one step for each event. At its end the page shows the run as it is.

export class Scrubber {
  #last = 1;

  /**
   * @param {HTMLElement} bar
   * @param {{onMoment: (seq: number | null) => void}} options  null: now
   */
  constructor(bar, { onMoment }) {
    this.bar = bar;
    this.onMoment = onMoment;
    this.slider = /** @type {HTMLInputElement} */ (bar.querySelector("input"));
    this.words = /** @type {HTMLElement} */ (bar.querySelector("output"));
    this.now = /** @type {HTMLButtonElement} */ (bar.querySelector("[data-now]"));
    this.slider.addEventListener("input", () => this.#go(Number(this.slider.value)));
    this.now.addEventListener("click", () => this.#go(this.#last));
    for (const button of bar.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.#go(Number(this.slider.value) + Number(button.getAttribute("data-step"))));
    }
  }

  /** @param {number} seq */
  #go(seq) {
    const within = Math.min(Math.max(seq, 1), this.#last);
    this.onMoment(within === this.#last ? null : within);
  }

  /**
   * @param {number} last   number of the last event
   * @param {number | null} moment
   * @param {string} words  what the moment is, for everybody
   */
  show(last, moment, words) {
    this.#last = Math.max(last, 1);
    this.bar.hidden = last < 2;
    this.slider.max = String(this.#last);
    this.slider.value = String(moment ?? this.#last);
    this.slider.setAttribute("aria-valuetext", words);
    this.now.disabled = moment === null;
    this.bar.classList.toggle("is-past", moment !== null);
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}
