// When a new conversation gets its address, Chainlit builds the page anew, and what a person has
// typed meanwhile is gone. The box that was taken away still holds it.
let box = null;
let page = "";

function watch(next) {
  box = next;
  page = location.pathname;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "chat-input") watch(event.target);
});

new MutationObserver(() => {
  if (!box || box.isConnected) return;
  const next = document.getElementById("chat-input");
  if (!next) return;
  // The box of the welcome screen goes when its question is sent, and still holds it.
  const moved = page === "/" && location.pathname.startsWith("/thread/");
  const typed = box.value;
  watch(next);
  if (!moved || !typed || next.value) return;
  // React notices a value only when it comes through the element's own setter.
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  set.call(next, typed);
  next.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document.body, { childList: true, subtree: true });
