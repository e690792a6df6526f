// The language of the page (translated_app.py): a menu beside the links to the pages, and Gradio's own words.

const NAME = "lang", COOKIE = "darkroom_lang", YEAR = 365 * 24 * 3600;
const { LABEL } = window.inLanguage({ LABEL: "Language" });

function choose({ target }) {
  document.cookie = `${COOKIE}=${target.value}; path=/; max-age=${YEAR}; SameSite=Lax`;
  const address = new URL(location.href);
  address.searchParams.set(NAME, target.value); // for frames, in which browsers keep no cookies
  location.assign(address);
}

function addMenu() {
  const menu = document.createElement("select");
  menu.className = "language-menu";
  menu.ariaLabel = LABEL;
  for (const [code, name] of Object.entries(window.languages ?? {})) {
    menu.add(new Option(name, code, false, code === window.language));
  }
  menu.addEventListener("change", choose);
  (document.querySelector(".nav-holder") ?? document.querySelector(".page-title"))?.append(menu);
}

// A link to another page keeps a language that was asked for by the address.
function keepLanguage({ target }) {
  const link = target.closest?.("a[href]"), asked = new URLSearchParams(location.search).get(NAME);
  if (!asked || !link || link.origin !== location.origin || link.hash) return;
  const address = new URL(link.href);
  address.searchParams.set(NAME, asked);
  link.href = address;
}

// Gradio has words for most languages, and takes those that gr.I18n gives it, but only for the browser's own ones.
async function setGradioLanguage() {
  const core = performance.getEntriesByType("resource").find(({ name }) => /\/assets\/core-[^/]*\.js$/.test(name));
  if (core) (await import(core.name)).changeLocale?.(window.language);
}

if (window.languages) {
  addMenu();
  document.addEventListener("click", keepLanguage, true);
  if (window.language !== "en") setGradioLanguage();
}
