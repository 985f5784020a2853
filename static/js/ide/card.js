// @ts-check
// What the server says about a thing, as elements: in hovers, beside completions, in the help.

/** @typedef {{title?: string, badge?: string, text?: string, reason?: string, facts?: [string, string][]}} Card */

/**
 * @param {Card} card
 * @param {string} [name] class of the element
 */
export function cardElement({ title, badge, text, reason, facts = [] }, name = "know") {
  const element = make("div", name);
  if (title) element.append(head(title, badge));
  if (reason) element.append(make("p", "know__reason", reason));
  if (text) element.append(make("p", "know__text", text));
  if (facts.length) element.append(list(facts));
  return element;
}

/**
 * @param {string} title
 * @param {string} [badge]
 */
function head(title, badge) {
  const line = make("p", "know__head");
  line.append(make("strong", "", title));
  if (badge) line.append(" ", make("span", "badge", badge));
  return line;
}

/** @param {[string, string][]} facts */
function list(facts) {
  const element = make("dl", "know__facts");
  for (const [what, value] of facts) element.append(make("dt", "", what), make("dd", "", value));
  return element;
}

/**
 * @param {string} tag
 * @param {string} [name]
 * @param {string} [text]
 */
export function make(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}
