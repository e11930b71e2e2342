// What others know of a Vip that neither the ledger nor its object says: its rows, and which parent answers for it.
import type { Condition } from './conditions';

/** What another projector knows of the Vip's rows; becomes its condition `Projected`. */
export type Projection = Pick<Condition, 'status' | 'reason' | 'message'>;

/** Which parent answers for a Vip now, as another projector knows it; addresses as texts, where it knows them. */
export interface Bound {
  /** Name of the parent's Logical_Switch_Port. */
  readonly port: string;
  /** Name of the chassis that it is on. */
  readonly chassis: string;
  readonly v4ip?: string;
  readonly v6ip?: string;
  readonly mac?: string;
}

/** What is known of who answers; `by`: undefined when no parent does. */
export interface Binding {
  readonly by: Bound | undefined;
}
