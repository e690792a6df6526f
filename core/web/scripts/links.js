// Addresses of tabs, and links to a page with its settings (links.py).

const NOT_OURS = ["__theme", "view", "lang"]; // parameters of the page as a whole

function show(query) {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => NOT_OURS.includes(name));
  history.replaceState(null, "", `${location.pathname}?${new URLSearchParams([...query, ...kept])}`);
}

// Write the tab that a visitor has chosen into the address. Gradio also selects one when it builds the page.
window.showTab = (tab) => {
  if (!(navigator.userActivation?.hasBeenActive ?? true)) throw new Error("not chosen by the visitor");
  if (new URLSearchParams(location.search).get("tab") !== tab) show([["tab", tab]]);
  return [];
};

function nameOfExample(picture, examples) {
  const name = picture?.path?.split(/[\\/]/).pop().replace(/\.\w+$/, "");
  return examples.includes(name) ? name : null;
}

// Copy the address of the tab with its controls that are not as they were at first, and return `done`.
window.copyLink = async (controls, values, done) => {
  writeAddress(controls, values);
  await copy(location.href);
  return done;
};

// Copy HTML that shows that address in another page, and return `done`.
window.copyFrame = async (controls, values, done) => {
  writeAddress(controls, values);
  const address = location.href.replaceAll("&", "&amp;"), title = document.title.replaceAll('"', "");
  await copy(`<iframe src="${address}" title="${title}" width="100%" height="900" loading="lazy" style="border:0"></iframe>`);
  return done;
};

function writeAddress(controls, values) {
  const tab = new URLSearchParams(location.search).get("tab") ?? controls[0].tab;
  const query = [["tab", tab]];
  controls.forEach(({ tab: of, name, first, examples }, i) => {
    const value = examples ? nameOfExample(values[i], examples) : values[i];
    if (of !== tab || value === null || JSON.stringify(value) === JSON.stringify(first)) return;
    const several = Array.isArray(value) && !value.length ? [""] : [value].flat(); // a choice of none is said, too
    for (const each of several) query.push([name, String(each)]);
  });
  show(query);
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.body.appendChild(document.createElement("textarea")); // a page without https
  field.value = text;
  field.select();
  document.execCommand("copy");
  field.remove();
}
