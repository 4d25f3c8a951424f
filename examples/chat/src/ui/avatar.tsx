/** A letter on a colour, which is always the same for the same id. */
export function Avatar({ id, name }: { id: string; name: string }) {
  const letter = [...name.replace(/^[@#!]/, "")][0]?.toUpperCase() ?? "?";
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of id) hash = (Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0) ^ (hash >>> 13);
  return (
    <span class={`avatar tint-${(hash >>> 0) % 8}`} aria-hidden="true">
      {letter}
    </span>
  );
}
