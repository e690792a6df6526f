// The words of the other scripts, an object of English ones, in the language of the page (translated_app.py).

window.inLanguage = (words) => {
  const translate = (word) => (typeof word === "string" ? (window.strings?.[word] ?? word) : word);
  return Object.fromEntries(Object.entries(words).map(([name, word]) => [name, translate(word)]));
};
