// Below a draft, a summary or what was found: copies that text alone, without the notes around it.
import { useState } from "react";

export default function Copy() {
  const [said, setSaid] = useState("");

  async function copy(event) {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(props.text);
    } catch {
      // Pages over plain HTTP from another machine have no clipboard of their own.
      const box = document.createElement("textarea");
      box.value = props.text;
      box.style.cssText = "position:fixed;opacity:0"; // in view, so that nothing scrolls
      document.body.append(box);
      box.select();
      const copied = document.execCommand("copy");
      box.remove();
      button.focus(); // the keyboard goes on where it was
      if (!copied) return;
    }
    setSaid(props.done);
    setTimeout(() => setSaid(""), 3000);
  }

  return (
    <div className="flex items-center gap-2 text-sm">
      <button type="button" onClick={copy}
        className="copy rounded-md border bg-card text-card-foreground px-2 py-1 text-xs hover:bg-accent focus-visible:ring-2">
        {props.label}
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
