// Rows of small pictures with labels in them (sheets.py): where there is no room for a label of a readable size, as on a
// phone, the sheet keeps its size and is scrolled sideways. In other languages than English, which the picture has, the
// labels are those of the page, over the picture's own.

const LABEL_SIZE = 32, READABLE_SIZE = 12, LABEL_WIDTH = 180; // pixels: in the file (as in sheets.py), at least on the page
const SHRINK = 0.92, SMALLEST = 8; // of a label that is too long for its place

function keepReadable(sheet) {
  sheet.style.minWidth = `${(sheet.naturalWidth * READABLE_SIZE) / LABEL_SIZE}px`;
}

// Return the labels of the rows: the lines of the component's own label after the first.
function labelsOf(sheet) {
  const label = sheet.closest(".block")?.querySelector("[data-testid=block-label]");
  return label ? label.textContent.trimStart().split("\n").slice(1) : [];
}

function showLabels(sheet) {
  const frame = sheet.parentElement, labels = labelsOf(sheet);
  frame.querySelector(".row-labels")?.remove();
  if (!labels.length) return;
  const column = document.createElement("div");
  column.className = "row-labels";
  column.ariaHidden = "true"; // the picture's alternative text has them
  column.append(...labels.map((label) => Object.assign(document.createElement("span"), { textContent: label })));
  frame.style.position = "relative";
  frame.append(column);
  place(sheet);
}

// Lay the labels over those of the picture, at whatever size it is shown.
function place(sheet) {
  const column = sheet.parentElement?.querySelector(".row-labels");
  if (!column || !sheet.naturalWidth || !sheet.clientWidth) return;
  const box = window.boxOf(sheet), frame = sheet.parentElement.getBoundingClientRect(), scale = box.width / sheet.naturalWidth;
  const places = { left: box.left - frame.left, top: box.top - frame.top, width: LABEL_WIDTH * scale, height: box.height };
  for (const [name, value] of Object.entries(places)) column.style[name] = `${value}px`;
  for (const label of column.children) fit(label, LABEL_SIZE * scale);
}

function fit(label, size) {
  do label.style.fontSize = `${size}px`;
  while ((label.scrollWidth > label.clientWidth || label.scrollHeight > label.clientHeight) && (size *= SHRINK) > SMALLEST);
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => place(target)));

function arrange({ target }) {
  if (!target.matches?.(".sheet img")) return;
  keepReadable(target);
  if (window.language && window.language !== "en") showLabels(target);
  resized.observe(target);
}

document.addEventListener("load", arrange, true);
