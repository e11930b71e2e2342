// A bug that is put into the world on purpose, with the checker that must find it. A checker that never fires is no
// checker.
import type { Checker } from '../engine/violation';
import type { Planted } from '../world/surroundings';

export interface PlantedBug {
  readonly name: string;
  /** Where such a bug was seen: an id of the defect catalogues, or the classics of distributed systems. */
  readonly after: string;
  readonly firedBy: Checker;
  readonly planted: Planted;
}

export const bug = (name: string, after: string, firedBy: Checker, planted: Planted): PlantedBug => ({
  name,
  after,
  firedBy,
  planted,
});
