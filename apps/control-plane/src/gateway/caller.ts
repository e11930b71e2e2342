// Who calls, and over which transport.
import type { Transport } from '@holdfast/api';

export interface Caller {
  readonly through: Transport;
  /** Who calls, when the call itself does not say. */
  readonly name: string;
}
