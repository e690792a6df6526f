// Clicks on pictures of the class "clickable": marks the place, and repeats the click while the pointer is dragged.
// Runs once per page, when Gradio has built it (`launch(js=...)`). It listens on the document, as Gradio builds
// pictures later, when their tab is opened.

const MILLISECONDS_BETWEEN_CLICKS = 100; // while dragging: each click is a call to the server

let lastClick = 0;

// Show a ring at the same relative place on every clickable picture, such as two maps of one plane.
function markPlace(event) {
  const picture = event.target.closest(".clickable img");
  if (!picture) return;
  const box = picture.getBoundingClientRect();
  for (const image of document.querySelectorAll(".clickable img")) {
    const frame = image.parentElement;
    frame.style.position = "relative";
    const marker = frame.querySelector(".click-marker") || frame.appendChild(document.createElement("i"));
    marker.className = "click-marker";
    marker.style.left = `${(100 * (event.clientX - box.left)) / box.width}%`;
    marker.style.top = `${(100 * (event.clientY - box.top)) / box.height}%`;
  }
}

function clickWhileDragging(event) {
  const picture = event.target.closest(".clickable img");
  const isPressed = event.buttons & 1;
  if (!picture || !isPressed || event.timeStamp - lastClick < MILLISECONDS_BETWEEN_CLICKS) return;
  lastClick = event.timeStamp;
  const { clientX, clientY } = event;
  picture.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX, clientY }));
}

// The browser's own dragging of pictures would take the pointer away.
function preventPictureDrag(event) {
  if (event.target.closest(".clickable")) event.preventDefault();
}

document.addEventListener("click", markPlace);
document.addEventListener("pointermove", clickWhileDragging);
document.addEventListener("dragstart", preventPictureDrag);
