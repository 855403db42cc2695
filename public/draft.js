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
