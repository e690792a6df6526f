// The before/after comparison (comparison.py). Gradio calls this as the body of a function of `element`, `props` and
// `watch`, once for each comparison, when it is shown. `props.value` is a pair of files, or "" where there is none.

const STEP = 1, LARGE_STEP = 10; // percent of the width, for each key press
const ZOOM_FACTOR = 1.5, LARGEST_ZOOM = 16;
const DRAG_FROM = 4; // pixels that a pointer moves before it drags
const PIXELATED_FROM = 3; // screen pixels for a pixel of the picture

const find = (selector) => element.querySelector(selector);
const figure = find(".comparison"), view = find(".view"), handle = find("[role=slider]");
const pictures = [find(".before img"), find("img.after")];
const pointers = new Map(); // those that are pressed, by id: where each is
let line = 50; // percent of the width that shows the first picture
let zoom = 1, x = 0, y = 0; // the picture's scale, and its top left corner in pixels of the view
let drag = null; // what the pressed pointer does: "line" or "pan"; null until it has moved

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const isZoomed = () => zoom > 1;

function showFiles() {
  const urls = props.value ? props.value.map((file) => file.url) : [];
  figure.classList.toggle("empty", !urls.length);
  pictures.forEach((picture, i) => (urls[i] ? (picture.src = urls[i]) : picture.removeAttribute("src")));
  handle.tabIndex = urls.length ? 0 : -1;
}

// A new result of the same size is shown at the same place: so settings can be compared on a detail.
function measure() {
  const { naturalWidth, naturalHeight } = pictures[1];
  const size = `${naturalWidth} / ${naturalHeight}`;
  const isSameSize = size === view.style.getPropertyValue("--ratio");
  view.style.setProperty("--ratio", size);
  setZoom(isSameSize ? zoom : 1);
}

function moveLine(percent) {
  line = clamp(percent, 0, 100);
  const rounded = Math.round(line);
  view.style.setProperty("--line", `${line}%`);
  handle.setAttribute("aria-valuenow", rounded);
  handle.setAttribute("aria-valuetext", `${props.before} ${rounded} %, ${props.after} ${100 - rounded} %`);
}

// Scale the pictures so that the place under (atX, atY), in pixels of the view, stays there.
function setZoom(scale, atX = view.clientWidth / 2, atY = view.clientHeight / 2) {
  const before = zoom;
  zoom = clamp(scale, Math.min(1, naturalZoom()), LARGEST_ZOOM);
  pan(atX - ((atX - x) * zoom) / before, atY - ((atY - y) * zoom) / before);
}

function naturalZoom() {
  return pictures[1].naturalWidth / view.clientWidth || 1;
}

function pan(left, top) {
  const place = (wanted, size) => (zoom < 1 ? ((1 - zoom) * size) / 2 : clamp(wanted, (1 - zoom) * size, 0));
  x = place(left, view.clientWidth);
  y = place(top, view.clientHeight);
  for (const picture of pictures) {
    picture.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    picture.style.imageRendering = zoom / naturalZoom() >= PIXELATED_FROM ? "pixelated" : "";
  }
  view.classList.toggle("zoomed", isZoomed());
  find(".zoom").textContent = `${Math.round((100 * zoom) / naturalZoom())} %`;
}

const BUTTONS = {
  "zoom-out": () => setZoom(zoom / ZOOM_FACTOR),
  "zoom-in": () => setZoom(zoom * ZOOM_FACTOR),
  fit: () => setZoom(1),
  "actual-size": () => setZoom(naturalZoom()),
  fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen()),
};

const KEYS = {
  ArrowLeft: () => moveLine(line - STEP),
  ArrowDown: () => moveLine(line - STEP),
  ArrowRight: () => moveLine(line + STEP),
  ArrowUp: () => moveLine(line + STEP),
  PageDown: () => moveLine(line - LARGE_STEP),
  PageUp: () => moveLine(line + LARGE_STEP),
  Home: () => moveLine(0),
  End: () => moveLine(100),
  "+": BUTTONS["zoom-in"],
  "-": BUTTONS["zoom-out"],
  0: BUTTONS.fit,
};

const PAN_STEP = 40; // pixels
const PANNING_KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }; // with Shift

function pressKey(event) {
  const direction = event.shiftKey && PANNING_KEYS[event.key];
  if (direction) pan(x + direction[0] * PAN_STEP, y + direction[1] * PAN_STEP);
  else if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  else KEYS[event.key]();
  event.preventDefault();
}

function placeInView({ clientX, clientY }) {
  const box = view.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top];
}

// The wheel scrolls the page, unless it is meant for the picture.
function turnWheel(event) {
  if (!event.ctrlKey && !isZoomed()) return;
  event.preventDefault();
  setZoom(zoom * Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), ...placeInView(event));
}

function press(event) {
  if (event.button) return;
  if (!pointers.size) drag = event.target === handle ? "line" : null;
  pointers.set(event.pointerId, placeInView(event));
}

function move(event) {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = placeInView(event);
  if (pointers.size === 2) {
    pinch(event.pointerId, before, now);
  } else {
    if (!drag && Math.hypot(now[0] - before[0], now[1] - before[1]) < DRAG_FROM) return;
    drag ||= isZoomed() ? "pan" : "line";
    if (drag === "line") moveLine((100 * now[0]) / view.clientWidth);
    else pan(x + now[0] - before[0], y + now[1] - before[1]);
  }
  if (!view.hasPointerCapture(event.pointerId)) view.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, now);
}

function pinch(id, before, now) {
  const [other] = [...pointers].filter(([each]) => each !== id).map(([, place]) => place);
  const distance = ([a, b]) => Math.hypot(a - other[0], b - other[1]);
  setZoom((zoom * distance(now)) / Math.max(1, distance(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  drag = "pan";
}

function release(event) {
  const wasPressed = pointers.delete(event.pointerId);
  const isClick = wasPressed && !drag && event.type === "pointerup" && !isZoomed();
  if (isClick) moveLine((100 * placeInView(event)[0]) / view.clientWidth);
}

find("figcaption").textContent = props.label;
find("span.before").textContent = props.before;
find("span.after").textContent = props.after;
pictures.forEach((picture, i) => (picture.alt = `${props.label}: ${[props.before, props.after][i]}`));
handle.setAttribute("aria-label", props.label);
find(".fullscreen").hidden = !document.fullscreenEnabled;
for (const [name, action] of Object.entries(BUTTONS)) find(`.${name}`).addEventListener("click", action);
handle.addEventListener("keydown", pressKey);
view.addEventListener("wheel", turnWheel, { passive: false });
view.addEventListener("pointerdown", press);
view.addEventListener("pointermove", move);
view.addEventListener("pointerup", release);
view.addEventListener("pointercancel", release);
view.addEventListener("dragstart", (event) => event.preventDefault());
pictures[1].addEventListener("load", measure);
new ResizeObserver(() => setZoom(zoom)).observe(view);
watch("value", showFiles);
moveLine(line);
showFiles();
