// A passage in its document, with the quote marked. Everything is rendered as text.
import { useEffect, useRef } from "react";

// Scrolls one box only: scrollIntoView would also push the page aside while the panel slides in.
function showMark(article) {
  const mark = article?.querySelector("mark");
  let box = mark?.parentElement;
  while (box && !["auto", "scroll"].includes(getComputedStyle(box).overflowY)) box = box.parentElement;
  if (box) box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

export default function Source() {
  const article = useRef(null);
  useEffect(() => {
    showMark(article.current);
    article.current?.focus({ preventScroll: true });
    const settled = setTimeout(() => showMark(article.current), 400); // the panel has its width
    return () => clearTimeout(settled);
  }, [props.id]);
  return (
    <article ref={article} tabIndex={-1} aria-label={props.title} className="source-view text-sm leading-relaxed outline-none">
      {/^https?:\/\//i.test(props.address ?? "") ? (
        <p className="mb-3">
          <a href={props.address} target="_blank" rel="noopener noreferrer" className="source-original underline break-all">
            {props.address}
          </a>
        </p>
      ) : null}
      {props.parts.map((part, index) => {
        if (part.heading) return <h3 key={index} className="font-semibold mt-4 mb-1">{part.text}</h3>;
        if (!part.quote) return <span key={index} className="whitespace-pre-wrap break-words">{part.text}</span>;
        return (
          <mark key={index} className="quote whitespace-pre-wrap break-words rounded px-1 py-0.5"
            style={{ backgroundColor: "#ffe58a", color: "#1a1a1a" }}>
            {part.text}
          </mark>
        );
      })}
    </article>
  );
}
