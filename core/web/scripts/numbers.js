// Numbers that are typed: one that is out of range counts as nothing until it is finished by Enter or by leaving the
// field; then it becomes the nearest limit. Gradio would start a run with it, which is refused.

function isUnfinished(field) {
  const { rangeOverflow, rangeUnderflow } = field.validity ?? {};
  return field.matches?.("input[type=number]") && (field.value === "" || rangeOverflow || rangeUnderflow);
}

function ignoreUnfinished(event) {
  if (isUnfinished(event.target)) event.stopImmediatePropagation();
}

function finish(event) {
  const field = event.target;
  if (!isUnfinished(field)) return;
  const slider = field.closest(".block")?.querySelector("input[type=range]");
  const typed = field.value === "" ? (slider?.value ?? field.min) : field.value;
  field.value = Math.min(Math.max(typed, field.min || -Infinity), field.max || Infinity);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

window.addEventListener("input", ignoreUnfinished, { capture: true });
window.addEventListener("change", finish, { capture: true });

// Gradio's button that resets a slider changes it without saying that a visitor did.
function announceReset(event) {
  const slider = event.target.closest?.(".reset-button")?.closest(".block").querySelector("input[type=range]");
  if (slider) setTimeout(() => slider.dispatchEvent(new Event("input", { bubbles: true })));
}

document.addEventListener("click", announceReset);
