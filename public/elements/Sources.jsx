// Below an answer: who wrote it, and its sources; each button opens its passage beside the chat.
import { sideViewState } from "@chainlit/react-client";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useSetRecoilState } from "recoil";

// How far to trust the answer, told by a sign and its weight, not by colour alone.
const TRUST = {
  well: { Sign: CircleCheck, look: "text-muted-foreground" },
  lead: { Sign: TriangleAlert, look: "text-foreground font-medium" },
  partly: { Sign: TriangleAlert, look: "text-foreground font-medium" },
};

export default function Sources() {
  const open = useSetRecoilState(sideViewState);
  const show = (source) =>
    open({
      title: source.title,
      elements: [{ id: source.id, type: "custom", name: "Source", display: "side", props: source }],
    });
  return (
    <div className="flex flex-col gap-2 text-sm">
      {(props.notes ?? []).map((note, index) => {
        const { Sign, look } = (index === 0 && TRUST[props.trust]) || {};
        return (
          <p key={index}
            className={`answer-note flex items-start gap-1 text-xs ${look ?? "text-muted-foreground"}`}>
            {Sign ? <Sign aria-hidden="true" className="h-4 w-4 shrink-0" /> : null}
            <span>{note}</span>
          </p>
        );
      })}
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
