// What would have been right: shown after a thumbs down. Texts come from the server by language.
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { Input } from "@/components/ui/input";

const FOCUS_WITHIN = 5000; // milliseconds in which Chainlit draws what was saved

export default function Correction() {
  const { labels, step, documents } = props;
  const cited = props.cited ?? ""; // the document that the answer rests on: mostly it is the right one
  const given = props.given ?? {}; // what was saved: it can be opened again
  const refused = given.wrong === "should_refuse";
  // Chainlit begins an element anew whenever an answer begins or ends, and with it what it holds.
  const place = `correction-${step}`;
  const [kept] = useState(() => JSON.parse(sessionStorage.getItem(place)) ?? {});
  const keep = (what) => sessionStorage.setItem(place, JSON.stringify({ seen: true, ...what }));
  const [fields, setFields] = useState({
    wrong: (refused ? "" : given.wrong) ?? props.comment ?? "",
    answer: given.right_answer ?? "",
    document: given.right_document ?? cited,
    refuse: refused,
    ...kept.fields,
  });
  const { wrong, answer, document, refuse } = fields;
  const [state, setState] = useState(props.saved && !kept.fields ? "saved" : "open");
  const [problem, setProblem] = useState("");
  const form = useRef(null);
  const told = useRef(null);
  // The page scrolls to a message before what is in it has its height. In braces: newer browsers
  // return a promise from it, and React would call what an effect returns.
  useEffect(() => {
    if (kept.seen) return;
    form.current?.scrollIntoView({ block: "end" });
    keep({ fields: kept.fields });
  }, []);
  // Who works with the keyboard goes on where the form was.
  useEffect(() => {
    const { saved = 0 } = JSON.parse(sessionStorage.getItem(place)) ?? {};
    if (state === "saved" && Date.now() - saved < FOCUS_WITHIN) told.current?.focus();
  }, [state]);
  const id = (name) => `${name}-${step}`;
  const said = refuse || answer.trim() || wrong.trim() || (document.trim() && document !== cited);

  function change(name, value) {
    const next = { ...fields, [name]: value };
    setFields(next);
    keep({ fields: next });
  }

  function reopen() {
    setState("open");
    setTimeout(() => form.current?.querySelector("input")?.focus());
  }

  async function save(event) {
    event.preventDefault();
    if (state === "saving") return;
    if (!said) return setProblem(labels.nothing ?? "");
    setState("saving");
    setProblem("");
    const payload = {
      step,
      wrong: refuse ? "should_refuse" : wrong,
      right_answer: refuse ? "" : answer,
      right_document: refuse ? "" : document,
    };
    let error = "";
    try {
      const reply = await callAction({ name: "correct", payload });
      error = reply?.response?.error ?? (reply?.success ? "" : labels.not_saved);
    } catch (failure) {
      error = failure?.detail ?? labels.not_saved;
    }
    if (error !== "") {
      setProblem(error ?? "?");
      return setState("open");
    }
    keep({ saved: Date.now() });
    setState("saved");
    updateElement({ ...props, saved: true, given: payload });
  }

  if (state === "saved")
    return (
      <div className="flex items-center gap-3 text-sm py-2">
        <p ref={told} role="status" tabIndex={-1}>{labels.saved}</p>
        {labels.change && props.given ? (
          <Button type="button" variant="outline" size="sm" onClick={reopen}>
            {labels.change}
          </Button>
        ) : null}
        {props.review ? (
          <a className="underline" href="/console/review">{labels.to_review}</a>
        ) : null}
      </div>
    );
  return (
    <form ref={form} onSubmit={save} style={{ scrollMarginBottom: "4rem" }} className="correction flex flex-col gap-3 text-sm w-full max-w-xl border rounded-md p-4">
      <label className="flex items-center gap-2">
        <input type="checkbox" checked={refuse} onChange={(e) => change("refuse", e.target.checked)} />
        {labels.should_refuse}
      </label>
      {refuse ? null : (
        <>
          <label htmlFor={id("wrong")}>{labels.wrong}</label>
          <Input id={id("wrong")} value={wrong} maxLength={2000} onChange={(e) => change("wrong", e.target.value)} />
          <label htmlFor={id("answer")}>{labels.right_answer}</label>
          <Textarea id={id("answer")} value={answer} maxLength={8000} onChange={(e) => change("answer", e.target.value)} />
          <label htmlFor={id("document")}>{labels.right_document}</label>
          <Input id={id("document")} list={id("documents")} value={document} maxLength={500}
            onChange={(e) => change("document", e.target.value)} />
          <datalist id={id("documents")}>
            {documents.map((path) => <option key={path} value={path} />)}
          </datalist>
        </>
      )}
      {problem ? <p role="alert" className="text-red-600">{problem}</p> : null}
      {/* Not disabled: the keyboard would lose its place, and nobody would be told what is missing. */}
      <Button type="submit" aria-disabled={state === "saving" || !said} style={{ opacity: said ? 1 : 0.5 }}>
        {labels.save}
      </Button>
    </form>
  );
}
