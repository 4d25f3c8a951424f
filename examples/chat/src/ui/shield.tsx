// Beside each message: how far it can be believed to be from its sender.
import type { Reading } from "../crypto/decryptor";
import { shieldNames, whyShield } from "../crypto/words";

export function Shield({ reading }: { reading: Reading }) {
  if (reading.state !== "clear") return null;
  const { encryption } = reading;
  if (!encryption) return <span class="shield red" title="Everybody on the way could read this.">Not encrypted</span>;
  const { shield, reason } = encryption.trust;
  const { text, link } = whyShield(reason);
  const icon = reason === "verified" ? "✓" : shield === "none" ? "" : "!";
  return (
    <a class={`shield ${shield} ${reason}`} href={link} target="_blank" rel="noreferrer noopener" title={text} aria-label={`${shieldNames[shield]}: ${text}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M8 1 2.5 3v4.5c0 3.4 2.3 6.2 5.5 7.5 3.2-1.3 5.5-4.1 5.5-7.5V3z" />
        <text x="8" y="11" text-anchor="middle">{icon}</text>
      </svg>
    </a>
  );
}
