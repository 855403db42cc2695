// Below an answer: who wrote it, and its sources; each button opens its passage beside the chat.
import { sideViewState } from "@chainlit/react-client";
import { useSetRecoilState } from "recoil";

export default function Sources() {
  const open = useSetRecoilState(sideViewState);
  const show = (source) =>
    open({
      title: source.title,
      elements: [{ id: source.id, type: "custom", name: "Source", display: "side", props: source }],
    });
  return (
    <div className="flex flex-col gap-2 text-sm">
      {(props.notes ?? []).map((note, index) => (
        <p key={index} className="answer-note text-xs text-muted-foreground">{note}</p>
      ))}
      {props.sources.length ? (
        <nav aria-label={props.label} className="sources flex flex-wrap items-center gap-2">
          <span className="text-muted-foreground">{props.label}</span>
          {props.sources.map((source) => (
            <button key={source.id} type="button" onClick={() => show(source)}
              className="source rounded-md border bg-card text-card-foreground px-2 py-1 text-xs break-all text-left hover:bg-accent focus-visible:ring-2">
              {source.title}
            </button>
          ))}
        </nav>
      ) : null}
    </div>
  );
}
