/* The widget of Peregrine: one script, one element, no framework.
 *
 *   <script src="https://SERVICE/widget/peregrine.js" data-key="wk_..." async></script>
 *
 * Whatever people, documents and the page say becomes text nodes, never markup; styles are one
 * constructed sheet, so a page's content security policy needs 'unsafe-inline' nowhere. A visit is
 * kept in this tab's sessionStorage and nowhere else.
 */
(() => {
  "use strict";

  const NAME = "peregrine-widget";
  const WORDS = {
    en: {
      open: "Ask a question",
      heading: "Ask us",
      close: "Close",
      fresh: "New conversation",
      about: "Software writes these answers from our own pages. It can be wrong: see the sources.",
      privacy: "Privacy",
      hello: "Hello! What would you like to know?",
      box: "Your question",
      send: "Send",
      stop: "Stop",
      you: "You",
      bot: "Answer",
      looking: "Looking for an answer …",
      position: "Others are asking, too. Your place in the queue: {n}",
      sources: "Sources",
      tab: "opens in a new tab",
      unsure: "Our pages do not say the underlined part in these words.",
      refused: "I found no sure answer on our pages, and I would rather not guess.",
      closest: "These pages come closest",
      team: "Ask our team",
      teamAbout: "We pass this conversation on to our team. A person reads it and answers by e-mail.",
      name: "Name (optional)",
      email: "E-mail address",
      message: "Message (optional)",
      pass: "Send to our team",
      cancel: "Cancel",
      passed: "Thank you. Our team has your question, and a person will answer by e-mail to {email}. Your reference is {reference}.",
      busy: "Many people are asking right now, so your question was not taken. It is still here; please send it again in a moment.",
      often: "You have asked a lot in a short time. Please send it again in {n} seconds.",
      unusable: "This question cannot be used; it may be too long. Please shorten it.",
      address: "Please check the e-mail address, or say what our team can help with.",
      away: "That did not work right now. What you wrote is still here; please try again in a moment.",
      stopped: "Stopped.",
      again: "Send again",
    },
    de: {
      open: "Frage stellen",
      heading: "Fragen Sie uns",
      close: "Schließen",
      fresh: "Neues Gespräch",
      about: "Diese Antworten schreibt eine Software nach unseren eigenen Seiten. Sie kann sich irren: Sehen Sie in die Quellen.",
      privacy: "Datenschutz",
      hello: "Guten Tag! Was möchten Sie wissen?",
      box: "Ihre Frage",
      send: "Senden",
      stop: "Anhalten",
      you: "Sie",
      bot: "Antwort",
      looking: "Die Antwort wird gesucht …",
      position: "Gerade fragen auch andere. Ihr Platz in der Reihe: {n}",
      sources: "Quellen",
      tab: "öffnet einen neuen Tab",
      unsure: "Das Unterstrichene steht so nicht auf unseren Seiten.",
      refused: "Eine sichere Antwort habe ich auf unseren Seiten nicht gefunden, und raten möchte ich nicht.",
      closest: "Am nächsten kommen diese Seiten",
      team: "Unser Team fragen",
      teamAbout: "Wir geben dieses Gespräch an unser Team weiter. Ein Mensch liest es und antwortet per E-Mail.",
      name: "Name (freiwillig)",
      email: "E-Mail-Adresse",
      message: "Nachricht (freiwillig)",
      pass: "An unser Team senden",
      cancel: "Abbrechen",
      passed: "Danke. Unser Team hat Ihre Frage, und ein Mensch antwortet per E-Mail an {email}. Ihr Zeichen ist {reference}.",
      busy: "Gerade fragen sehr viele, deshalb wurde Ihre Frage nicht angenommen. Sie steht noch da; bitte senden Sie sie gleich noch einmal.",
      often: "Sie haben in kurzer Zeit viel gefragt. Bitte senden Sie es in {n} Sekunden noch einmal.",
      unusable: "Diese Frage ist nicht verwendbar; vielleicht ist sie zu lang. Bitte kürzen Sie sie.",
      address: "Bitte prüfen Sie die E-Mail-Adresse, oder schreiben Sie, worum es geht.",
      away: "Das hat gerade nicht geklappt. Was Sie geschrieben haben, steht noch da; bitte versuchen Sie es gleich noch einmal.",
      stopped: "Angehalten.",
      again: "Noch einmal senden",
    },
    fr: {
      open: "Poser une question",
      heading: "Une question ?",
      close: "Fermer",
      fresh: "Nouvelle conversation",
      about: "Un logiciel rédige ces réponses d'après nos propres pages. Il peut se tromper : voyez les sources.",
      privacy: "Confidentialité",
      hello: "Bonjour ! Que souhaitez-vous savoir ?",
      box: "Votre question",
      send: "Envoyer",
      stop: "Arrêter",
      you: "Vous",
      bot: "Réponse",
      looking: "Recherche de la réponse …",
      position: "D'autres personnes posent aussi des questions. Votre place dans la file : {n}",
      sources: "Sources",
      tab: "s'ouvre dans un nouvel onglet",
      unsure: "Nos pages ne disent pas la partie soulignée en ces termes.",
      refused: "Je n'ai pas trouvé de réponse sûre dans nos pages, et je préfère ne pas deviner.",
      closest: "Les pages les plus proches",
      team: "Demander à notre équipe",
      teamAbout: "Nous transmettons cette conversation à notre équipe. Une personne la lit et répond par e-mail.",
      name: "Nom (facultatif)",
      email: "Adresse e-mail",
      message: "Message (facultatif)",
      pass: "Envoyer à notre équipe",
      cancel: "Annuler",
      passed: "Merci. Notre équipe a votre question, et une personne répondra par e-mail à {email}. Votre référence est {reference}.",
      busy: "Beaucoup de personnes posent des questions en ce moment, la vôtre n'a donc pas été prise. Elle est toujours là ; renvoyez-la dans un instant.",
      often: "Vous avez beaucoup demandé en peu de temps. Renvoyez-la dans {n} secondes.",
      unusable: "Cette question n'est pas utilisable ; elle est peut-être trop longue. Raccourcissez-la.",
      address: "Vérifiez l'adresse e-mail, ou dites de quoi il s'agit.",
      away: "Cela n'a pas fonctionné. Ce que vous avez écrit est toujours là ; réessayez dans un instant.",
      stopped: "Arrêté.",
      again: "Renvoyer",
    },
    es: {
      open: "Hacer una pregunta",
      heading: "Pregúntenos",
      close: "Cerrar",
      fresh: "Nueva conversación",
      about: "Un programa redacta estas respuestas a partir de nuestras propias páginas. Puede equivocarse: consulte las fuentes.",
      privacy: "Privacidad",
      hello: "¡Hola! ¿Qué le gustaría saber?",
      box: "Su pregunta",
      send: "Enviar",
      stop: "Detener",
      you: "Usted",
      bot: "Respuesta",
      looking: "Buscando la respuesta …",
      position: "Otras personas también preguntan. Su lugar en la cola: {n}",
      sources: "Fuentes",
      tab: "se abre en otra pestaña",
      unsure: "Nuestras páginas no dicen lo subrayado con estas palabras.",
      refused: "No he encontrado una respuesta segura en nuestras páginas y prefiero no adivinar.",
      closest: "Las páginas más cercanas",
      team: "Preguntar a nuestro equipo",
      teamAbout: "Pasamos esta conversación a nuestro equipo. Una persona la lee y responde por correo electrónico.",
      name: "Nombre (opcional)",
      email: "Correo electrónico",
      message: "Mensaje (opcional)",
      pass: "Enviar a nuestro equipo",
      cancel: "Cancelar",
      passed: "Gracias. Nuestro equipo tiene su pregunta y una persona responderá por correo electrónico a {email}. Su referencia es {reference}.",
      busy: "Ahora mismo preguntan muchas personas y su pregunta no se ha aceptado. Sigue aquí; envíela de nuevo en un momento.",
      often: "Ha preguntado mucho en poco tiempo. Envíela de nuevo en {n} segundos.",
      unusable: "Esta pregunta no se puede usar; quizá sea demasiado larga. Acórtela.",
      address: "Compruebe el correo electrónico, o diga de qué se trata.",
      away: "No ha funcionado. Lo que ha escrito sigue aquí; inténtelo de nuevo en un momento.",
      stopped: "Detenido.",
      again: "Enviar de nuevo",
    },
  };

  const CSS = `
:host {
  all: initial; position: static !important; float: none !important; opacity: 1 !important;
  filter: none !important; transform: none !important; contain: none !important; clip-path: none !important;
  mix-blend-mode: normal !important;
}
*, *::before { box-sizing: border-box }
[hidden] { display: none !important }
.root {
  all: initial; direction: ltr;
  --accent: var(--peregrine-accent, #1b4f8f); --on-accent: var(--peregrine-on-accent, #fff);
  --back: var(--peregrine-background, #fff); --text: var(--peregrine-text, #1c2430);
  --soft: var(--peregrine-soft, #eef2f7); --line: var(--peregrine-line, #6b7785);
  --round: var(--peregrine-radius, 12px); --gap: var(--peregrine-gap, 20px);
  font: 16px/1.5 var(--peregrine-font, system-ui, sans-serif); color: var(--text);
}
button, input, textarea { font: inherit; color: inherit; border-radius: calc(var(--round) / 2) }
button {
  min-height: 44px; padding: 8px 16px; border: 1px solid var(--accent); cursor: pointer;
  background: var(--accent); color: var(--on-accent);
}
button.second { background: var(--back); color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
header :focus-visible, .open:focus-visible { outline-color: var(--on-accent); outline-offset: -4px }
.open {
  position: fixed; right: var(--gap); bottom: var(--gap); z-index: var(--peregrine-z, 2147483000);
  border-radius: 999px; box-shadow: 0 2px 10px #0005; min-height: 48px; padding: 8px 20px;
}
dialog {
  position: fixed; inset: auto var(--gap) var(--gap) auto; margin: 0; padding: 0;
  z-index: var(--peregrine-z, 2147483000); width: 400px; max-width: calc(100vw - 2 * var(--gap));
  height: min(620px, calc(100vh - 2 * var(--gap))); max-height: none; overflow: hidden;
  border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 4px 24px #0006;
  background: var(--back); color: var(--text);
}
dialog[open] { display: flex; flex-direction: column }
header { display: flex; gap: 4px; align-items: center; background: var(--accent); color: var(--on-accent); padding: 4px 4px 4px 16px }
h2 { flex: 1; font-size: 1.1em; margin: 0; overflow-wrap: anywhere }
.close { font-size: 1.5em; line-height: 1; width: 44px; padding: 0 }
.log { flex: 1; overflow-y: auto; padding: 12px 16px; overscroll-behavior: contain }
.log > * { margin: 0 0 12px }
.said { padding: 8px 12px; border-radius: var(--round); overflow-wrap: anywhere }
.said p { margin: 0; white-space: pre-wrap }
.you { background: var(--soft); margin-left: 15% }
.bot, .note { border: 1px solid var(--line) }
.unsure { text-decoration: underline wavy; text-underline-offset: 3px }
.small { font-size: .875em }
.pages { margin: 4px 0 0; padding-left: 20px }
.pages li { padding: 2px 0 }
a { color: var(--accent); overflow-wrap: anywhere }
.said button { margin-top: 8px }
label { display: block; font-size: .875em; margin: 8px 0 4px }
input, textarea { display: block; width: 100%; padding: 8px 10px; border: 1px solid var(--line); background: var(--back) }
textarea { resize: none }
.ask { display: flex; gap: 8px; align-items: end; padding: 8px 16px; border-top: 1px solid var(--line) }
.ask div { flex: 1 }
.ask label { margin: 0 0 4px }
.row { display: flex; gap: 8px; flex-wrap: wrap }
footer { padding: 0 16px 12px }
footer p { margin: 0 0 4px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 480px), (max-height: 420px) {
  dialog { inset: 0; width: 100%; max-width: none; height: 100%; border: 0; border-radius: 0 }
}
@media (max-height: 420px) {
  dialog { overflow-y: auto }
  .log { flex: 1 0 auto; min-height: 0; overflow: visible }
}
@media print { .root { display: none } }
@media (forced-colors: active) { button, .said { border: 1px solid } }
`;

  /** An element with properties, attributes (in "attributes") and children; strings are text. */
  const make = (tag, given = {}, ...children) => {
    // Of its own: a page's scripts may have put more into every object.
    const { attributes = {}, ...properties } = { __proto__: null, ...given };
    const element = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  /** What the document has by that name; a page's elements can have names, too, and hide it. */
  const own = (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /** An address that a link may have; empty for all but http and https. */
  const web = (address) => {
    try {
      const url = new URL(address);
      return /^https?:$/.test(url.protocol) ? url.href : "";
    } catch {
      return "";
    }
  };

  /** The server-sent events of a response, each one JSON. */
  async function* eventsOf(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (text + value).split("\n\n");
      text = lines.pop();
      for (const line of lines) yield JSON.parse(line.slice("data: ".length));
    }
  }

  /** What the service said instead of an answer. */
  class Refused extends Error {
    constructor(code, seconds) {
      super(code);
      this.code = code;
      this.seconds = seconds || "60";
    }
  }

  class Peregrine extends HTMLElement {
    #words;
    #visit = "";
    #shown = [];
    #asking = null;
    #open;
    #dialog;
    #log;
    #status;
    #box;
    #send;

    connectedCallback() {
      if (this.shadowRoot) {
        if (this.#dialog.open) this.#show(true); // the page took it out and put it back
        return;
      }
      const wanted = this.getAttribute("language") || own("documentElement").getAttribute("lang") || navigator.language;
      const code = wanted.slice(0, 2).toLowerCase();
      const language = Object.hasOwn(WORDS, code) ? code : "en";
      this.#words = WORDS[language];
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.#frame(language));
      // A page's shortcuts are for the page: it sees what is typed here as typed beside every field.
      for (const kind of ["keydown", "keypress", "keyup"])
        root.addEventListener(kind, (event) => event.stopPropagation());
      this.#restore();
    }

    #frame(language) {
      const words = this.#words;
      this.#open = make("button", { type: "button", className: "open", onclick: () => this.#show() }, words.open);
      this.#open.setAttribute("aria-haspopup", "dialog");
      this.#log = make("div", { className: "log", tabIndex: 0, attributes: { role: "log", "aria-live": "off", "aria-label": words.heading } });
      this.#status = make("p", { className: "hidden", attributes: { role: "status", "aria-live": "polite" } });
      this.#box = make("textarea", { id: "box", rows: 2, dir: "auto", attributes: { autocomplete: "off" } });
      this.#box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        if (!this.#asking) this.#askTyped();
      });
      this.#send = make("button", {}, words.send);
      const form = make("form", { className: "ask" },
        make("div", {}, make("label", { htmlFor: "box" }, words.box), this.#box), this.#send);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (this.#asking) this.#asking.abort();
        else this.#askTyped();
      });
      const about = make("p", { className: "small" }, words.about);
      const privacy = web(this.getAttribute("privacy"));
      if (privacy) about.append(" ", this.#link({ title: words.privacy, address: privacy }));
      const button = (text, onclick) => make("button", { type: "button", className: "second", onclick }, text);
      this.#dialog = make("dialog", { attributes: { "aria-labelledby": "heading" } },
        make("header", {},
          make("h2", { id: "heading" }, this.getAttribute("heading") || words.heading),
          make("button", { type: "button", className: "close", attributes: { "aria-label": words.close }, onclick: () => this.#dialog.close() }, "×")),
        this.#log,
        form,
        make("footer", {}, about,
          make("div", { className: "row" },
            button(words.team, () => this.#offerForm()), button(words.fresh, () => this.#begin()))),
        this.#status);
      this.#dialog.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.preventDefault();
        this.#dialog.close();
      });
      this.#dialog.addEventListener("close", () => {
        this.#open.hidden = false;
        this.#open.focus();
      });
      return make("div", { className: "root", lang: language }, this.#open, this.#dialog);
    }

    /** On a narrow screen it covers the page, which nobody should reach behind it. */
    #show(again = false) {
      if (again) this.#dialog.removeAttribute("open");
      if (matchMedia("(max-width: 480px), (max-height: 420px)").matches) this.#dialog.showModal();
      else this.#dialog.show();
      this.#open.hidden = true;
      this.#log.scrollTop = this.#log.scrollHeight; // what was restored had no height until now
      if (!again) this.#box.focus();
    }

    /* The visit: in this tab only. */

    #restore() {
      try {
        const kept = JSON.parse(sessionStorage.getItem(this.#place));
        for (const item of kept.shown) this.#add(item);
        this.#visit = String(kept.visit);
      } catch {
        this.#begin(false); // nothing is kept, or it is not what was kept
      }
    }

    #keep() {
      try {
        sessionStorage.setItem(this.#place, JSON.stringify({ visit: this.#visit, shown: this.#shown }));
      } catch { /* a page may forbid it: the visit ends with the page then */ }
    }

    get #place() {
      return `${NAME} ${this.getAttribute("key")}`;
    }

    #begin(focus = true) {
      this.#asking?.abort();
      this.#visit = "";
      this.#shown = [];
      this.#log.replaceChildren(make("p", {}, this.#words.hello));
      try {
        sessionStorage.removeItem(this.#place);
      } catch { /* as above */ }
      if (focus) this.#box.focus();
    }

    /* What is said. */

    #add(item) {
      const element = this.#said(item);
      this.#shown.push(item);
      this.#append(element);
      return element;
    }

    #append(element) {
      this.#log.append(element);
      this.#follow(element);
    }

    /** Its newest line in sight; on a low screen the whole panel scrolls. */
    #follow(element) {
      this.#log.scrollTop = this.#log.scrollHeight;
      if (this.#dialog.scrollHeight > this.#dialog.clientHeight) element.scrollIntoView({ block: "nearest" });
    }

    #said(item) {
      const words = this.#words;
      const bubble = make("div", { className: `said ${{ you: "you", bot: "bot" }[item.who] || "note"}`, dir: "auto" });
      const who = item.who === "note" ? "" : `${words[item.who]}: `;
      const text = make("p", {}, make("span", { className: "hidden" }, who));
      bubble.append(text);
      if (item.who !== "bot") {
        text.append(String(item.text));
        return bubble;
      }
      for (const part of item.parts)
        text.append(make("span", { className: part.sure ? "" : "unsure" }, String(part.text)));
      if (item.refused) text.append(words.refused);
      if (item.stopped) bubble.append(make("p", { className: "small" }, words.stopped));
      if (item.parts.some((part) => !part.sure)) bubble.append(make("p", { className: "small" }, words.unsure));
      if (item.pages.length)
        bubble.append(make("p", { className: "small" }, `${item.refused ? words.closest : words.sources}:`),
          make("ul", { className: "pages small" }, ...item.pages.map((page) => make("li", {}, this.#link(page)))));
      if (item.choices.length)
        bubble.append(make("div", { className: "row" }, ...item.choices.map((choice) =>
          make("button", { type: "button", className: "second", onclick: () => this.#choose(choice) }, String(choice)))));
      if (item.refused)
        bubble.append(make("button", { type: "button", onclick: () => this.#offerForm() }, words.team));
      return bubble;
    }

    #link(page) {
      const href = web(page.address);
      if (!href) return String(page.title);
      return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, String(page.title),
        make("span", { className: "hidden" }, ` (${this.#words.tab})`));
    }

    #note(text) {
      this.#append(this.#said({ who: "note", text }));
      this.#status.textContent = text;
    }

    /* Asking. */

    /** One of what a question back asks to choose from. */
    #choose(choice) {
      if (this.#asking) return;
      this.#ask(String(choice));
      this.#box.focus();
    }

    #askTyped() {
      const question = this.#box.value.trim();
      if (!question) return;
      this.#box.value = "";
      this.#ask(question);
    }

    async #ask(question) {
      const words = this.#words;
      const stop = new AbortController();
      const asked = this.#said({ who: "you", text: question });
      const answer = this.#said({ who: "note", text: words.looking });
      this.#append(asked);
      this.#append(answer);
      const written = { text: "", line: answer.firstChild };
      this.#asking = stop;
      this.#send.textContent = words.stop;
      this.#status.textContent = words.looking;
      try {
        const last = await this.#stream(question, stop.signal, written);
        asked.remove();
        answer.remove();
        this.#add({ who: "you", text: question });
        const { parts, pages, choices, refused } = last;
        const item = { who: "bot", parts, pages, choices, refused };
        this.#status.textContent = this.#add(item).textContent;
        this.#visit = last.visit;
        this.#keep();
      } catch (error) {
        answer.remove();
        if (!asked.isConnected) return; // a new conversation was begun
        if (stop.signal.aborted && written.text) {
          asked.remove();
          this.#offerAgain(this.#add({ who: "you", text: question }), question);
          const parts = [{ text: written.text, sure: true }];
          this.#add({ who: "bot", parts, pages: [], choices: [], stopped: true });
          this.#status.textContent = words.stopped;
          this.#keep();
          return;
        }
        if (this.#box.value) this.#offerAgain(asked, question);
        else {
          asked.remove();
          this.#box.value = question;
        }
        this.#note(stop.signal.aborted ? words.stopped : this.#sentence(error, words.unusable));
      } finally {
        if (this.#asking === stop) {
          this.#asking = null;
          this.#send.textContent = words.send;
        }
      }
    }

    /** A question that has no whole answer, and is not in the box, can be sent again. */
    #offerAgain(asked, question) {
      const again = () => {
        if (this.#asking) return;
        button.remove();
        this.#ask(question);
        this.#box.focus();
      };
      const button = make("button", { type: "button", className: "second", onclick: again }, this.#words.again);
      asked.append(button);
    }

    /** The last event; what was written until then is in ``written.text``, too. */
    async #stream(question, signal, written) {
      const response = await this.#post("ask", { question, visit: this.#visit }, signal);
      for await (const event of eventsOf(response)) {
        if (event.type === "answer") return event;
        if (event.type === "failed") throw new Refused(event.code);
        if (event.type === "again") written.text = "";
        if (event.type === "text") written.text += event.text;
        if (event.type === "waiting") this.#status.textContent = fill(this.#words.position, { n: event.position });
        written.line.textContent = written.text || this.#status.textContent;
        this.#follow(written.line);
      }
      throw new Refused("ended");
    }

    async #post(what, body, signal) {
      const url = new URL(`${encodeURIComponent(this.getAttribute("key"))}/${what}`, this.getAttribute("server"));
      const response = await fetch(url, {
        method: "POST",
        mode: "cors",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      });
      if (response.ok) return response;
      const said = await response.json().catch(() => ({}));
      throw new Refused(said.code, response.headers.get("Retry-After"));
    }

    #sentence(error, unusable) {
      const words = this.#words;
      const known = {
        queue_full: words.busy,
        rate_limit_exceeded: fill(words.often, { n: error.seconds }),
        question_unusable: unusable,
        invalid_request: unusable,
        request_too_large: unusable,
      };
      return Object.hasOwn(known, error.code ?? "") ? known[error.code] : words.away;
    }

    /* To the team. */

    #offerForm() {
      const words = this.#words;
      this.#log.querySelector("form")?.remove();
      const field = (id, label, input) => {
        input.id = id;
        return [make("label", { htmlFor: id }, label), input];
      };
      const name = make("input", { maxLength: 200, dir: "auto", autocomplete: "name" });
      const email = make("input", { type: "email", required: true, maxLength: 254, autocomplete: "email" });
      const message = make("textarea", { rows: 3, dir: "auto", maxLength: 4000 });
      const send = make("button", {}, words.pass);
      const problem = make("p", { className: "small", attributes: { role: "alert" } });
      const cancel = make("button", { type: "button", className: "second", onclick: () => { form.remove(); this.#box.focus(); } }, words.cancel);
      const form = make("form", { className: "said note", attributes: { "aria-label": words.team } },
        make("p", { className: "small" }, words.teamAbout),
        ...field("name", words.name, name), ...field("email", words.email, email), ...field("message", words.message, message),
        problem, make("div", { className: "row" }, send, cancel));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        send.disabled = true;
        problem.textContent = "";
        const given = { name: name.value, email: email.value.trim(), message: message.value, visit: this.#visit };
        try {
          const { reference } = await (await this.#post("handoff", given)).json();
          if (!form.isConnected) return;
          form.remove();
          const item = { who: "note", text: fill(words.passed, { email: given.email, reference }) };
          const thanks = this.#add(item);
          this.#keep();
          thanks.tabIndex = -1;
          thanks.focus();
        } catch (error) {
          problem.textContent = this.#sentence(error, words.address);
          send.disabled = false;
        }
      });
      this.#append(form);
      // What happens with it stands at its top.
      this.#log.scrollTop += form.getBoundingClientRect().top - this.#log.getBoundingClientRect().top - 8;
      name.focus({ preventScroll: true });
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, Peregrine);
  const script = own("currentScript");
  if (!script?.dataset.key) return;
  const widget = make(NAME, { attributes: { server: new URL(".", script.src).href } });
  for (const name of ["key", "language", "heading", "privacy"])
    if (script.dataset[name]) widget.setAttribute(name, script.dataset[name]);
  // One a page, also where it exchanges its body and runs its scripts again.
  const place = () => Document.prototype.querySelector.call(document, NAME) || own("body").append(widget);
  if (own("body")) place();
  else addEventListener("DOMContentLoaded", place);
})();
