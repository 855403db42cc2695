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

// A new conversation gets its address some time after its first question. A page that is loaded again
// before, goes to the conversation in which was asked. The service tells which one a page begins.
const ASKED = "asked";
// Who goes to the first page anew wants a new conversation.
const loadedAgain = performance.getEntriesByType("navigation")[0]?.type === "reload";
const askedBefore = location.pathname === "/" && loadedAgain ? sessionStorage.getItem(ASKED) : null;
if (!loadedAgain) sessionStorage.removeItem(ASKED);
let begun = "";

addEventListener("message", (event) => {
  if (event.source !== window || !event.data?.thread) return;
  begun = event.data.thread;
  sessionStorage.removeItem(ASKED);
  if (event.data.open) tellOnce(event.data.open);
});

function rememberAsked() {
  if (location.pathname !== "/") sessionStorage.removeItem(ASKED);
  else if (begun && document.querySelector("[data-step-type=user_message]")) sessionStorage.setItem(ASKED, begun);
}

async function findAgain(tries) {
  const id = encodeURIComponent(askedBefore);
  const { status } = await fetch(`/project/thread/${id}`);
  const isNew = location.pathname === "/" && !document.querySelector("[data-step-type=user_message]");
  if (!isNew || document.getElementById("chat-input")?.value) return; // something else is asked now
  if (status === 200) location.replace(`/thread/${id}`);
  else if (status === 404 && tries > 1) setTimeout(findAgain, LOOK_EVERY, tries - 1); // not kept yet
}

// Chainlit leads from the first page to the conversation of its session, so that who goes back would
// never come further than that: the first page is loaded anew, with a session of its own.
addEventListener(
  "popstate",
  (event) => {
    if (location.pathname !== "/" || !begun) return;
    event.stopImmediatePropagation();
    location.replace("/");
  },
  true, // before Chainlit hears of it
);

// While Chainlit connects, as behind "New chat", it takes no Enter and says nothing: what was to be
// sent is, as soon as it can be, unless it is changed meanwhile.
const SEND_EVERY = 500; // milliseconds

function isSent(text) {
  const asked = [...document.querySelectorAll("[data-step-type=user_message]")].pop();
  return document.getElementById("chat-input")?.value !== text || asked?.textContent.trim() === text.trim();
}

function sendLater(text, tries) {
  if (isSent(text) || document.getElementById("stop-button")) return;
  const send = document.getElementById("chat-submit");
  if (send && !send.disabled) send.click();
  if (tries > 1) setTimeout(sendLater, SEND_EVERY, text, tries - 1);
}

addEventListener(
  "keydown",
  ({ key, target, shiftKey, isComposing }) => {
    const busy = document.getElementById("stop-button") || document.querySelector(OVER);
    if (key !== "Enter" || shiftKey || isComposing || busy || target.id !== "chat-input") return;
    const send = document.getElementById("chat-submit");
    if (target.value.trim() && (!send || send.disabled)) setTimeout(sendLater, SEND_EVERY, target.value, 40);
  },
  true,
);

// A line below the box: how fresh the knowledge is, with a link to the console for those who keep
// it, and, while a larger model than the one that answers is fetched and converted, how far that is.
// At the beginning of a visit it says for a while that the page is open, where it is.
const LOOK_EVERY = 3000; // milliseconds
const FRESH_EVERY = 30000;
const OPEN_FOR = 20000;
const lines = { open: "", model: "", knowledge: "", console: "" };

function draw() {
  const text = lines.open || lines.model || lines.knowledge;
  let line = document.getElementById("state-line");
  if (!text) {
    line?.remove();
    return place();
  }
  if (!line) {
    line = document.createElement("footer");
    line.id = "state-line";
    line.style.cssText =
      "position:fixed;bottom:2px;z-index:5;" +
      "font-size:12px;line-height:16px;text-align:center;opacity:.85;pointer-events:none";
    line.append(document.createElement("span"));
    document.body.append(line);
  }
  const said = line.firstElementChild;
  // What changes by itself is read out; how fresh the knowledge is need not be.
  if (lines.open || lines.model) said.setAttribute("role", "status");
  else said.removeAttribute("role");
  if (said.textContent !== text) said.textContent = text;
  if (lines.console && !line.querySelector("a")) {
    const link = document.createElement("a");
    link.href = "/console";
    link.textContent = lines.console;
    link.style.cssText = "margin-inline-start:1em;text-decoration:underline;pointer-events:auto";
    line.append(link);
  }
  place();
}

// As wide as the box and below it, wherever the sidebar pushes that; Chainlit's own line, which
// stands there in a conversation, would show through.
function place() {
  const line = document.getElementById("state-line");
  for (const own of document.querySelectorAll(".watermark"))
    own.style.visibility = line ? "hidden" : "";
  if (!line) return;
  const composer = document.getElementById("message-composer");
  watch(composer);
  const around = composer?.getBoundingClientRect();
  const { left, width } = around?.width ? around : { left: 0, width: innerWidth };
  line.style.left = `${left}px`;
  line.style.width = `${width}px`;
  if (!around?.width) return;
  // On a phone the line is three lines, and the box makes room for them.
  const raised = parseFloat(composer.style.marginBottom) || 0;
  const wanted = Math.ceil(around.bottom + raised - line.getBoundingClientRect().top);
  composer.style.marginBottom = wanted > 0 ? `${wanted}px` : "";
}
addEventListener("resize", place);

