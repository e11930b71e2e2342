// The brake on mass release, for whoever answers for it that missing objects are gone for good (infra/docs/adr/0017). The role
// that knows what is missing puts itself here; where it does not run, there is nothing to be released.
import type { MissingAnswer } from '@holdfast/kube';

export class Brakes {
  source: { acceptMissing(kind: string, missing: number): MissingAnswer } | undefined;
}
