// @ts-check
// What the server's check answers, made ready for the eye. Pure: no rule of the language is known here.

/** @typedef {"definition" | "input_schema"} DocumentName */
/** @typedef {{title: string, edits: {from: number, to: number, insert: string}[]}} Fix */
/**
 * @typedef {{
 *   document: DocumentName, severity: "error" | "warning" | "hint", code: string, message: string,
 *   loc: (string | number)[], line: number, column: number, from: number, to: number, fixes: Fix[],
 * }} Problem
 */

/**
 * "2 errors, 1 warning", "no problems".
 * @param {Problem[]} problems
 */
export function counted(problems) {
  const parts = /** @type {const} */ (["error", "warning", "hint"]).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count ? [`${count} ${severity}${count === 1 ? "" : "s"}`] : [];
  });
  return parts.join(", ") || "No problems";
}

/**
 * The problems of one document as CodeMirror takes them; `onFix` gets the problem and the fix that was chosen.
 * @param {Problem[]} problems
 * @param {DocumentName} name
 * @param {number} length of the document
 * @param {(problem: Problem, fix: Fix) => void} onFix
 */
export function diagnostics(problems, name, length, onFix) {
  return problems.filter((problem) => problem.document === name).map((problem) => ({
    from: Math.min(problem.from, length),
    to: Math.min(Math.max(problem.from, problem.to), length),
    severity: problem.severity,
    message: problem.message,
    actions: problem.fixes.map((fix) => ({ name: fix.title, apply: () => onFix(problem, fix) })),
  }));
}

/**
 * The problem that F8 (or, with -1, Shift-F8) leads to from a position: in this document, else in the other.
 * @param {Problem[]} problems
 * @param {DocumentName} name
 * @param {number} position
 * @param {1 | -1} direction
 * @returns {Problem | undefined}
 */
export function following(problems, name, position, direction) {
  const here = problems.filter((problem) => problem.document === name).sort((a, b) => a.from - b.from);
  if (!here.length) return problems[0];
  if (direction === 1) return here.find((problem) => problem.from > position) ?? here[0];
  return here.findLast((problem) => problem.from < position) ?? here.at(-1);
}

/**
 * The problems at a position, the narrowest first.
 * @param {Problem[]} problems
 * @param {DocumentName} name
 * @param {number} position
 */
export function at(problems, name, position) {
  return problems
    .filter((problem) => problem.document === name && problem.from <= position && position <= problem.to)
    .sort((a, b) => a.to - a.from - (b.to - b.from));
}

/**
 * The problems on the line that holds a position.
 * @param {Problem[]} problems
 * @param {DocumentName} name
 * @param {number} line
 */
export function onLine(problems, name, line) {
  return problems.filter((problem) => problem.document === name && problem.line === line);
}

/**
 * The state a problem is in, or "".
 * @param {Problem} problem
 */
export function stateOf({ document, loc }) {
  return document === "definition" && loc[0] === "States" && loc.length > 1 ? String(loc[1]) : "";
}

/**
 * Why there is no diagram of the text: its first error.
 * @param {Problem[]} problems
 */
export function staleReason(problems) {
  const first = problems.find(({ document, severity }) => document === "definition" && severity === "error");
  if (!first) return "the definition is not an object";
  return `line ${first.line}: ${first.message.replace(/\.$/, "")}`;
}
