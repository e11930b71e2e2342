// Tells whether two states of a stream are the same without looking at them: all the events that led there, as one
// number (FNV-1a over their stored forms). Two writers may be at the same version with different events.

export const NO_EVENTS = 0x811c9dc5;

interface Stored {
  readonly type: string;
  readonly data: string;
}

export function fingerprintAfter(before: number, { type, data }: Stored, atMs: number): number {
  let hash = Math.imul(before ^ atMs % 2 ** 31, 0x01000193);
  for (let at = 0; at < type.length; at += 1) hash = Math.imul(hash ^ type.charCodeAt(at), 0x01000193);
  for (let at = 0; at < data.length; at += 1) hash = Math.imul(hash ^ data.charCodeAt(at), 0x01000193);
  return hash;
}
