// Terms of the glossary (glossary.py): the first occurrence of each in a text becomes a button that opens its explanation,
// a popover of the page. Gradio builds and replaces texts all the time, so each change is looked at.

const TEXTS = ".md, .lesson > p, .lesson li"; // each explains a term once
const LEFT_OUT = "a, button, code, pre, summary, label, h1, h2, h3, .in-english";
const LETTER = "[\\p{L}\\p{M}\\p{N}]";
const read = new WeakMap(); // what each text was when its terms were found
let pattern, popovers = new Map(); // of all terms, and the id of the explanation of each

function findExplanations() {
  for (const explanation of document.querySelectorAll(".explanation")) {
    const [name, also] = ["dfn", ".also"].map((part) => explanation.querySelector(part).textContent.trim());
    for (const form of [name, ...also.split("|")].filter(Boolean)) popovers.set(form.toLowerCase(), explanation.id);
  }
  const forms = [...popovers.keys()].sort((a, b) => b.length - a.length); // the longest first: "noise level σ", then "σ"
  const escaped = forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (forms.length) pattern = new RegExp(`(?<!${LETTER})(${escaped.join("|")})(?:e?s)?(?!${LETTER})`, "giu");
}

function explain(text) {
  if (!pattern) findExplanations();
  if (!pattern || read.get(text) === text.textContent || text.closest(LEFT_OUT)) return;
  read.set(text, text.textContent);
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const explained = new Set([...text.querySelectorAll("button.term")].map((button) => button.getAttribute("popovertarget")));
  for (const node of nodes) if (!node.parentElement.closest(LEFT_OUT)) explainIn(node, explained);
}

function explainIn(node, explained) {
  const matches = [...node.data.matchAll(pattern)].map(({ 0: words, 1: form, index }) => [words, popovers.get(form.toLowerCase()), index]);
  const first = matches.filter(([, id]) => !explained.has(id) && explained.add(id));
  for (const [words, id, index] of first.reverse()) { // from the end: what stands before keeps its place
    node.splitText(index + words.length);
    node.splitText(index).replaceWith(makeButton(words, id));
  }
}

function makeButton(words, id) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "term";
  button.textContent = words;
  button.setAttribute("popovertarget", id);
  return button;
}

// The terms of the lesson are those of the list on paper.
function noteOnPaper() {
  for (const button of document.querySelectorAll(".lesson .term")) {
    document.getElementById(button.getAttribute("popovertarget")).classList.add("in-lesson");
  }
}

function explainChanged(changes) {
  const texts = new Set();
  for (const { target, addedNodes } of changes) {
    texts.add((target.closest ? target : target.parentElement)?.closest(TEXTS));
    for (const node of addedNodes) node.querySelectorAll?.(TEXTS).forEach((text) => texts.add(text));
  }
  texts.delete(null);
  texts.delete(undefined);
  texts.forEach(explain);
}

document.querySelectorAll(TEXTS).forEach(explain);
new MutationObserver(explainChanged).observe(document.body, { subtree: true, childList: true, characterData: true });
addEventListener("beforeprint", noteOnPaper);
