// A call that was not decided: the server could not, or could not be reached.
import type { FaultCode } from '../status';

export class CallFault extends Error {
  override readonly name = 'CallFault';

  constructor(
    /** `Unavailable` also when there is nobody to talk to. */
    readonly code: FaultCode,
    message: string,
    /** The same call may succeed later. A command may have been carried out: send it again under the same id. */
    readonly retryable: boolean,
    readonly facts: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
