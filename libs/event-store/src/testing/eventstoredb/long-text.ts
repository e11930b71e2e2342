// Texts of a recording: as they are, or, where they are long and say the same all along, as what is repeated.

export type LongText =
  | string
  | { readonly repeat: string; readonly times: number; readonly prefix?: string; readonly suffix?: string };

/** Texts from this length on are recorded as what is repeated. */
const LONG = 1_000;

export function bytesOf(text: LongText): Uint8Array {
  if (typeof text === 'string') return Buffer.from(text, 'utf8');
  const { prefix = '', repeat, times, suffix = '' } = text;
  return Buffer.from(prefix + repeat.repeat(times) + suffix, 'utf8');
}

/** What `bytesOf` makes of a recorded text is told from anything else by how long it is and how it begins and ends. */
export function shortTextOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.length < LONG ? text : `${text.slice(0, 20)}… ${text.length} …${text.slice(-20)}`;
}
