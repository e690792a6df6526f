// Rows of small pictures with labels in them (sheets.py): where there is no room for a label of a readable size, as on a
// phone, the sheet keeps its size and is scrolled sideways.

const LABEL_SIZE = 32, READABLE_SIZE = 12; // pixels: in the file (as in sheets.py), and at least on the page

function keepReadable(event) {
  const sheet = event.target;
  if (sheet.matches?.(".sheet img")) sheet.style.minWidth = `${(sheet.naturalWidth * READABLE_SIZE) / LABEL_SIZE}px`;
}

document.addEventListener("load", keepReadable, true);
