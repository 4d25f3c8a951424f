import type { ComponentChildren } from "preact";

/** A page that says one thing. */
export function Notice({ title, text, busy, children }: { title: string; text: string; busy?: boolean; children?: ComponentChildren }) {
  return (
    <main class="notice" aria-busy={busy ?? false}>
      <div class="card">
        <h1>{title}</h1>
        <p role="status">{text}</p>
        {busy && <div class="progress-line" aria-hidden="true" />}
        {children}
      </div>
    </main>
  );
}
