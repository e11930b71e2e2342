// Names of rows: real ones, and those that stand for a row inserted by the same transaction.
import { OvsdbFault } from './fault';

declare const uuidOf: unique symbol;

/** The UUID of a row of `Table`, lower case with hyphens (RFC 7047 section 3.1). */
export type Uuid<Table extends string = string> = string & { readonly [uuidOf]: Table };

/** A row that is inserted by the same transaction (`<named-uuid>`, RFC 7047 section 5.1). */
export interface NamedUuid {
  readonly namedUuid: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ID = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function isUuid(text: string): text is Uuid {
  return UUID.test(text);
}

/** RFC 7047 section 3.1 `<id>`: what tables, columns, named rows and locks may be called. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * A UUID from outside, such as a flag or a file.
 * @throws OvsdbFault `invalid-value` unless it is 8-4-4-4-12 lower-case hexadecimal digits.
 */
export function parseUuid<Table extends string = string>(text: string): Uuid<Table> {
  if (!isUuid(text)) throw new OvsdbFault('invalid-value', `not a UUID: ${JSON.stringify(text)}`);
  return text as Uuid<Table>;
}

/**
 * Refers to the row which the same transaction inserts under this name (`insert(table, row, { named: name })`).
 * @throws OvsdbFault `invalid-value` unless `name` is letters, digits and underscores, not starting with a digit.
 */
export function named(name: string): NamedUuid {
  if (!isId(name)) throw new OvsdbFault('invalid-value', `not a name for a row: ${JSON.stringify(name)}`);
  return { namedUuid: name };
}
