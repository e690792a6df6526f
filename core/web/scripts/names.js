// Gives screen readers names for what Gradio leaves without one: result pictures, thumbnails, empty frames, uploads.

const WORDS = window.inLanguage({
  example: "Example",
  empty: "nothing yet",
  download: "Download",
  unshown: "The browser cannot show this file.",
  size: "{} × {} pixels",
});

// Return the label of a part's component, or the caption above it.
function labelOf(part) {
  const block = part.closest(".block"), above = block?.previousElementSibling;
  const label = block?.querySelector("[data-testid=block-label]")?.textContent.trim();
  return label || (above?.matches(".caption") ? above.textContent.trim() : "");
}

function set(part, attribute, value) {
  if (part.getAttribute(attribute) !== value) part.setAttribute(attribute, value);
}

function describe(picture) {
  const { naturalWidth, naturalHeight } = picture;
  const size = naturalWidth ? [WORDS.size.replace("{}", naturalWidth).replace("{}", naturalHeight)] : [];
  const label = labelOf(picture).split("\n").filter(Boolean).join("; "); // that of a sheet has lines, for its rows
  set(picture, "alt", [label, ...size].filter(Boolean).join(", "));
}

// "…/oakland-zoo-otters.jpg" is "Example: oakland zoo otters"
function nameThumbnail(button) {
  const file = decodeURIComponent(button.querySelector("img")?.src.split("/").pop() || "");
  set(button, "aria-label", `${WORDS.example}: ${file.replace(/\.\w+$/, "").replace(/[-_]+/g, " ")}`);
}

const REPAIRS = {
  ".image-frame img": describe,
  ".block:not(.sheet) .image-container > button:not(:has(.selectable))": (button) => set(button, "tabindex", "-1"), // does nothing
  "button.gallery-item": nameThumbnail,
  "a.download-link": (link) => set(link, "aria-label", `${link.querySelector("button")?.ariaLabel || WORDS.download}: ${labelOf(link)}`),
  "a.download-link button": (button) => set(button, "tabindex", "-1"), // the link around it is reached already
  ".empty[aria-label]": (frame) => {
    set(frame, "role", "img");
    set(frame, "aria-label", `${labelOf(frame)}: ${WORDS.empty}`);
  },
  "button.upload-container": (button) => set(button, "aria-label", `${labelOf(button)}: ${button.textContent.trim().replace(/\s+/g, " ")}`),
  ".sr-only[role=status]": (status) => {
    const said = status.textContent.replace(/^common\.(\w)/, (_, first) => first.toUpperCase()); // a key, not a word
    if (status.textContent !== said) status.textContent = said;
  },
  "footer img[alt]": (icon) => set(icon, "alt", ""),
};

// A file that is damaged, or of a kind that only the server reads: words instead of the browser's broken picture.
function noteUnshown(event) {
  const frame = event.target.closest?.(".image-frame");
  if (frame && event.type === "error") frame.dataset.note = WORDS.unshown;
  else if (frame) delete frame.dataset.note;
}

function repair() {
  for (const [selector, fix] of Object.entries(REPAIRS)) document.querySelectorAll(selector).forEach(fix);
}

for (const type of ["load", "error"]) document.addEventListener(type, noteUnshown, true);
window.afterChanges(repair);
