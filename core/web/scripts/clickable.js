// Pictures of the class "clickable" (components.py): a ring marks the place of a click, and the arrow keys move it.
// On one of the class "draggable" the click is repeated while the pointer is dragged or a key is held. On one of the
// class "cells-6x4", keys move by one of 6 × 4 cells, and Enter clicks. Sliders of the classes "place-x" and "place-y"
// in the same workbench move the ring too. Listens on the document, as Gradio builds pictures when their tab is opened.

const MILLISECONDS_BETWEEN_CLICKS = 100; // while dragging: each click is a call to the server
const MILLISECONDS_UNTIL_ANSWER = 1000; // after a click: sliders that the server then sets say where it was, not is
const STEP = 2; // percent of the width or height, for each key press
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SLIDERS = [".place-x input[type=range]", ".place-y input[type=range]"];

let lastClick = -Infinity;
const corrected = new WeakMap(); // clicks that Gradio reads rightly: the place on the picture, in percent

const pictureAt = (target) => target.closest?.(".clickable button")?.querySelector("img");
const isDraggable = (picture) => Boolean(picture.closest(".draggable"));

// Return what an element leaves free beside a picture of a largest scale in its middle, as a share of its own width and
// height: [0.15, 0] where it is wider than the picture.
function marginsAt(image, largestScale) {
  const { naturalWidth, naturalHeight } = image, { width, height } = image.getBoundingClientRect();
  if (!(naturalWidth && naturalHeight && width && height)) return [0, 0];
  const scale = Math.min(width / naturalWidth, height / naturalHeight, largestScale);
  return [(1 - (scale * naturalWidth) / width) / 2, (1 - (scale * naturalHeight) / height) / 2];
}

function marginsOf(image) {
  const { objectFit } = getComputedStyle(image);
  if (objectFit === "contain") return marginsAt(image, Infinity);
  return objectFit === "scale-down" ? marginsAt(image, 1) : [0, 0];
}

// Show the ring at the same place on every clickable picture of a workbench, such as two maps of one plane.
function markPlace(workbench, [x, y]) {
  for (const image of workbench.querySelectorAll(".clickable img")) markOn(image, [x, y], "click-marker");
}

// Put an element of a class on a picture, at a place in percent of its width and height.
function markOn(image, [x, y], className) {
  const frame = image.parentElement;
  frame.style.position = "relative";
  const mark = frame.querySelector(`.${className}`) || frame.appendChild(document.createElement("i"));
  mark.className = className;
  const margins = marginsOf(image);
  [mark.dataset.x, mark.dataset.y] = [x, y];
  [mark.style.left, mark.style.top] = [x, y].map((at, i) => `${100 * margins[i] + at * (1 - 2 * margins[i])}%`);
}

window.markOn = markOn;
window.boxOf = (picture) => boxWithin(picture, marginsOf(picture)); // where it is on the screen

// Gradio reads the place of a click as if no picture were enlarged: in place of each click it gets one where it reads the
// place that was clicked, and none beside the picture.
function correctClick(event) {
  const picture = pictureAt(event.target);
  if (!picture || corrected.has(event)) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  const { left, top, width, height } = boxWithin(picture, marginsOf(picture));
  const place = [(100 * (event.clientX - left)) / width, (100 * (event.clientY - top)) / height];
  if (place.every((at) => at >= 0 && at <= 100)) clickAt(picture, place);
}

function clickAt(picture, place) {
  const { left, top, width, height } = boxWithin(picture, marginsAt(picture, 1));
  const clientX = left + (place[0] / 100) * width, clientY = top + (place[1] / 100) * height;
  const click = new PointerEvent("click", { bubbles: true, clientX, clientY });
  corrected.set(click, place);
  picture.dispatchEvent(click);
}

function markClick(event) {
  if (!corrected.has(event)) return;
  lastClick = event.timeStamp;
  markPlace(pictureAt(event.target).closest(".workbench"), corrected.get(event));
}

// Return what is inside of the margins of an element, on the screen.
function boxWithin(picture, [x, y]) {
  const { left, top, width, height } = picture.getBoundingClientRect();
  return { left: left + x * width, top: top + y * height, width: (1 - 2 * x) * width, height: (1 - 2 * y) * height };
}

function clickWhileDragging(event) {
  const picture = pictureAt(event.target);
  const isPressed = event.buttons & 1;
  if (!picture || !isPressed || !isDraggable(picture)) return;
  if (event.timeStamp - lastClick < MILLISECONDS_BETWEEN_CLICKS) return;
  picture.dispatchEvent(new PointerEvent("click", { bubbles: true, clientX: event.clientX, clientY: event.clientY }));
}

function pressKey(event) {
  const picture = pictureAt(event.target), direction = DIRECTIONS[event.key];
  if (!picture || (!direction && event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault(); // of the keys that click: Gradio would take that as a click on the corner
  const place = nextPlace(picture, direction);
  markPlace(picture.closest(".workbench"), place);
  picture.parentElement.querySelector(".click-marker").scrollIntoView({ block: "nearest", inline: "nearest" });
  if (direction && !isDraggable(picture)) return;
  clickAt(picture, place);
}

// Return where the ring is, in percent of the width and the height, or where it goes in a direction.
function nextPlace(picture, direction) {
  const cells = picture.closest(".clickable").className.match(/\bcells-(\d+)x(\d+)\b/)?.slice(1);
  const steps = cells ? cells.map((count) => 100 / count) : [STEP, STEP];
  const margins = cells ? steps.map((step) => step / 2) : [0, 0];
  const ring = picture.parentElement.querySelector(".click-marker");
  if (!ring) return cells ? margins : [50, 50];
  const place = [ring.dataset.x, ring.dataset.y].map(parseFloat);
  if (!direction) return place;
  return place.map((at, i) => Math.min(Math.max(at + direction[i] * steps[i], margins[i]), 100 - margins[i]));
}

function followSliders(workbench) {
  const [x, y] = SLIDERS.map((selector) => workbench.querySelector(selector));
  const isOurAnswer = performance.now() - lastClick < MILLISECONDS_UNTIL_ANSWER && document.activeElement?.type !== "range";
  if (!x || !y || isOurAnswer) return;
  markPlace(workbench, [x, y].map((slider) => parseFloat(slider.style.getPropertyValue("--range_progress"))));
}

function followSlider(changes) {
  const sliders = changes.map((change) => change.target).filter((target) => target.matches(SLIDERS.join()));
  for (const workbench of new Set(sliders.map((slider) => slider.closest(".workbench")))) followSliders(workbench);
}

function markWhenLoaded(event) {
  if (event.target.matches?.(".clickable img")) followSliders(event.target.closest(".workbench"));
}

// The browser's own dragging of pictures would take the pointer away.
function preventPictureDrag(event) {
  if (event.target.closest(".clickable")) event.preventDefault();
}

document.addEventListener("click", correctClick, true);
document.addEventListener("click", markClick);
document.addEventListener("pointermove", clickWhileDragging);
document.addEventListener("keydown", pressKey);
document.addEventListener("dragstart", preventPictureDrag);
document.addEventListener("load", markWhenLoaded, true);
new MutationObserver(followSlider).observe(document.body, { subtree: true, attributeFilter: ["style"] });
