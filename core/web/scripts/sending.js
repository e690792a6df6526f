// "Use in …": a menu on each result, with the pages that take it as their input, copying and sharing (sending.py).

const WORDS = window.inLanguage({
  menu: "Use in …, copy, share",
  useIn: "Use in",
  copy: "Copy",
  copied: "Copied",
  share: "Share …",
});
const ICON =
  '<div class="small"><svg viewBox="0 0 24 24" width="100%" height="100%" fill="none" stroke="currentColor" ' +
  'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">' +
  '<path d="M14 4h6v6M20 4l-9 9M10 5H5v14h14v-5"/></svg></div>';
const KINDS = { image: /\.(png|webp|jpe?g|gif|avif)$/i, audio: /\.(wav|mp3|flac|ogg)$/i, video: /\.(mp4|webm)$/i };
const VALUES = { text: ["txt", (text) => text], table: ["csv", toCsv] }; // suffixes, and what a file of a value holds
const values = new Map(); // of texts and tables that are shown, by the ids of their components
const SENT = "darkroom.sent"; // in the session of the browser's tab

// Return { url, path, name } of a result's file, whose address holds its path on the server.
function fileAt(url, name) {
  const path = decodeURIComponent(url.split("/file=")[1] ?? "");
  return { url, path, name: name || path.split(/[\\/]/).pop() };
}

const kindOf = ({ path }) => Object.keys(KINDS).find((kind) => KINDS[kind].test(path));

// Note what a text or a table shows, and offer to send it on; gradio calls this at each change (sending.py).
window.noteValue = (id, kind, name, value) => {
  values.set(id, { kind, name, value });
  const block = document.getElementById(id);
  if (block && !block.querySelector(":scope > .use-in") && receiversOf(kind).length) block.append(newButton(id));
  return [];
};

function newButton(id) {
  const button = document.createElement("button");
  button.className = "icon-button use-in of-value";
  button.dataset.of = id;
  button.title = button.ariaLabel = WORDS.useIn;
  button.innerHTML = ICON;
  return button;
}

function toCsv({ headers, data }) {
  const quote = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [headers, ...data].map((row) => `${row.map((cell) => quote(String(cell ?? ""))).join(",")}\n`).join("");
}

// Upload a text or a table as a file, as a visitor could, and return that.
async function upload({ kind, name, value }) {
  const [suffix, contentOf] = VALUES[kind], form = new FormData(), file = `${name.toLowerCase().replace(/\W+/g, "_")}.${suffix}`;
  form.append("files", new Blob([contentOf(value)]), file);
  const root = `${window.gradio_config?.root ?? location.origin}/gradio_api`;
  const [path] = await (await fetch(`${root}/upload`, { method: "POST", body: form })).json();
  return { url: `${root}/file=${path}`, path, name: file };
}

const receiversOf = (kind) => (window.receivers ?? []).filter((offer) => offer.kind === kind);

// Return the file of the result that a button stands at: of a comparison, what came out.
function resultOf(button) {
  const comparison = button.closest(".comparison");
  if (comparison) return fileAt(comparison.querySelector("img.after").src);
  const link = button.parentElement.querySelector("a.download-link");
  return fileAt(link.href, link.download);
}

function addButton(link) {
  if (link.parentElement.querySelector(":scope > .use-in") || !kindOf(fileAt(link.href))) return;
  const button = document.createElement("button");
  const like = link.querySelector("button");
  button.className = `${like?.className ?? "icon-button"} use-in`;
  button.style.cssText = like?.style.cssText ?? "";
  button.title = button.ariaLabel = WORDS.menu;
  button.innerHTML = ICON;
  button.firstElementChild.className = like?.querySelector("div")?.className ?? "small";
  link.after(button);
}

const menu = document.body.appendChild(document.createElement("div"));
menu.className = "result-menu";
menu.popover = "auto";
menu.setAttribute("role", "menu");

function addItem(words, action) {
  const item = menu.appendChild(document.createElement("button"));
  item.type = "button";
  item.setAttribute("role", "menuitem");
  item.textContent = words;
  item.addEventListener("click", () => action(item));
}

function open(button) {
  const value = values.get(button.dataset.of), file = value ? null : resultOf(button), kind = value?.kind ?? kindOf(file);
  const offers = receiversOf(kind);
  menu.replaceChildren();
  if (offers.length) menu.appendChild(document.createElement("p")).textContent = WORDS.useIn;
  for (const offer of offers) addItem(`${offer.title}: ${offer.tab_title}`, async () => send(file ?? (await upload(value)), offer));
  if (kind === "image" && window.ClipboardItem) addItem(WORDS.copy, (item) => copy(file, item));
  if (navigator.canShare && file) addItem(WORDS.share, () => share(file));
  menu.showPopover();
  place(button);
  menu.querySelector("button")?.focus();
}

function place(button) {
  const at = button.getBoundingClientRect(), { offsetWidth, offsetHeight } = menu;
  menu.style.left = `${Math.max(8, Math.min(at.right - offsetWidth, innerWidth - offsetWidth - 8))}px`;
  menu.style.top = `${at.bottom + offsetHeight + 8 > innerHeight ? Math.max(8, at.top - offsetHeight - 4) : at.bottom + 4}px`;
}

function send({ url, path, name }, offer) {
  const title = document.querySelector(".page-title h1")?.textContent.trim() ?? "";
  const before = document.querySelector(".origin:not([hidden])")?.dataset.origin;
  const file = { url, path, orig_name: name, meta: { _type: "gradio.FileData" } };
  sessionStorage.setItem(SENT, JSON.stringify({ file, origin: [before, title].filter(Boolean).join(" › ") }));
  const root = `${window.gradio_config?.root ?? location.origin}/`;
  location.assign(new URL(`${offer.path}?tab=${offer.tab}`, root));
}

// Return what was sent to this page, once: the file and the titles of the pages that it went through.
window.takeSent = () => {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  sessionStorage.removeItem(SENT);
  return sent ? [sent.file, sent.origin] : [null, ""];
};

// Hide where the picture came from once there is another one.
window.checkOrigin = (file) => {
  const note = document.querySelector(".origin");
  if (note) note.hidden = note.dataset.file !== file?.path?.split(/[\\/]/).pop();
};

async function copy({ url }, item) {
  const png = fetch(url).then((answer) => answer.blob()).then((blob) => (blob.type === "image/png" ? blob : toPng(blob)));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
  item.textContent = WORDS.copied;
}

async function toPng(blob) {
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

async function share({ url, name }) {
  const blob = await (await fetch(url)).blob();
  const files = [new File([blob], name, { type: blob.type })];
  const data = navigator.canShare({ files }) ? { files } : { url: location.href };
  await navigator.share(data).catch((error) => error.name === "AbortError" || Promise.reject(error));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".use-in");
  if (button) open(button);
});
window.afterChanges(() => document.querySelectorAll(".icon-button-wrapper a.download-link").forEach(addButton));
