// @ts-check
// The entry module of every page: theme, menus, times, toasts, shortcuts.
import { mountMenus } from "./site/menus.js";
import { mountPalette } from "./site/palette.js";
import { mountShortcuts } from "./site/shortcuts.js";
import { mountTheme } from "./site/theme.js";
import { mountTimes } from "./site/times.js";
import { mountToasts } from "./site/toasts.js";

export { csrfToken, postJSON } from "./site/http.js";
export { addShortcut } from "./site/shortcuts.js";
export { showTimes } from "./site/times.js";
export { toast } from "./site/toasts.js";

mountTheme();
mountMenus();
mountTimes();
mountToasts();
mountShortcuts();
mountPalette();
