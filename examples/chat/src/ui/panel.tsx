import type { ComponentChildren } from "preact";

/** What is shown beside the conversation. */
export function Panel({ title, onClose, children }: { title: string; onClose(): void; children: ComponentChildren }) {
  return (
    <aside class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button class="icon" aria-label="Close the panel" onClick={onClose}>✕</button>
      </header>
      <div class="panel-body">{children}</div>
    </aside>
  );
}
