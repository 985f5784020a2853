// @ts-check
import { setPreference } from "./preferences.js";

/** Let the theme button switch between light and dark. */
export function mountTheme() {
  document.querySelector("[data-theme-toggle]")?.addEventListener("click", toggle);
}

function toggle() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  setPreference("theme", theme);
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
