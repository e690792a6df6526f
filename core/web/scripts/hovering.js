// Clickable pictures with points on them (hovering.py): the pictures of the point near the pointer are shown beside it.
// The points of a picture are fetched when the pointer first comes to it. Fingers have no pointer: a tap is a click.

const REACH = 12, SCALE = 4, GAP = 6; // pixels: how near is near; how large its pictures are shown; between them
const benches = new WeakMap(), noted = new Map(); // what is known of a workbench; of what its pictures show now
const WHOLE = [0, 0, 1]; // the left, the top and the side of the part that is shown, as fractions of the whole picture
let drawn = []; // the points and the index of the one that is shown

// Return what hovering.py says of a workbench: Gradio runs that before this script.
function benchOf(workbench) {
  if (benches.has(workbench)) return benches.get(workbench);
  const given = window.nearPointer?.find(({ element }) => element.closest(".workbench") === workbench);
  if (!given) return undefined;
  const captions = Object.values(window.inLanguage({ ...given.captions }));
  benches.set(workbench, { ...given, captions, fetched: new Map() });
  return benches.get(workbench);
}

// The values of the controls that say which points there are, which groups of them, and which part of a picture is shown.
window.noteShown = (name, values) => {
  noted.set(name, values);
  hide();
};

const preview = document.body.appendChild(document.createElement("figure"));
preview.className = "point-preview";
preview.popover = "manual"; // above all else, a picture on the whole screen too
preview.ariaHidden = "true"; // a click on the point shows the same

function hide() {
  if (preview.matches(":popover-open")) preview.hidePopover();
  removeMarks();
}

function removeMarks(kept) {
  for (const mark of document.querySelectorAll(".point-marker")) if (mark.parentElement !== kept) mark.remove();
}

async function decode(points) {
  if (!points.sheet) return null;
  const bytes = Uint8Array.from(atob(points.positions), (each) => each.charCodeAt(0));
  const sheet = Object.assign(new Image(), { src: points.sheet });
  await sheet.decode();
  return { ...points, positions: new Float32Array(bytes.buffer), sheet };
}

// Return the points of a picture: undefined until they are there, null where it has none.
function pointsOf(bench, subject, number) {
  const asked = [subject, number], key = asked.join();
  if (!bench.fetched.has(key)) {
    bench.fetched.set(key, undefined);
    bench.fetchPoints(asked).then(decode).catch(() => null).then((points) => bench.fetched.set(key, points));
  }
  return bench.fetched.get(key);
}

// Return the index of the nearest visible point within reach of a place in the box of a picture, and where it is in it.
function nearest({ positions, groups }, { width, height }, [x, y], [, shown, part]) {
  const numbers = part?.match(/[\d.]+/g)?.map((each) => each / 100) ?? [], [, , side] = numbers.length === 3 ? numbers : WHOLE;
  const [left, top] = numbers.length === 3 ? numbers.map((each) => Math.min(each, 1 - side)) : WHOLE; // as the server reads it
  const visible = new Set(shown), best = { distance: REACH };
  groups.forEach((group, i) => {
    const at = [(positions[2 * i] - left) / side, (positions[2 * i + 1] - top) / side];
    const distance = Math.hypot(at[0] * width - x, at[1] * height - y);
    if (distance >= best.distance || !visible.has(group) || at.some((each) => each < 0 || each > 1)) return;
    Object.assign(best, { distance, index: i, at });
  });
  return best;
}

function show({ target, pointerType, buttons, clientX, clientY }) {
  const picture = pointerType !== "touch" && !buttons && target.closest?.(".clickable button")?.querySelector("img");
  const workbench = picture && picture.closest(".workbench"), bench = workbench && benchOf(workbench);
  if (!bench) return hide();
  const values = noted.get(bench.name) ?? bench.values;
  const points = pointsOf(bench, values[0], [...workbench.querySelectorAll(".clickable")].indexOf(picture.closest(".clickable")));
  if (!points) return hide();
  const box = window.boxOf(picture), { index, at } = nearest(points, box, [clientX - box.left, clientY - box.top], values);
  if (index === undefined) return hide();
  if (drawn[0] !== points || drawn[1] !== index) draw(points, index, bench.captions);
  if (!preview.matches(":popover-open")) preview.showPopover();
  removeMarks(picture.parentElement);
  window.markOn(picture, at.map((each) => 100 * each), "point-marker");
  placeBeside(box.left + at[0] * box.width, box.top + at[1] * box.height);
}

function draw(points, index, captions) {
  const { sheet, size: [width, height], columns, parts } = points;
  const left = (index % columns) * width, top = Math.floor(index / columns) * height, part = width / parts;
  drawn = [points, index];
  preview.replaceChildren(...captions.map((caption, i) => {
    const shown = document.createElement("div"), canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [part, height];
    canvas.style.width = `${part * SCALE}px`;
    canvas.getContext("2d").drawImage(sheet, left + i * part, top, part, height, 0, 0, part, height);
    shown.append(canvas, caption);
    return shown;
  }));
}

// Beside a point on the screen, on the side where there is room.
function placeBeside(x, y) {
  const { offsetWidth: width, offsetHeight: height } = preview, space = REACH + GAP;
  const right = x + space + width < document.documentElement.clientWidth;
  preview.style.left = `${Math.max(right ? x + space : x - space - width, GAP)}px`;
  preview.style.top = `${Math.min(Math.max(y - height / 2, GAP), innerHeight - height - GAP)}px`;
}

document.addEventListener("pointermove", show);
document.addEventListener("pointerdown", hide);
document.addEventListener("scroll", hide, true);
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
