// @ts-check
// The page of a retry: the data in an editor, what of them is wrong or changed, and the choices at once.
import { csrfToken } from "../site.js";
import { ask } from "./asking.js";

const QUIET_MILLISECONDS = 200;

const area = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("[data-retry-data]"));
const LOST = "The data that you changed are replaced by those of the new choice. Go on?";

for (const choice of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("[data-retry-choice]"))) {
  const before = choice.value;
  choice.addEventListener("change", () => {
    if (area && area.value !== area.defaultValue && !confirm(LOST)) choice.value = before;
    else choice.form?.requestSubmit();
  });
}
if (area) mountEditor(area);

/** @param {HTMLTextAreaElement} area */
async function mountEditor(area) {
  const { mountText, mark } = await import("../ide/text.js");
  const place = document.createElement("div");
  place.className = "retry__editor";
  area.after(place);
  let timer = 0;
  const check = async () => {
    const text = view.state.doc.toString();
    const answer = await checked(area, text);
    if (!answer || view.state.doc.toString() !== text) return;
    const { length } = view.state.doc;
    mark(view, answer.problems.map((/** @type {any} */ one) => ({
      from: Math.min(one.from, length), to: Math.min(one.to, length), severity: "error", message: one.message,
    })));
    show(answer);
  };
  const view = mountText(place, {
    text: area.value,
    label: "Run data to begin with",
    onChange: () => {
      area.value = view.state.doc.toString();
      clearTimeout(timer);
      timer = window.setTimeout(check, QUIET_MILLISECONDS);
    },
    onCursor: () => {},
  });
  area.hidden = true;
  place.setAttribute("aria-describedby", "run-data-help");
  const hint = document.querySelector("[data-retry-keys]");
  if (hint) hint.textContent = "Esc and then Tab leaves the editor; Ctrl+Enter retries.";
  document.querySelector(`label[for=${area.id}]`)?.addEventListener("click", () => view.focus());
  area.form?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation(); // the editor would begin a new line
    area.form?.requestSubmit();
  }, { capture: true });
  check();
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {string} text
 */
async function checked(area, text) {
  const body = new FormData(/** @type {HTMLFormElement} */ (area.form));
  body.set("run_data", text);
  const address = area.dataset.retryData ?? "";
  const headers = { "X-CSRFToken": csrfToken() };
  const answer = await ask(address, { method: "POST", body, headers });
  return answer?.ok ? answer.body : null;
}

/** @param {{problems: {message: string}[], changes: {place: string, old: string, new: string}[]}} answer */
function show({ problems, changes }) {
  const place = document.querySelector("[data-retry-changes]");
  if (!place) return;
  place.replaceChildren(heading(problems, changes), ...(problems.length ? [] : [list(changes)]));
}

/**
 * @param {{message: string}[]} problems
 * @param {unknown[]} changes
 */
function heading(problems, changes) {
  const words = document.createElement("p");
  if (problems.length) words.className = "field__error";
  words.textContent = problems.length
    ? problems[0].message
    : changes.length ? `You change ${changes.length === 1 ? "1 value" : `${changes.length} values`}:` : "Nothing is changed.";
  return words;
}

/** @param {{place: string, old: string, new: string}[]} changes */
function list(changes) {
  const items = document.createElement("ul");
  for (const change of changes) {
    const item = document.createElement("li");
    item.textContent = `${change.place}: ${change.old} → ${change.new}`;
    items.append(item);
  }
  return items;
}
