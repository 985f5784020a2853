// @ts-check
// A dialog to choose one of many by typing a few letters of it: parts of the palette, states, types.

/** @typedef {{id: string, title: string, text?: string, group?: string}} Entry */

let count = 0;

/**
 * Let one of the entries be chosen.
 * @param {string} title what is chosen, as a heading
 * @param {Entry[]} entries
 * @returns {Promise<string | null>} its id; null when the dialog was closed
 */
export function choose(title, entries) {
  return new Promise((done) => {
    const dialog = new Chooser(title, entries, done);
    document.body.append(dialog.element);
    dialog.element.showModal();
  });
}

/**
 * The entries that hold all words, those whose title begins with them first. Pure.
 * @param {Entry[]} entries
 * @param {string} words
 */
export function matching(entries, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({ title, text, group }) => {
    const all = `${title} ${text ?? ""} ${group ?? ""}`.toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
  const isFirst = (/** @type {Entry} */ { title }) => wanted.length > 0 && title.toLowerCase().startsWith(wanted[0]);
  return [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))];
}

class Chooser {
  /** @type {Entry[]} */
  #shown = [];
  #at = 0;

  /**
   * @param {string} title
   * @param {Entry[]} entries
   * @param {(id: string | null) => void} done
   */
  constructor(title, entries, done) {
    this.entries = entries;
    this.id = `chooser-${++count}`;
    this.element = document.createElement("dialog");
    this.element.className = "dialog chooser";
    this.element.setAttribute("aria-label", title);
    this.field = this.#field(title);
    this.list = document.createElement("ul");
    this.list.className = "chooser__list";
    Object.assign(this.list, { id: this.id, role: "listbox" });
    this.list.setAttribute("aria-label", title);
    this.element.append(heading(title), this.field, this.list);
    /** @type {string | null} */
    this.chosen = null;
    this.element.addEventListener("close", () => { this.element.remove(); done(this.chosen); });
    this.list.addEventListener("click", (event) => this.#click(event));
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
    this.#show();
  }

  /** @param {string} title */
  #field(title) {
    const field = document.createElement("input");
    field.className = "input";
    field.type = "text";
    field.placeholder = "Type to filter";
    const attributes = {
      role: "combobox", "aria-label": title, "aria-expanded": "true", "aria-controls": this.id,
      "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
    };
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
    field.addEventListener("input", () => { this.#at = 0; this.#show(); });
    field.addEventListener("keydown", (event) => this.#key(event));
    return field;
  }

  #show() {
    this.#shown = matching(this.entries, this.field.value);
    /** @type {Node[]} */
    const rows = [];
    let group = "";
    this.#shown.forEach((entry, at) => {
      if (entry.group && entry.group !== group) rows.push(groupRow(entry.group));
      group = entry.group ?? "";
      rows.push(this.#option(entry, at));
    });
    this.list.replaceChildren(...(rows.length ? rows : [nothing()]));
    this.#light();
  }

  /**
   * @param {Entry} entry
   * @param {number} at
   */
  #option({ title, text }, at) {
    const row = document.createElement("li");
    row.className = "chooser__option";
    row.id = `${this.id}-${at}`;
    row.setAttribute("role", "option");
    row.dataset.at = String(at);
    const name = document.createElement("strong");
    name.textContent = title;
    row.append(name);
    if (text) row.append(muted(text));
    return row;
  }

  #light() {
    const rows = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[data-at]")]);
    for (const row of rows) row.setAttribute("aria-selected", String(row.dataset.at === String(this.#at)));
    const row = rows.find(({ dataset }) => dataset.at === String(this.#at));
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && this.#shown.length) {
      event.preventDefault();
      this.#at = (this.#at + by + this.#shown.length) % this.#shown.length;
      this.#light();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      this.#choose(this.#at);
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = /** @type {Element} */ (event.target).closest("[data-at]");
    if (row instanceof HTMLElement) this.#choose(Number(row.dataset.at));
  }

  /** @param {number} at */
  #choose(at) {
    if (!this.#shown[at]) return;
    this.chosen = this.#shown[at].id;
    this.element.close();
  }
}

/** @param {string} title */
function heading(title) {
  const element = document.createElement("h2");
  element.textContent = title;
  return element;
}

/** @param {string} group */
function groupRow(group) {
  const row = document.createElement("li");
  row.className = "chooser__group";
  row.setAttribute("role", "presentation");
  row.textContent = group;
  return row;
}

function nothing() {
  const row = muted("Nothing matches. Type less, or something else.");
  const item = document.createElement("li");
  item.setAttribute("role", "presentation");
  item.append(row);
  return item;
}

/** @param {string} text */
function muted(text) {
  const element = document.createElement("span");
  element.className = "muted";
  element.textContent = text;
  return element;
}
