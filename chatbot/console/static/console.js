// How far the job of the page is (an index build, tests, a training); without this script the page
// says so when it is loaded.
const LOOK_EVERY = 1000; // milliseconds

const line = document.querySelector("[data-running]");
const bar = document.querySelector("progress");

async function look() {
  let state = null;
  try {
    const answer = await fetch(line.dataset.address, { headers: { Accept: "application/json" } });
    if (answer.ok) state = await answer.json();
  } catch {
    // The service restarts: the next look tells.
  }
  if (state && !state.running) {
    // The list and its states are other ones now, and what was said of the beginning is over.
    const next = new URL(location.href.split("#")[0]);
    next.searchParams.delete("said");
    location.replace(next);
    return;
  }
  if (state && state.text && state.text !== line.textContent) line.textContent = state.text;
  if (state && state.total) {
    bar.max = state.total;
    bar.value = state.done;
  }
  setTimeout(look, LOOK_EVERY);
}

if (line && line.dataset.running === "yes") setTimeout(look, LOOK_EVERY);

// A form that is sent twice by a double click is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// The page comes back as it was left when a person goes back to it.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
