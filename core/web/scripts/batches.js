// Several files that are dropped on a picture at once go to the list of files below it (batches.py): a picture takes one.

const LONGEST_WAIT = 50; // frames, until Gradio has built what was folded

async function takeAll(event) {
  const files = event.dataTransfer?.files ?? [];
  const part = event.target.closest?.("[role=tabpanel], .gradio-container")?.querySelector(".batch");
  if (files.length < 2 || !part || event.target.closest(".batch")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const given = new DataTransfer();
  for (const file of files) given.items.add(file);
  const field = await unfold(part);
  field.files = given.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  part.scrollIntoView({ block: "center" });
}

// Open a folded part, and return its field of files once it is there.
async function unfold(part) {
  const find = () => part.querySelector("input[type=file]");
  if (!find()?.closest("[style*='display: block']")) part.querySelector("button.label-wrap:not(.open)")?.click();
  for (let i = 0; i < LONGEST_WAIT && !find(); i++) await new Promise(requestAnimationFrame);
  return find();
}

window.addEventListener("drop", takeAll, { capture: true });
