// Who calls, and over which transport.
import type { Actor } from '@holdfast/event-store';

export interface Caller {
  readonly through: Actor['through'];
  /** Who calls, when the call itself does not say. */
  readonly name: string;
}
