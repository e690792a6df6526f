// Terms of the glossary (glossary.py): the first occurrence of each in a text, and among the labels of a demo's controls,
// becomes a button that opens its explanation, a popover of the page. Gradio builds and replaces texts all the time, so each
// change is looked at.

const TEXTS = ".md, .lesson > p, .lesson li"; // each explains a term once
const CHECKBOXES = "label:has(> input[type=checkbox]) > span", PICTURES = ".block:not(.sheet) > [data-testid=block-label]";
const CONTROLS = `[data-testid=block-info], .info-text, ${CHECKBOXES}, ${PICTURES}`; // all of a demo explain a term once
const ALL = `${TEXTS}, ${CONTROLS}`;
const LEFT_OUT = "a, button, .term, code, pre, summary, h1, h2, h3, .in-english, .sr-only";
const LETTER = "[\\p{L}\\p{M}\\p{N}]";
const read = new WeakMap(); // what each text was when its terms were found
const splits = new WeakMap(); // of each text: { node, data, added }, what was left of a part, and what was added behind it
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
  const kept = (splits.get(text) ?? []).filter(keepOrUndo);
  read.set(text, text.textContent);
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const isControl = text.matches(CONTROLS), others = isControl ? controlTerms(text) : text.querySelectorAll(".term");
  const explained = new Set([...others].map((term) => term.getAttribute("popovertarget")));
  const found = nodes.filter((node) => !node.parentElement.closest(LEFT_OUT)).map((node) => explainIn(node, explained));
  splits.set(text, [...kept, ...found.filter((split) => split.added.length)]);
}

// Gradio rewrites the first part of a label, which then is all of it: what was added goes. It leaves other parts as they
// are, such as the paragraphs of a text that have not changed: their terms are still in their places, and stay.
function keepOrUndo({ node, data, added }) {
  const isLeft = node.isConnected && node.data === data;
  if (!isLeft) added.forEach((each) => each.remove());
  return isLeft;
}

function controlTerms(text) {
  return (text.closest(".workbench") ?? document.body).querySelectorAll(`:is(${CONTROLS}) .term`);
}

// Make terms of words in a part of a text, and return the split (see above).
function explainIn(node, explained) {
  const added = [];
  const matches = [...node.data.matchAll(pattern)].map(({ 0: words, 1: form, index }) => [words, popovers.get(form.toLowerCase()), index]);
  const first = matches.filter(([, id]) => !explained.has(id) && explained.add(id));
  for (const [words, id, index] of first.reverse()) { // from the end: what stands before keeps its place
    const rest = node.splitText(index + words.length), term = makeTerm(words, id);
    node.splitText(index).replaceWith(term);
    added.push(rest, term);
  }
  return { node, data: node.data, added };
}

// Within a label, a real button would be what the label is of, and a click there would reach the control; in a text, a line
// could break between it and a comma.
function makeTerm(words, id) {
  const term = document.createElement("span");
  term.className = "term";
  term.textContent = words;
  term.tabIndex = 0;
  term.role = "button";
  term.setAttribute("popovertarget", id);
  return term;
}

let openAtPress = null; // the explanation that this press closes

function noteOpen({ target }) {
  openAtPress = target.closest?.("span.term") && document.querySelector(".explanation:popover-open");
}

function openTerm(event) {
  const term = event.target.closest?.("span.term");
  if (!term || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();
  const explanation = document.getElementById(term.getAttribute("popovertarget"));
  if (event.type === "keydown") explanation.togglePopover({ source: term });
  else if (explanation !== openAtPress) explanation.showPopover({ source: term });
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
    texts.add((target.closest ? target : target.parentElement)?.closest(ALL));
    for (const node of addedNodes) {
      if (node.matches?.(ALL)) texts.add(node);
      node.querySelectorAll?.(ALL).forEach((text) => texts.add(text));
    }
  }
  texts.delete(null);
  texts.delete(undefined);
  texts.forEach(explain);
}

document.querySelectorAll(ALL).forEach(explain);
new MutationObserver(explainChanged).observe(document.body, { subtree: true, childList: true, characterData: true });
document.addEventListener("pointerdown", noteOpen, true);
for (const type of ["click", "keydown"]) document.addEventListener(type, openTerm, true);
addEventListener("beforeprint", noteOnPaper);
