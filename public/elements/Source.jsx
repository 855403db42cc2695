// A passage in its document, with the quote marked. Everything is rendered as text.
export default function Source() {
  return (
    <article aria-label={props.title} className="source-view text-sm leading-relaxed">
      <p className="text-xs text-muted-foreground mb-2 break-words">{props.path}</p>
      {props.parts.map((part, index) => {
        if (part.heading) return <h3 key={index} className="font-semibold mt-4 mb-1">{part.text}</h3>;
        if (!part.quote) return <span key={index} className="whitespace-pre-wrap break-words">{part.text}</span>;
        return (
          <mark key={index} className="quote whitespace-pre-wrap break-words rounded px-1 py-0.5"
            ref={(node) => node && node.scrollIntoView({ block: "center" })}
            style={{ backgroundColor: "#ffe58a", color: "#1a1a1a" }}>
            {part.text}
          </mark>
        );
      })}
    </article>
  );
}
