// Photos of the class "croppable" (components.py), of which a demo uses a square: a frame shows which. It is moved by
// dragging in it, drawn anew by dragging elsewhere, and follows the sliders of the classes "place-x" and "place-y" and
// the choice of the class "crop-size" in the same workbench, which dragging sets: what they start, a drag starts.
// Without a size, the photo is used whole, or a square of S pixels above M megapixels: class "automatic-S-above-M",
// where M is divided by the square of the choice of the class "crop-scale"; or, while the box of the class "crop-test" is
// ticked, above T megapixels: class "automatic-S-above-M-tested-T".

const PHOTO = ".croppable .image-frame img";
const SHORTEST_DRAG = 6; // screen pixels: less is a click

let drag = null; // { photo, start, offset, moved }: places in pixels of the photo

const numberOf = (text) => parseFloat(text?.match(/\d+(\.\d+)?/)?.[0] ?? 0);

function controlsOf(photo) {
  const find = (selector) => photo.closest(".workbench").querySelector(selector);
  const chosen = (name) => numberOf(find(`${name} input:checked`)?.closest("label")?.textContent);
  const slider = (name) => find(`${name} input[type=range]`);
  const isTest = Boolean(find(".crop-test input:checked"));
  return { x: slider(".place-x"), y: slider(".place-y"), size: chosen(".crop-size"), scale: chosen(".crop-scale") || 1, isTest };
}

// Return where the photo is on the screen, within an element that may be larger, and how large one of its pixels is.
function placeOf(photo) {
  const box = photo.getBoundingClientRect(), { naturalWidth: width, naturalHeight: height } = photo;
  const zoom = Math.min(box.width / width, box.height / height, 1);
  return { left: box.left + (box.width - zoom * width) / 2, top: box.top + (box.height - zoom * height) / 2, zoom };
}

// Return the side of the square in pixels of the photo; 0 where the whole photo is used.
function sideOf(photo) {
  const { size, scale, isTest } = controlsOf(photo);
  const limits = photo.closest(".croppable").className.match(/automatic-(\d+)-above-([\d_]+)(?:-tested-([\d_]+))?/);
  if (size || !limits) return size;
  const [side, above, tested] = limits.slice(1).map((number) => parseFloat(number?.replace("_", ".")));
  const most = isTest && tested ? tested : above / scale ** 2;
  return (photo.naturalWidth * photo.naturalHeight) / 1e6 > most ? side : 0;
}

// Return the square as the server cuts it: moved inside the photo.
function squareOf(photo) {
  const { x, y } = controlsOf(photo), side = sideOf(photo);
  const start = (at, length) => Math.min(Math.max(0, (at / 100) * length - side / 2), Math.max(0, length - side));
  const { naturalWidth: width, naturalHeight: height } = photo;
  return { left: start(x.value, width), top: start(y.value, height), width: Math.min(side, width), height: Math.min(side, height) };
}

function drawFrame(photo) {
  if (!photo.naturalWidth || !controlsOf(photo).x) return;
  const parent = photo.parentElement, around = parent.getBoundingClientRect(), { left, top, zoom } = placeOf(photo);
  parent.style.position = "relative";
  const frame = parent.querySelector(".crop-frame") || parent.appendChild(document.createElement("i"));
  const square = squareOf(photo);
  frame.className = "crop-frame";
  frame.hidden = !square.width;
  frame.style.left = `${left - around.left + zoom * square.left}px`;
  frame.style.top = `${top - around.top + zoom * square.top}px`;
  frame.style.width = `${zoom * square.width}px`;
  frame.style.height = `${zoom * square.height}px`;
}

const drawFrames = () => document.querySelectorAll(PHOTO).forEach(drawFrame);

function pixelAt(photo, event) {
  const { left, top, zoom } = placeOf(photo);
  return [(event.clientX - left) / zoom, (event.clientY - top) / zoom];
}

function begin(event) {
  const photo = event.target.closest?.(".croppable .image-frame")?.querySelector("img");
  if (!photo?.naturalWidth || event.button) return;
  const start = pixelAt(photo, event), { left, top, width, height } = squareOf(photo);
  const middle = [left + width / 2, top + height / 2];
  const isInside = Math.abs(start[0] - middle[0]) < width / 2 && Math.abs(start[1] - middle[1]) < height / 2;
  drag = { photo, start, offset: isInside ? [middle[0] - start[0], middle[1] - start[1]] : null, moved: false };
}

function move(event) {
  if (!drag || !(event.buttons & 1)) return;
  const { photo, start, offset } = drag, at = pixelAt(photo, event);
  const reached = Math.max(Math.abs(at[0] - start[0]), Math.abs(at[1] - start[1]));
  if (!drag.moved && reached * placeOf(photo).zoom < SHORTEST_DRAG) return;
  drag.moved = true;
  if (!offset) choose(photo, reached);
  place(photo, offset ? [at[0] + offset[0], at[1] + offset[1]] : [(start[0] + at[0]) / 2, (start[1] + at[1]) / 2]);
}

// Choose the size nearest to `side`.
function choose(photo, side) {
  const choices = [...photo.closest(".workbench").querySelectorAll(".crop-size label")];
  const sizes = choices.filter((choice) => numberOf(choice.textContent));
  const distance = (choice) => Math.abs(Math.log(numberOf(choice.textContent) / side));
  const nearest = sizes.sort((one, other) => distance(one) - distance(other))[0]?.querySelector("input");
  if (nearest && !nearest.checked) nearest.click();
}

function place(photo, [x, y]) {
  const controls = controlsOf(photo);
  for (const [slider, share] of [[controls.x, x / photo.naturalWidth], [controls.y, y / photo.naturalHeight]]) {
    slider.value = Math.round(100 * Math.min(Math.max(share, 0), 1));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  drawFrame(photo);
}

// The click that ends a drag would choose a place of its own. `choose` clicks too, before the drag has ended.
function end(event) {
  if (!event.isTrusted) return;
  if (drag?.moved) event.stopPropagation();
  drag = null;
}

// The browser's own dragging of pictures would drop the photo on itself.
function preventPictureDrag(event) {
  if (event.target.closest?.(".croppable")) event.preventDefault();
}

document.addEventListener("pointerdown", begin, true);
document.addEventListener("dragstart", preventPictureDrag);
document.addEventListener("pointermove", move);
document.addEventListener("click", end, true);
document.addEventListener("load", (event) => event.target.matches?.(PHOTO) && drawFrame(event.target), true);
for (const type of ["input", "change"]) document.addEventListener(type, () => setTimeout(drawFrames), true);
addEventListener("resize", drawFrames);
new MutationObserver(drawFrames).observe(document.body, { subtree: true, attributeFilter: ["style"] });
