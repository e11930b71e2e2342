// What the Northbound's projector knows of each Vip, for the other roles in this process. Where that role does not
// run, nothing is known.
import type { Projection, ToldRow } from '@holdfast/ovn';

export interface ProjectionSource {
  projectionOf(vip: string): Projection | undefined;
  /** What it has in the Northbound now, whether or not it should be there. */
  rowsOf(vip: string): readonly ToldRow[];
  /** Tells `listener` of each Vip about which something else is known now. Returns how to stop. */
  onProjected(listener: (vip: string) => void): () => void;
}

export class VipProjections {
  source: ProjectionSource | undefined;
}
