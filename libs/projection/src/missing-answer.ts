// What is said of objects that are missing while nothing shows that they are gone (infra/docs/adr/0017), and what becomes of the
// word of somebody who answers for it that they are.

/** Of the fault that a status has while missing objects are held back. */
export const MISSING_CODE = 'kubernetes-objects-missing';

/** The names of what is let go of; or why nothing is. */
export type MissingAnswer = { readonly accepted: readonly string[] } | { readonly refused: string };
