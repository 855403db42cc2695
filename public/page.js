// When a new conversation gets its address, Chainlit builds the page anew, and what a person has
// typed meanwhile is gone. The box that was taken away still holds it.
let box = null;
let born = ""; // the address at which the box appeared; it changes some time before the box does

new MutationObserver(() => {
  const next = document.getElementById("chat-input");
  if (!next || next === box) return;
  // The box of the welcome screen goes when its question is sent, and still holds it.
  const moved = born === "/" && location.pathname.startsWith("/thread/");
  const typed = moved ? box.value : "";
  box = next;
  born = location.pathname;
  if (!typed || next.value) return;
  // React notices a value only when it comes through the element's own setter.
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  set.call(next, typed);
  next.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document.body, { childList: true, subtree: true });

// A line below the box: how fresh the knowledge is, and, while a larger model than the one that
// answers is fetched and converted, how far that is.
const LOOK_EVERY = 3000; // milliseconds
const FRESH_EVERY = 30000;
const lines = { model: "", knowledge: "" };

function draw() {
  const text = lines.model || lines.knowledge;
  let line = document.getElementById("state-line");
  if (!text) return line?.remove();
  if (!line) {
    line = document.createElement("footer");
    line.id = "state-line";
    line.style.cssText =
      "position:fixed;left:50%;bottom:2px;transform:translateX(-50%);max-width:92vw;z-index:5;" +
      "font-size:12px;line-height:16px;text-align:center;opacity:.85;pointer-events:none";
    line.append(document.createElement("span"));
    document.body.append(line);
  }
  const said = line.firstElementChild;
  // What changes by itself is read out; how fresh the knowledge is need not be.
  if (lines.model) said.setAttribute("role", "status");
  else said.removeAttribute("role");
  if (said.textContent !== text) said.textContent = text;
}

async function ask(address) {
  const answer = await fetch(address, { headers: { "Accept-Language": navigator.language } });
  return answer.ok ? answer.json() : null;
}

async function tellOfModel() {
  let state = { text: "", over: true };
  try {
    state = (await ask("/desk/model")) || state;
  } catch {
    state = { text: lines.model, over: false }; // the service restarts
  }
  lines.model = state.text;
  draw();
  if (!state.over) setTimeout(tellOfModel, LOOK_EVERY);
  else if (state.text) setTimeout(() => ((lines.model = ""), draw()), 20000);
}

async function tellOfKnowledge() {
  try {
    const state = await ask("/desk/knowledge");
    const when = state?.at && new Date(state.at).toLocaleString(navigator.language, { dateStyle: "medium", timeStyle: "short" });
    lines.knowledge = when ? state.text.replace("{when}", when) : "";
    draw();
  } catch {
    // The service restarts; the last line stays.
  }
  setTimeout(tellOfKnowledge, lines.knowledge ? FRESH_EVERY : LOOK_EVERY);
}

tellOfModel();
tellOfKnowledge();
