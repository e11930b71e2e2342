// Checking what a caller sent, field by field, as values: either what it means, or which field is bad and why.

/** `field` is spelt as in the .proto files: `options.command_id`, `selector[2]`. */
export interface Invalid {
  readonly field: string;
  /** What would be right, and what was there. */
  readonly message: string;
}

export type Checked<Value> =
  | { readonly value: Value; readonly invalid?: undefined }
  | { readonly invalid: Invalid };

export const valid = <Value>(value: Value): Checked<Value> => ({ value });

export const bad = (field: string, message: string): { readonly invalid: Invalid } => ({
  invalid: { field, message },
});

/** What reads one field's text. */
export type Check<Value> = (field: string, text: string) => Checked<Value>;

/** The object of all the values, without those that are `undefined`; or the first that is bad. */
export function all<Values extends object>(parts: {
  readonly [Key in keyof Values]-?: Checked<Values[Key]>;
}): Checked<Values> {
  const values: Partial<Values> = {};
  for (const key in parts) {
    const part = parts[key];
    if (part.invalid) return part;
    if (part.value !== undefined) values[key] = part.value;
  }
  return { value: values as Values };
}

/** Every item, checked under `field[0]`, `field[1]` and so on. */
export function each<Item, Value>(
  field: string,
  items: readonly Item[],
  itemsMax: number,
  check: (field: string, item: Item) => Checked<Value>,
): Checked<Value[]> {
  if (items.length > itemsMax) return bad(field, `at most ${itemsMax} entries, not ${items.length}`);
  const values: Value[] = [];
  for (const [at, item] of items.entries()) {
    const checked = check(`${field}[${at}]`, item);
    if (checked.invalid) return checked;
    values.push(checked.value);
  }
  return { value: values };
}

/** In proto3 a text that was not given is empty. */
export function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (field, text) => (text === '' ? valid(undefined) : check(field, text));
}

export function required<Value>(check: Check<Value>): Check<Value> {
  return (field, text) => (text === '' ? bad(field, 'is required') : check(field, text));
}

export function andThen<From, To>(checked: Checked<From>, next: (value: From) => Checked<To>): Checked<To> {
  return checked.invalid ? checked : next(checked.value);
}

/** How much of what was sent a message repeats. */
const QUOTE_LENGTH_MAX = 64;

/** The caller's text, safe to repeat in one line. */
export function quoted(text: string): string {
  const shown = text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}...` : text;
  return JSON.stringify(shown.toWellFormed()).replace(UNPRINTABLE, '\uFFFD');
}

/** What JSON leaves as it is, though a terminal or a header would not. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
