// @ts-check
// Short messages about what the person just did. Errors stay until they are closed.

const STAY_MILLISECONDS = 6000;

/** @typedef {"info" | "success" | "warning" | "error"} Kind */
/** @typedef {(words: string, kind?: Kind) => void} Say */

/**
 * @param {string} text
 * @param {Kind} [kind]
 */
export function toast(text, kind = "success") {
  const item = document.createElement("li");
  item.className = `toast notice notice--${kind}`;
  item.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = text;
  item.append(words, closeButton());
  document.querySelector("[data-toasts]")?.append(item);
  settle(item);
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet button--small";
  button.dataset.toastClose = "";
  button.textContent = "Close";
  return button;
}

/** @param {Element} item */
function settle(item) {
  if (item.classList.contains("notice--error")) return;
  setTimeout(() => item.matches(":hover, :focus-within") || item.remove(), STAY_MILLISECONDS);
}

/** Let toasts be closed, and let those that came with the page go by themselves. */
export function mountToasts() {
  const list = document.querySelector("[data-toasts]");
  list?.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-toast-close]")) target.closest("[data-toast]")?.remove();
  });
  for (const item of list?.children ?? []) settle(item);
}
