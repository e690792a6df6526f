// The strip of a tab's last results (history.py). An entry is { file, words }: the result, and the settings it has.

const MOST = 8;
const { NOTHING } = window.inLanguage({ NOTHING: "Nothing yet: each result appears here." });

const escape = (text) => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

function describe(controls, values) {
  const changed = controls.map(({ label, first }, i) => [label, values[i], first]);
  return changed.filter(([, value, first]) => value !== null && JSON.stringify(value) !== JSON.stringify(first))
    .map(([label, value]) => `${label}: ${[value].flat().join(", ")}`).join("; ");
}

function thumbnail({ file, words }, i) {
  const name = escape([file.orig_name ?? file.path.split(/[\\/]/).pop(), words].filter(Boolean).join(", "));
  return `<button type="button" data-entry="${i}" aria-pressed="false" title="${name}">` +
    `<img src="${escape(file.url)}" alt="${name}" loading="lazy" decoding="async"><span>${escape(words)}</span></button>`;
}

window.showHistory = (entries) => (entries?.length ? entries.map(thumbnail).join("") : NOTHING);

// Return the entries with a new result before them, and the strip; an entry with the same file is replaced.
window.remember = (controls, result, entries, values) => {
  const file = Array.isArray(result) ? result[1] : result;
  if (!file?.url) return [entries, window.showHistory(entries)];
  const others = (entries ?? []).filter((entry) => entry.file.path !== file.path);
  const kept = [{ file, words: describe(controls, values) }, ...others].slice(0, MOST);
  return [kept, window.showHistory(kept)];
};

window.forgetHistory = () => [[], NOTHING, null];

// Return the files of the two that are chosen, the older one first.
window.chosenPair = (entries) => {
  const chosen = [...document.querySelectorAll(".history [aria-pressed=true]")].filter((each) => each.offsetParent);
  return [chosen.map((each) => entries[each.dataset.entry].file).reverse()]; // one value, which is a pair
};

function choose({ target }) {
  const entry = target.closest?.(".history [data-entry]");
  if (!entry) return;
  const part = entry.closest(".history"), pressed = entry.ariaPressed !== "true";
  const others = [...part.querySelectorAll("[aria-pressed=true]")].filter((each) => each !== entry);
  if (pressed && others.length > 1) others[0].ariaPressed = "false";
  entry.ariaPressed = String(pressed);
  if (part.querySelectorAll("[aria-pressed=true]").length === 2) part.querySelector(".compare").click();
}

// A file that the server has removed.
function drop({ target }) {
  target.closest?.("[data-entry]")?.remove();
}

document.addEventListener("click", choose);
document.addEventListener("error", drop, true);
