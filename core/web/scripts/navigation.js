// Moves between tabs by the arrow keys, as the pattern "tabs" of the ARIA Authoring Practices says, and folds the
// links to the pages into a menu on a phone.

const { MENU } = window.inLanguage({ MENU: "Menu" });
const MOVES = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

const tabsOf = (list) => [...list.querySelectorAll("[role=tab]")];

function moveBetweenTabs(event) {
  const list = event.target.closest?.("[role=tablist]"), move = MOVES[event.key];
  if (!list || !move || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const tabs = tabsOf(list), index = tabs.indexOf(event.target.closest("[role=tab]"));
  const isEnd = Math.abs(move) === Infinity;
  const next = isEnd ? (move > 0 ? tabs.length - 1 : 0) : (index + move + tabs.length) % tabs.length;
  tabs[next].click();
  tabs[next].focus();
}

// Only the selected tab is reached by the Tab key, and names the panel that it shows.
function updateTabs() {
  for (const list of document.querySelectorAll("[role=tablist]")) {
    for (const tab of tabsOf(list)) tab.tabIndex = tab.ariaSelected === "true" ? 0 : -1;
    const selected = tabsOf(list).find((tab) => tab.ariaSelected === "true");
    const panels = list.closest(".tabs")?.querySelectorAll(":scope > [role=tabpanel]");
    const shown = [...(panels ?? [])].find((panel) => panel.style.display !== "none");
    if (!selected || !shown) continue;
    selected.id ||= `tab-${selected.dataset.tabId}`;
    shown.id ||= `panel-${selected.dataset.tabId}`;
    selected.setAttribute("aria-controls", shown.id);
    shown.setAttribute("aria-labelledby", selected.id);
  }
}

function addMenu() {
  const links = document.querySelector(".nav-holder nav");
  if (!links || document.querySelector(".menu-button")) return;
  links.id ||= "pages";
  const button = document.createElement("button");
  button.className = "menu-button";
  button.textContent = MENU;
  button.setAttribute("aria-controls", links.id);
  const show = (isOpen) => {
    links.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", isOpen);
  };
  button.addEventListener("click", () => show(!links.classList.contains("open")));
  links.parentElement.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  links.before(button);
  show(false);
}

document.addEventListener("keydown", moveBetweenTabs);
window.afterChanges(updateTabs);
addMenu();
