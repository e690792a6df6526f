// On a phone the result stands below the picture, or above the settings, that it was made from: it is scrolled into
// view when the run ends, unless half of it is, the visitor scrolls meanwhile, or is dragging a slider. A click on another
// picture of the stage, such as one of several strengths, starts a run too. In a folded part, the result is what follows
// the status there.

const NARROW = "(max-width: 760px)"; // as in style.css
const FOLDED = ".block:has(> .label-wrap)", RESULT = "img, .chart", EMPTY = ".empty"; // a picture, a chart, and where one will be
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
    if (matchMedia(NARROW).matches) showResultOf(status);
  }
}

function showResultOf(status) {
  const isBehind = (each) => status.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
  const own = [...(status.closest(FOLDED)?.querySelectorAll(`${RESULT}, ${EMPTY}`) ?? [])].find(isBehind);
  const stage = status.closest(".workbench").querySelector(":scope > .stage");
  const result = own ?? stage?.querySelector(RESULT); // on a tab of many sliders, the picture stands above them
  if (!result || isInSight(result)) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (own) return own.closest(".block").scrollIntoView({ behavior, block: "nearest" });
  const { top } = stage.getBoundingClientRect();
  if (top < 0 || top >= LARGEST_TOP * innerHeight) stage.scrollIntoView({ behavior });
}

function isInSight(result) {
  const { top, bottom, height } = result.getBoundingClientRect();
  return 2 * (Math.min(bottom, innerHeight) - Math.max(top, 0)) > height;
}

for (const type of ["click", "change", "drop"]) document.addEventListener(type, noteChange, true);
for (const type of ["wheel", "touchmove"]) document.addEventListener(type, () => (changed = null), { passive: true });
new MutationObserver(showResult).observe(document.body, { subtree: true, childList: true, characterData: true });
