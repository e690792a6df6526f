// The strip of a tab's last results (history.py). An entry is { run, parts, words }: which run it came from, what it
// consists of, and the settings that it has. A part is { kind, label, file } or, of texts and tables, { …, value }.

const MOST = 8;
const LONGEST = 10_000; // characters of a text, or of the rows of a table, that are kept
const LONGEST_VALUE = 80; // characters of a setting, such as a text
const { NOTHING } = window.inLanguage({ NOTHING: "Nothing yet: each result appears here." });

const escape = (text) => String(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

function describe(controls, values) {
  const changed = controls.map(({ label, first }, i) => [label, values[i], first]);
  return changed.filter(([, value, first]) => value !== null && JSON.stringify(value) !== JSON.stringify(first))
    .map(([label, value]) => `${label}: ${[value].flat().join(", ").slice(0, LONGEST_VALUE)}`).join("; ");
}

// Return the rows of a table that are kept: those that `LONGEST` characters hold.
function firstRows(data) {
  let length = 0;
  return data.filter((row) => (length += JSON.stringify(row).length) <= LONGEST);
}

// Return what is kept of an output: several parts of several files, none where it is empty.
function partsOf({ kind, label }, value) {
  if (kind === "text") return value ? [{ kind, label, value: value.slice(0, LONGEST) }] : [];
  if (kind === "table") {
    const data = firstRows(value?.data ?? []);
    return data.length ? [{ kind, label, value: { headers: value.headers, data } }] : [];
  }
  const files = kind === "picture" && Array.isArray(value) ? [value[1]] : [value?.video ?? value].flat();
  return files.filter((file) => file?.url).map((file) => ({ kind, label, file }));
}

const nameOf = (file) => file.orig_name ?? file.path.split(/[\\/]/).pop();

const SHOWN = { // each as HTML, given the part and what it is called
  picture: ({ file }, name) => `<button type="button" aria-pressed="false" title="${name}">` +
    `<img src="${escape(file.url)}" alt="${name}" loading="lazy" decoding="async"></button>`,
  sound: ({ file }, name) => `<audio controls preload="metadata" src="${escape(file.url)}" aria-label="${name}"></audio>`,
  video: ({ file }, name) => `<video controls preload="metadata" src="${escape(file.url)}" aria-label="${name}"></video>`,
  text: ({ value }, name) => `<pre tabindex="0" role="region" aria-label="${name}">${escape(value)}</pre>`,
  table: ({ value }, name) => `<div class="rows" tabindex="0" role="region" aria-label="${name}"><table>` +
    `${row("th", value.headers)}${value.data.map((cells) => row("td", cells)).join("")}</table></div>`,
  file: ({ file }, name) => `<a href="${escape(file.url)}" download="${escape(nameOf(file))}" title="${name}">` +
    `${escape(nameOf(file))}</a>`,
};

const row = (tag, cells) => `<tr>${cells.map((cell) => `<${tag}>${escape(cell ?? "")}</${tag}>`).join("")}</tr>`;

function show({ parts, words }, i) {
  const named = (part) => escape([part.file ? nameOf(part.file) : part.label, words].filter(Boolean).join(", "));
  const shown = parts.map((part) => SHOWN[part.kind](part, named(part))).join("");
  const isNarrow = parts.every(({ kind }) => kind === "picture");
  return `<div class="entry${isNarrow ? " narrow" : ""}" data-entry="${i}">${shown}<span>${escape(words)}</span></div>`;
}

window.showHistory = (entries) => {
  requestAnimationFrame(checkLinks);
  return entries?.length ? entries.map(show).join("") : NOTHING;
};

// Return the entries, as the one value of a list, with a new result before them. A later result of the same run
// replaces it; what the page opened with (no run), and what is remembered already, is left as it is.
window.remember = (outputs, controls, entries, number, values) => {
  const parts = outputs.flatMap((output, i) => partsOf(output, values[i])), known = entries ?? [];
  const isKnown = known.some((entry) => JSON.stringify(entry.parts) === JSON.stringify(parts));
  if (!number || !parts.length || isKnown) return [known];
  const run = `${performance.timeOrigin} ${number}`, words = describe(controls, values.slice(outputs.length));
  return [[{ run, parts, words }, ...known.filter((entry) => entry.run !== run)].slice(0, MOST)];
};

window.forgetHistory = () => [[], null];

// Return the files of the two pictures that are chosen, the older one first.
window.chosenPair = (entries) => {
  const chosen = [...document.querySelectorAll(".history [aria-pressed=true]")].filter((each) => each.offsetParent);
  const pictureOf = ({ parts }) => parts.find(({ kind }) => kind === "picture").file;
  return [chosen.map((each) => pictureOf(entries[each.closest("[data-entry]").dataset.entry])).reverse()]; // one value: a pair
};

function choose({ target }) {
  const entry = target.closest?.(".history [aria-pressed]");
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

// Drop entries whose files are links, which raise no error when they are shown.
async function checkLinks() {
  for (const target of document.querySelectorAll(".history [data-entry] a:not([data-checked])")) {
    target.dataset.checked = "";
    const answer = await fetch(target.href, { method: "HEAD" });
    if (!answer.ok) drop({ target });
  }
}

document.addEventListener("click", choose);
document.addEventListener("error", drop, true);
