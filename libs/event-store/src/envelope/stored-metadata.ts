// An event's metadata as it is stored, read as far as somebody asks: a fold of a million events wants their times only,
// and parsing all the rest would take longer than folding. What does not look as we write it is parsed as any JSON.
import type { EventMetadata } from './event-metadata';

export class StoredMetadata implements EventMetadata {
  private parsed: EventMetadata | undefined;

  /** @param text a JSON object, as `writeMetadata` makes it */
  constructor(private readonly text: string) {}

  get commandId(): string {
    return this.textAfter('{"commandId":"') ?? this.whole().commandId;
  }

  get commandDigest(): string | undefined {
    const found = this.textAfter(',"commandDigest":"');
    if (found !== undefined || !this.text.includes('"commandDigest"')) return found;
    return this.whole().commandDigest;
  }

  get issuedAtMs(): number {
    return this.numberAfter(',"issuedAtMs":') ?? this.whole().issuedAtMs;
  }

  get atMs(): number {
    return this.numberAfter(',"atMs":') ?? this.whole().atMs;
  }

  get clockAtMs(): number | undefined {
    const found = this.numberAfter(',"clockAtMs":');
    if (found !== undefined || !this.text.includes('"clockAtMs"')) return found;
    return this.whole().clockAtMs;
  }

  get actor(): string {
    return this.textAfter(',"actor":"') ?? this.whole().actor;
  }

  get through(): string {
    return this.textAfter(',"through":"') ?? this.whole().through;
  }

  get previous(): string {
    return this.textAfter(',"previous":"') ?? this.whole().previous;
  }

  private whole(): EventMetadata {
    return (this.parsed ??= JSON.parse(this.text) as EventMetadata);
  }

  /** Inside a JSON text every quote has a backslash before it, so that a key with its quotes stands nowhere else. */
  private numberAfter(key: string): number | undefined {
    const { text } = this;
    const from = text.indexOf(key) + key.length;
    if (from < key.length) return undefined;
    let value = 0;
    let at = from;
    for (; at < text.length; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    return at > from && isEnd(text.charCodeAt(at)) ? value : undefined;
  }

  private textAfter(key: string): string | undefined {
    const { text } = this;
    const from = text.indexOf(key) + key.length;
    if (from < key.length) return undefined;
    const found = text.slice(from, text.indexOf('"', from));
    return found.includes('\\') ? undefined : found;
  }
}

const ZERO = 0x30;

/** A fraction or an exponent is for JSON.parse. */
const isEnd = (unit: number): boolean => unit === 0x2c || unit === 0x7d;
