// On a phone the result stands below the picture, or above the settings, that it was made from: it is scrolled into
// view when the run ends, unless half of it is, the visitor scrolls meanwhile, or is dragging a slider. A click on another
// picture of the stage, such as one of several strengths, starts a run too. A folded part with a status of its own has a
// result of its own.

const NARROW = "(max-width: 760px)"; // as in style.css
const FOLDED = ".block:has(> .label-wrap)";
const LARGEST_TOP = 0.6; // of the height of the screen: where the result begins, to be in sight

let changed = null; // the workbench where the visitor has changed something since the last run ended

function noteChange(event) {
  const part = event.target.closest?.(".workbench > :is(.source, .settings), .workbench > .stage .clickable");
  if (part && !event.target.matches("input[type=range]")) changed = part.closest(".workbench");
}

function showResult(changes) {
  for (const { target } of changes) {
    const status = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target)?.closest(".status");
    const isRunning = status?.querySelector("progress");
    if (!status || isRunning || !changed || status.closest(".workbench") !== changed) continue;
    changed = null;
    scrollTo(status.closest(FOLDED) ?? status.closest(".workbench").querySelector(":scope > .stage"));
  }
}

function scrollTo(part) {
  const result = part?.querySelector("img, .chart"); // on a tab of many sliders, the picture stands above them
  if (!result || !matchMedia(NARROW).matches) return;
  const { top } = part.getBoundingClientRect();
  if ((top >= 0 && top < LARGEST_TOP * innerHeight) || isInSight(result)) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part.scrollIntoView({ behavior: isCalm ? "auto" : "smooth" });
}

function isInSight(result) {
  const { top, bottom, height } = result.getBoundingClientRect();
  return 2 * (Math.min(bottom, innerHeight) - Math.max(top, 0)) > height;
}

for (const type of ["click", "change", "drop"]) document.addEventListener(type, noteChange, true);
for (const type of ["wheel", "touchmove"]) document.addEventListener(type, () => (changed = null), { passive: true });
new MutationObserver(showResult).observe(document.body, { subtree: true, childList: true, characterData: true });
