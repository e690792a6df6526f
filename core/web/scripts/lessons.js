// The guided lesson (lessons.py): opened at the step that the address names, and printed as a hand-out.

const STEP = "step", TRIES = 100; // the lesson is there once Gradio has built the page

function openAt(number, tries = TRIES) {
  const lesson = document.querySelector(".lesson");
  if (!lesson) return tries && setTimeout(openAt, 100, number, tries - 1);
  lesson.open = true;
  lesson.querySelectorAll("ol > li")[number - 1]?.classList.add("current");
}

function printLesson() {
  const lesson = document.querySelector(".lesson"), wasOpen = lesson.open;
  lesson.open = true;
  document.body.classList.add("printing-lesson");
  print();
  document.body.classList.remove("printing-lesson");
  lesson.open = wasOpen;
}

const number = Number(new URLSearchParams(location.search).get(STEP));
if (number) openAt(number);
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".print-lesson")) printLesson();
  const link = event.target.closest?.(".set-controls");
  if (!link) return;
  event.preventDefault(); // relative links are those of the app's root, as Gradio's page has a base
  location.assign(`${location.pathname}${new URL(link.href).search}`);
});
