// What deletion guards hold back (infra/docs/adr/0017), as a status has it, and what becomes of the word of somebody who answers
// for it that it is gone for good.

/** Of the fault that a status has while missing objects are held back. */
export const MISSING_CODE = 'kubernetes-objects-missing';

/** What is kept though its object is missing, because nothing shows that the object is gone. */
export interface HeldBack {
  /** Of the objects: `Vip`, `Subnet`, `Pod`. */
  readonly kind: string;
  readonly missing: number;
  /** The first of them. */
  readonly names: readonly string[];
  readonly message: string;
}

/** Names that a status has. */
export const HELD_BACK_NAMES_MAX = 10;

/** The names of what is let go of; or why nothing is. */
export type OverrideReply = { readonly accepted: readonly string[] } | { readonly refused: string };

/**
 * Overrides a deletion guard, once, for what is missing now.
 * @param missing how many are missing, as a status had it for whoever decided this
 * @param override lets go; returns the names
 */
export function overrideReply(
  kind: string,
  held: Pick<HeldBack, 'missing'> | undefined,
  missing: number,
  override: () => readonly string[],
): OverrideReply {
  if (!held) return { refused: `nothing of kind ${kind} is held back` };
  if (held.missing !== missing)
    return { refused: `${held.missing} objects of kind ${kind} are missing, not ${missing}; look again` };
  return { accepted: override() };
}