// The sidebar and a source beside the conversation slide in, and push the box with what is around it.
let watched = null;
const sizes = new ResizeObserver(place);

function watch(composer) {
  if (!composer || composer === watched) return;
  watched = composer;
  sizes.disconnect();
  for (let part = composer; part !== document.body && part; part = part.parentElement)
    sizes.observe(part);
}

function tellOnce(sentence) {
  if (sessionStorage.getItem("told open")) return;
  sessionStorage.setItem("told open", "yes");
  lines.open = sentence;
  draw();
  setTimeout(() => ((lines.open = ""), draw()), OPEN_FOR);
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
  if (state.answers && !lines.model) return; // so it was before this page was opened
  lines.model = state.text;
  draw();
  if (!state.over) setTimeout(tellOfModel, LOOK_EVERY);
  else if (state.text) setTimeout(() => ((lines.model = ""), draw()), 20000);
}

async function tellOfKnowledge() {
  try {
    const state = await ask("/desk/knowledge");
    const when = state?.at && new Date(state.at).toLocaleString(navigator.language, { dateStyle: "medium", timeStyle: "short" });
    lines.console = state?.console ?? "";
    lines.knowledge = when ? state.text.replace("{when}", when) : "";
    draw();
  } catch {
    // The service restarts; the last line stays.
  }
  setTimeout(tellOfKnowledge, lines.knowledge ? FRESH_EVERY : LOOK_EVERY);
}

tellOfModel();
tellOfKnowledge();
if (askedBefore) findAgain(5).catch(() => {}); // the service restarts

// Chainlit looks up what to say of a failed sign-in by the phrase of its HTTP status, which HTTP/2
// does not have.
const PHRASES = { 401: "Unauthorized", 429: "Too Many Requests" };
const plainFetch = window.fetch;
window.fetch = async (...request) => {
  const answer = await plainFetch(...request);
  if (answer.statusText || !(answer.status in PHRASES)) return answer;
  const { status, headers } = answer;
  return new Response(answer.body, { status, headers, statusText: PHRASES[status] });
};

// Buttons that are only a picture get a name, and an answer is read out when it is whole: screen
// readers have neither from Chainlit.
const NAMES = {
  "#new-chat-button": "navigation.newChat.button",
  "#search-chats-button": "threadHistory.sidebar.filters.search",
  "#sidebar-trigger-button": "threadHistory.sidebar.actions.open",
  "#chat-settings-open-modal": "chat.settings.title",
  "#chat-submit": "chat.input.actions.send",
  "#stop-button": "chat.input.actions.stop",
  "#upload-button": "chat.input.actions.attachFiles",
  "#side-view-title > button": "common.actions.goBack",
  "#attachments button": "chat.fileUpload.actions.removeAttachment",
  ".positive-feedback-on, .positive-feedback-off": "chat.messages.feedback.positive",
  ".negative-feedback-on, .negative-feedback-off": "chat.messages.feedback.negative",
  "button:has(svg.lucide-copy)": "chat.messages.actions.copy.button",
  "button:has(svg.lucide-refresh-cw)": "peregrine.regenerate",
  "button:has(svg.lucide-arrow-down)": "peregrine.bottom",
  ".edit-message": "peregrine.edit",
  "#password + button": "peregrine.show_password",
  "#thread-options": "peregrine.thread_options",
  "#user-nav-button": "peregrine.account",
};
let words = null;
const named = new WeakMap(); // the names that buttons got here

// One element may be Send and Stop in turn; what named itself keeps its name.
function nameButton(button, name) {
  const has = button.getAttribute("aria-label");
  if (has === name || (has !== null && has !== named.get(button))) return;
  button.setAttribute("aria-label", name);
  named.set(button, name);
}

function nameButtons() {
  for (const [buttons, path] of Object.entries(NAMES)) {
    const name = path.split(".").reduce((found, key) => found?.[key], words);
    for (const button of name ? document.querySelectorAll(buttons) : []) nameButton(button, name);
  }
}

