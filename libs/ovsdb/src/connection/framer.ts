// Cuts a byte stream into JSON texts. They stand back to back and arrive cut anywhere, so only brackets
// outside of strings show where one ends. In UTF-8 no byte of a longer character looks like ASCII, so bytes
// can be scanned without decoding. It refuses everything but JSON objects; what they mean is not its affair.
import { isUtf8 } from 'node:buffer';
import { OvsdbFault } from '../schema/fault';

/** ovsdb-server itself refuses JSON deeper than 1000; OVSDB needs 10. */
const DEPTH_MAX = 1000;

const ORDINARY = 0;
const OPEN = 1;
const CLOSE = 2;
const QUOTE = 3;
const BACKSLASH = 4;

/** What each byte means to the scan. A table, because comparing costs a quarter of the speed. */
const KINDS = new Uint8Array(256);
for (const open of '{[') KINDS[open.charCodeAt(0)] = OPEN;
for (const close of '}]') KINDS[close.charCodeAt(0)] = CLOSE;
KINDS['"'.charCodeAt(0)] = QUOTE;
KINDS['\\'.charCodeAt(0)] = BACKSLASH;

const OPENING_BRACE = '{'.charCodeAt(0);
const SPACES = new Set(Array.from(' \t\r\n', (space) => space.charCodeAt(0)));

export class JsonFramer {
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The beginning of a message whose end has not come yet. */
  private parts: Buffer[] = [];
  private partsBytes = 0;

  constructor(
    /** Above it a message is refused before it is whole, so that a peer cannot exhaust memory. */
    private readonly messageBytesMax: number,
    private readonly deliver: (message: object) => void,
  ) {}

  /**
   * Takes the next bytes and delivers every message that they complete, in order, before it returns.
   * @throws OvsdbFault `malformed-message`, `message-too-large`; nothing more can be pushed then.
   */
  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      if (this.depth === 0) {
        start = this.findStart(chunk, start);
        if (start === chunk.length) return;
      }
      const end = this.findEnd(chunk, start);
      const part = chunk.subarray(start, end);
      this.keep(part);
      if (this.depth > 0) return;
      const bytes = this.parts.length === 1 ? part : Buffer.concat(this.parts, this.partsBytes);
      this.parts = [];
      this.partsBytes = 0;
      this.deliver(parse(bytes));
      start = end;
    }
  }

  /** Where the next message begins: space may stand between two, nothing else. */
  private findStart(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (byte === OPENING_BRACE) return at;
      if (!SPACES.has(byte)) throw malformed(`a message begins with ${describeByte(byte)} and not with {`);
    }
    return chunk.length;
  }

  /** Just behind the bracket that brings the depth to 0, or the chunk's end. */
  private findEnd(chunk: Buffer, from: number): number {
    let { depth, inString, escaped } = this;
    let at = from;
    for (; at < chunk.length; at += 1) {
      if (escaped) {
        escaped = false;
        continue;
      }
      const kind = KINDS[chunk[at]!];
      if (kind === ORDINARY) continue;
      if (kind === QUOTE) inString = !inString;
      else if (inString) escaped = kind === BACKSLASH;
      else if (kind === OPEN) {
        depth += 1;
        if (depth > DEPTH_MAX) throw malformed(`brackets are nested more than ${DEPTH_MAX} deep`);
      } else if (kind === CLOSE) {
        depth -= 1;
        if (depth === 0) {
          at += 1;
          break;
        }
      }
    }
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    return at;
  }

  private keep(part: Buffer): void {
    this.partsBytes += part.length;
    if (this.partsBytes > this.messageBytesMax)
      throw new OvsdbFault('message-too-large', `a message is larger than ${this.messageBytesMax} bytes`);
    this.parts.push(part);
  }
}

function parse(bytes: Buffer): object {
  if (!isUtf8(bytes)) throw malformed('a message is not UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8')) as object;
  } catch (cause) {
    throw malformed('a message is not JSON', cause);
  }
}

function malformed(what: string, cause?: unknown): OvsdbFault {
  return new OvsdbFault('malformed-message', what, { cause });
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `byte 0x${byte.toString(16)}`;
}
