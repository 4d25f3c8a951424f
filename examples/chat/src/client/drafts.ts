// Messages as they are written, before they are encrypted.
import { encryptFile } from "../crypto/attachments";
import { isPicture } from "../crypto/pictures";
import type { Content } from "../matrix/types";
import type { Draft } from "./outbox";

const TYPE = "m.room.message";
export const REDACTION = "m.room.redaction";

/** A message in words. */
export function text(body: string): Draft {
  return { type: TYPE, content: { msgtype: "m.text", body } };
}

/** An answer to a message. */
export function reply(body: string, eventId: string): Draft {
  return { type: TYPE, content: { ...text(body).content, "m.relates_to": { "m.in_reply_to": { event_id: eventId } } } };
}

/** Other words in place of a message. */
export function edit(body: string, eventId: string): Draft {
  const content = { ...text(`* ${body}`).content, "m.new_content": text(body).content };
  return { type: TYPE, content: { ...content, "m.relates_to": { rel_type: "m.replace", event_id: eventId } } };
}

/** The wish that a message be deleted, which is all that is not encrypted: the homeserver has to do it. */
export function redaction(eventId: string): Draft {
  return { type: REDACTION, content: { redacts: eventId } };
}

/** A file, encrypted already. */
export async function attachment(file: File): Promise<Draft> {
  const { data, file: encrypted } = await encryptFile(file);
  const picture = isPicture(file.type);
  const info: Content = { mimetype: file.type || "application/octet-stream", size: file.size, ...(picture && (await sizeOf(file))) };
  const content = { msgtype: picture ? "m.image" : "m.file", body: file.name, filename: file.name, info, file: encrypted };
  return { type: TYPE, content, file: data };
}

async function sizeOf(file: File): Promise<Content> {
  try {
    const { width: w, height: h } = await createImageBitmap(file);
    return { w, h };
  } catch {
    return {};
  }
}