// An address in an answer is no link: a sign that nobody sees parts it (chatbot/page/answers.py). Who
// copies it gets it without.
// (No lookbehind: Safari reads it from 16.4 on, and nothing of a script that has one before.)
const PARTING = /(\b(?:https?|ftp|mailto|javascript|data|vbscript))\u200b(?=:)|(\bwww)\u200b(?=\.)|(!)\u200b(?=\[)|(\])\u200b(?=\()/gi;
const whole = (text) => text.replace(PARTING, "$1$2$3$4");
addEventListener("copy", (event) => {
  const said = getSelection().toString();
  const plain = whole(said);
  if (plain === said || ["INPUT", "TEXTAREA"].includes(event.target.tagName)) return;
  event.clipboardData.setData("text/plain", plain);
  event.preventDefault();
});
const clipboard = navigator.clipboard; // none over plain HTTP from another machine
if (clipboard) {
  const write = clipboard.writeText.bind(clipboard);
  clipboard.writeText = (text) => write(whole(String(text)));
}

// Escape closes the source beside the conversation, and the keyboard goes on where it was opened. What
// lies over the page, such as a menu, closes by itself first.
const OVER = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";
let opener = null;
addEventListener("click", (event) => (opener = event.target.closest?.("button.source") ?? opener), true);
addEventListener(
  "keydown",
  (event) => {
    const close = document.querySelector("#side-view-title > button");
    if (event.key !== "Escape" || event.isComposing || !close || document.querySelector(OVER)) return;
    close.click();
    if (opener?.isConnected) opener.focus();
  },
  true, // before a menu is gone by the same key
);

// What a question back offers looks like a button; Chainlit draws it as a word.
function drawChoices() {
  for (const button of document.querySelectorAll(".ai-message button[id]:not(:has(svg))"))
    Object.assign(button.style, { border: "1px solid", height: "1.75rem", marginInlineStart: "6px" });
}

// The arrow that leads to the end of a conversation lies over what is there; where that can be
// clicked or typed in, it goes.
const USABLE = "a, button, input, label, textarea";

function clearArrow() {
  const arrow = document.querySelector("button:has(svg.lucide-arrow-down)");
  const log = document.querySelector(".ai-message")?.closest(".overflow-y-auto");
  if (!arrow || !log) return;
  const place = arrow.getBoundingClientRect();
  const covered = [...log.querySelectorAll(USABLE)].some((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    return left < place.right && right > place.left && top < place.bottom && bottom > place.top;
  });
  arrow.style.visibility = covered ? "hidden" : "";
}
addEventListener("scroll", clearArrow, { capture: true, passive: true });
addEventListener("resize", clearArrow);

// While an answer is waited for, a line in its place says what is done (chatbot/page/waiting.py). It
// is there as long as Stop is, whatever becomes of the connection, and each text is read out once:
// not within the log, of which nothing is while it changes.
const style = document.createElement("style");
style.textContent = `
  :root.dark { color-scheme: dark; } /* scroll bars */
  #command-popover { max-width: calc(100vw - 1rem); } /* else as wide as its longest line */
  #command-popover [cmdk-list] { max-height: min(60vh, 30rem) !important; } /* else five and a half */
  @media (prefers-reduced-motion: no-preference) {
    [id^="step-waiting-"] .ai-message > :first-child { animation: waiting 1.6s ease-in-out infinite; }
    @keyframes waiting { 50% { opacity: .3; } }
  }
  [id^="step-waiting-"] button { display: none; }`;
document.head.append(style);
const aloud = document.createElement("div");
aloud.setAttribute("role", "status");
aloud.style.cssText = "position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";

function showWaiting() {
  if (!aloud.isConnected) document.body.append(aloud);
  const stop = document.getElementById("stop-button");
  let said = "";
  for (const line of document.querySelectorAll('[id^="step-waiting-"]')) {
    line.style.display = stop ? "" : "none";
    if (stop) said = line.querySelector(".message-content")?.textContent.trim() ?? "";
  }
  if (aloud.textContent !== said) aloud.textContent = said;
}

function speakAnswers() {
  const log = document.querySelector(".ai-message")?.closest(".overflow-y-auto");
  if (!log) return;
  log.setAttribute("role", "log"); // what is added is read out, once nothing is being written
  log.setAttribute("aria-busy", String(Boolean(document.getElementById("stop-button"))));
}

// Whose session was ended comes to the sign-in page, which says why.
function tellEnded() {
  const why = /\bended=(removed|reset)\b/.exec(document.cookie);
  if (location.pathname !== "/login" || !why) return;
  document.cookie = "ended=; max-age=0; path=/";
  location.replace(`/login?error=${why[1]}`);
}

// Behind thumbs down comes the form for what would have been right: the box for a few words that
// Chainlit opens before it would ask the same twice.
let judged = false;
addEventListener(
  "click",
  (event) => (judged = Boolean(event.target.closest?.(".negative-feedback-off"))),
  true,
);
new MutationObserver(() => {
  const box = judged && document.getElementById("submit-feedback");
  if (!box) return;
  judged = false;
  box.click();
}).observe(document.body, { childList: true, subtree: true });

let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true; // an answer changes the page many times a second
  setTimeout(() => {
    due = false;
    nameButtons();
    drawChoices();
    clearArrow();
    rememberAsked();
    showWaiting();
    speakAnswers();
    tellEnded();
    place();
  }, 200);
}).observe(document.body, { childList: true, subtree: true });

fetch(`/project/translations?language=${encodeURIComponent(navigator.language)}`)
  .then((answer) => answer.json())
  .then((found) => {
    words = found.translation;
    nameButtons();
  })
  .catch(() => {}); // the service restarts; the page loads again then
