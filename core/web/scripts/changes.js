// Gradio builds and replaces parts of the page all the time. What has to look through the whole page after a change gives
// its function to `afterChanges`: it is called before the next frame, once for all changes until then.

const looks = [], attributeFilter = ["alt", "aria-label", "aria-selected", "class", "src"];
let isAwaited = false;

function lookThrough() {
  isAwaited = false;
  looks.forEach((look) => queueMicrotask(look)); // each on its own: an error in one does not stop the others
}

function awaitFrame() {
  if (!isAwaited) requestAnimationFrame(lookThrough);
  isAwaited = true;
}

window.afterChanges = (look) => {
  looks.push(look);
  awaitFrame();
};

new MutationObserver(awaitFrame).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter });
document.addEventListener("load", awaitFrame, true); // a picture has its size now
