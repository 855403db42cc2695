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

// A small model answers while a larger one is fetched and converted: a line says how far it is.
const LOOK_EVERY = 3000; // milliseconds

async function tellOfModel(seen = "") {
  let state = { text: "", share: null, over: true };
  try {
    const answer = await fetch("/desk/model", { headers: { "Accept-Language": navigator.language } });
    if (answer.ok) state = await answer.json();
  } catch {
    state = { text: seen, share: null, over: false }; // the service restarts
  }
  let line = document.getElementById("model-line");
  if (!state.text) return line?.remove();
  if (!line) {
    line = document.createElement("div");
    line.id = "model-line";
    line.setAttribute("role", "status");
    line.style.cssText =
      "position:fixed;left:50%;bottom:2px;transform:translateX(-50%);max-width:92vw;z-index:5;" +
      "font-size:12px;line-height:16px;text-align:center;opacity:.85;pointer-events:none";
    document.body.append(line);
  }
  if (state.text !== seen) line.textContent = state.text;
  if (state.over) setTimeout(() => line.remove(), 20000);
  else setTimeout(() => tellOfModel(state.text), LOOK_EVERY);
}

tellOfModel();
