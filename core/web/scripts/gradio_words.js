// Gradio's words that it has in English only, in the language of the page (translated_app.py): names of buttons and
// controls, and what a running demo says. Gradio makes new ones all the time, so each change is looked at.

const NAMES = [
  "number input for {}", "range slider for {}", "Reset to default value", "Remove Image", "Fullscreen",
  "Download", "Exit fullscreen mode", "Upload file", "Record audio", "Capture from camera", "Record video from camera",
  "Paste from clipboard", "grant webcam access", "capture photo", "start recording", "stop recording",
  "Click to upload or drop files", "Remove this file", "Empty value", "Close", "copy", "undo",
  "Gradio footer navigation",
];
const TEXTS = ["Error", "Warning", "Info", "Click to Access Webcam", "processing |", "queue: {} |"];
const ATTRIBUTES = ["aria-label", "title"], NAMED = ATTRIBUTES.map((name) => `[${name}]`).join();
const [names, texts] = [NAMES, TEXTS].map((words) => words.map(read).filter(Boolean));

function read(words) {
  const translation = window.strings?.[words], [before, after] = words.split("{}");
  // What stays as it is would be a change all the same, and looked at again, without end.
  return translation !== words && translation && { before, after, translation };
}

// Return the translation of what is one of Gradio's words, or a template that is filled.
function translate(text, known) {
  const words = text.trim();
  const isMeant = ({ before, after }) => after === undefined ? words === before : words.startsWith(before) && words.endsWith(after);
  const { before, after, translation } = known.find(isMeant) ?? {};
  return translation?.replace("{}", words.slice(before.length, words.length - (after ?? "").length));
}

function rename(element) {
  for (const name of ATTRIBUTES) {
    const translation = translate(element.getAttribute(name) ?? "", names);
    if (translation && translation !== element.getAttribute(name)) element.setAttribute(name, translation);
  }
}

function reword(node) {
  const translation = translate(node.data, texts);
  if (translation && translation !== node.data.trim()) node.data = ` ${translation} `;
}

function translateAll(root) {
  if (root.nodeType === Node.TEXT_NODE) return reword(root);
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  [root, ...root.querySelectorAll(NAMED)].forEach(rename);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) reword(walker.currentNode);
}

function translateChanged(changes) {
  for (const { type, target, addedNodes } of changes) {
    if (type === "attributes") rename(target);
    else if (type === "characterData") reword(target);
    else addedNodes.forEach(translateAll);
  }
}

if (names.length) {
  translateAll(document.body);
  new MutationObserver(translateChanged).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES,
  });
}
