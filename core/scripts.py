"""What a page does in the browser, beyond what Gradio does: drag on a picture, take up the pen of a pad."""

TAKE_UP_THE_PEN = """() => setTimeout(() => document.querySelector(".sketch [aria-label=Brush]")?.click(), 500)"""
CLICKS_WHILE_DRAGGING = """() => {
  if (window.draggingClicks) return;
  window.draggingClicks = true;
  let last = 0;
  document.addEventListener("click", event => {
    const picture = event.target.closest(".clickable img");
    if (!picture) return;
    const box = picture.getBoundingClientRect();
    for (const each of document.querySelectorAll(".clickable img")) {
      const frame = each.parentElement;
      frame.style.position = "relative";
      const dot = frame.querySelector(".here") || frame.appendChild(document.createElement("i"));
      dot.className = "here";
      dot.style.left = 100 * (event.clientX - box.left) / box.width + "%";
      dot.style.top = 100 * (event.clientY - box.top) / box.height + "%";
    }
  });
  document.addEventListener("pointermove", event => {
    const picture = event.target.closest(".clickable img");
    if (!picture || !(event.buttons & 1) || event.timeStamp - last < 100) return;
    last = event.timeStamp;
    const { clientX, clientY } = event;
    picture.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX, clientY }));
  });
  document.addEventListener("dragstart", event => event.target.closest(".clickable") && event.preventDefault());
}"""
