// Who asked for what import recorded, in words that say for which object: for people who read the record. Nothing reads
// them back; whose an imported Vip is stands in its event.

/** An actor has at most 256 characters (libs/api), and the rest takes less than 120. */
const BY_LENGTH_MAX = 128;

/** `import:kube-ovn by alice (uid 8a0c…, resourceVersion 4711)` @param by a person, or what acts for one */
export function importActor(
  { uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string },
  by: string,
): string {
  const name = by.slice(0, BY_LENGTH_MAX).trim();
  return `import:kube-ovn by ${name} (uid ${uid}, resourceVersion ${resourceVersion})`;
}
