// Values as they stand on the wire: RFC 7047 section 5.1, word for word. Callers see them only where an
// operation is printed; codec.ts decodes and encodes them.

/** `<atom>`. Integers are 64 bits on the wire; beyond 2^53 JavaScript's JSON rounds them. */
export type WireAtom =
  | string
  | number
  | boolean
  | readonly ['uuid', string]
  | readonly ['named-uuid', string];

export type WireSet = readonly ['set', readonly WireAtom[]];
export type WireMap = readonly ['map', readonly (readonly [WireAtom, WireAtom])[]];

/** `<value>`. A set of one may stand as its only atom. */
export type WireValue = WireAtom | WireSet | WireMap;

/** `<row>`. */
export interface WireRow {
  readonly [column: string]: WireValue;
}

/** `<error>`: `error` is from a short list ("constraint violation", "timed out"), `details` is for people. */
export interface WireError {
  readonly error: string;
  readonly details?: string;
}

export function isWireError(json: unknown): json is WireError {
  return typeof json === 'object' && json !== null && typeof (json as { error?: unknown }).error === 'string';
}

/** The two words of any error a server sends: some are a bare string, some `<error>`. */
export function parseWireError(json: unknown): WireError {
  if (isWireError(json)) return json;
  return { error: typeof json === 'string' ? json : JSON.stringify(json) };
}
