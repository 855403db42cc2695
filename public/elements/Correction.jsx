// What would have been right: shown after a thumbs down. Texts come from the server by language.
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { Input } from "@/components/ui/input";

export default function Correction() {
  const { labels, step, documents } = props;
  const cited = props.cited ?? ""; // the document that the answer rests on: mostly it is the right one
  const given = props.given ?? {}; // what was saved: it can be opened again
  const refused = given.wrong === "should_refuse";
  const [wrong, setWrong] = useState((refused ? "" : given.wrong) ?? props.comment ?? "");
  const [answer, setAnswer] = useState(given.right_answer ?? "");
  const [document, setDocument] = useState(given.right_document ?? cited);
  const [refuse, setRefuse] = useState(refused);
  const [state, setState] = useState(props.saved ? "saved" : "open");
  const [problem, setProblem] = useState("");
  const form = useRef(null);
  // The page scrolls to a message before what is in it has its height. In braces: newer browsers
  // return a promise from it, and React would call what an effect returns.
  useEffect(() => {
    form.current?.scrollIntoView({ block: "end" });
  }, []);
  const id = (name) => `${name}-${step}`;

  async function save(event) {
    event.preventDefault();
    setState("saving");
    const payload = {
      step,
      wrong: refuse ? "should_refuse" : wrong,
      right_answer: refuse ? "" : answer,
      right_document: refuse ? "" : document,
    };
    let error = "";
    try {
      const reply = await callAction({ name: "correct", payload });
      error = reply?.response?.error ?? (reply?.success ? "" : "?");
    } catch (failure) {
      error = String(failure?.message ?? failure);
    }
    setProblem(error);
    setState(error ? "open" : "saved");
    if (!error) updateElement({ ...props, saved: true, given: payload });
  }

  if (state === "saved")
    return (
      <div className="flex items-center gap-3 text-sm py-2">
        <p role="status">{labels.saved}</p>
        {labels.change && props.given ? (
          <Button type="button" variant="outline" size="sm" onClick={() => setState("open")}>
            {labels.change}
          </Button>
        ) : null}
      </div>
    );
  return (
    <form ref={form} onSubmit={save} style={{ scrollMarginBottom: "4rem" }} className="correction flex flex-col gap-3 text-sm w-full max-w-xl border rounded-md p-4">
      <label className="flex items-center gap-2">
        <input type="checkbox" checked={refuse} onChange={(e) => setRefuse(e.target.checked)} />
        {labels.should_refuse}
      </label>
      {refuse ? null : (
        <>
          <label htmlFor={id("wrong")}>{labels.wrong}</label>
          <Input id={id("wrong")} value={wrong} maxLength={2000} onChange={(e) => setWrong(e.target.value)} />
          <label htmlFor={id("answer")}>{labels.right_answer}</label>
          <Textarea id={id("answer")} value={answer} maxLength={8000} onChange={(e) => setAnswer(e.target.value)} />
          <label htmlFor={id("document")}>{labels.right_document}</label>
          <Input id={id("document")} list={id("documents")} value={document} maxLength={500}
            onChange={(e) => setDocument(e.target.value)} />
          <datalist id={id("documents")}>
            {documents.map((path) => <option key={path} value={path} />)}
          </datalist>
        </>
      )}
      {problem ? <p role="alert" className="text-red-600">{problem}</p> : null}
      <Button type="submit" disabled={state === "saving" || !(refuse || answer || wrong || (document && document !== cited))}>
        {labels.save}
      </Button>
    </form>
  );
}
