// @ts-check
// A narrow strip beside the text with a mark for each problem, where it is in the whole of the text.
import { make } from "./card.js";

const MOST_MARKS = 300;

/**
 * @param {HTMLElement} panel that holds the text
 * @param {(problem: import("./problems.js").Problem) => void} onGo
 */
export function mountOverview(panel, onGo) {
  const strip = make("div", "overview");
  // The list of problems says the same to those who cannot see it.
  strip.setAttribute("aria-hidden", "true");
  panel.append(strip);

  /**
   * @param {import("./problems.js").Problem[]} problems of this text
   * @param {number} lines
   */
  function show(problems, lines) {
    strip.replaceChildren(...problems.slice(0, MOST_MARKS).map((problem) => {
      const mark = make("div", `overview__mark overview__mark--${problem.severity}`);
      mark.style.top = `${(100 * (problem.line - 1)) / Math.max(lines, 1)}%`;
      mark.title = `Line ${problem.line}: ${problem.message}`;
      mark.addEventListener("click", () => onGo(problem));
      return mark;
    }));
  }
  return { show };
}
