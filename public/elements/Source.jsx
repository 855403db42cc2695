// A passage in its document, with the quote marked. Everything is rendered as text.
import { useEffect, useRef, useState } from "react";

// Scrolls one box only: scrollIntoView would also push the page aside while the panel slides in.
function showMark(article) {
  const mark = article?.querySelector("mark");
  let box = mark?.parentElement;
  while (box && !["auto", "scroll"].includes(getComputedStyle(box).overflowY)) box = box.parentElement;
  if (box) box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

function Mark({ className, children }) {
  return (
    <mark className={`quote rounded ${className ?? ""}`} style={{ backgroundColor: "#ffe58a", color: "#1a1a1a" }}>
      {children}
    </mark>
  );
}

// A wide one is scrolled by itself, also by keyboard.
function Table({ rows }) {
  return (
    <div className="overflow-x-auto my-2" tabIndex={0} role="region" aria-label={rows[0].cells.join(", ")}>
      <table className="border-collapse text-xs">
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.cells.map((cell, at) => {
                const text = row.quote && cell ? <Mark>{cell}</Mark> : cell;
                const look = "border px-2 py-1 align-top text-left";
                const code = /^\S{1,20}$/.test(cell) ? { whiteSpace: "nowrap" } : undefined; // not broken at its hyphens
                return row.names ? <th key={at} scope="col" className={look} style={code}>{text}</th> : <td key={at} className={look} style={code}>{text}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function Source() {
  const article = useRef(null);
  const [failed, setFailed] = useState(false); // an older page of the file, or one that cannot be drawn
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
      {props.file ? (
        <p className="mb-3"><a href={props.file} download className="source-file" style={{ textDecoration: "underline" }}>{props.original}</a></p>
      ) : null}
      {props.picture && !failed ? (
        <img src={props.picture} alt={props.title} onError={() => setFailed(true)} className="source-page w-full border rounded mb-3 bg-white" />
      ) : null}
      {props.parts.map((part, index) => {
        if (part.rows) return <Table key={index} rows={part.rows} />;
        if (part.heading)
          return <h3 key={index} className="font-semibold mt-4 mb-1">{part.quote ? <Mark>{part.text}</Mark> : part.text}</h3>;
        if (!part.quote) return <span key={index} className="whitespace-pre-wrap break-words">{part.text}</span>;
        return <Mark key={index} className="whitespace-pre-wrap break-words px-1 py-0.5">{part.text}</Mark>;
      })}
    </article>
  );
}
