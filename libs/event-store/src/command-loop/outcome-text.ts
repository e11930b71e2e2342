// What a caller was told, as text for the reply store and back. It knows nothing of what it says; IPv6 addresses are
// bigints, which JSON has not.

/** Version of this form: a program that finds another one cannot tell what the caller was told. */
const FORM = 1;
const BIGINT = '$bigint';

/** @param stream in which it was decided */
export function writeOutcome(outcome: object, stream: string): string {
  const form = { form: FORM, stream, outcome };
  try {
    return JSON.stringify(form);
  } catch {
    // A replacer makes it several times slower, and few have a bigint.
    return JSON.stringify(form, (_, value: unknown) =>
      typeof value === 'bigint' ? { [BIGINT]: String(value) } : value,
    );
  }
}

/** `undefined`: it was written by another program, in a form that is not known here. */
export function readOutcome<Outcome>(
  text: string,
): { readonly outcome: Outcome; readonly stream: string } | undefined {
  const { form, ...rest } = JSON.parse(text, revived) as { form: number; outcome: Outcome; stream: string };
  return form === FORM ? rest : undefined;
}

function revived(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(BIGINT in value)) return value;
  return BigInt(value[BIGINT] as string);
}
