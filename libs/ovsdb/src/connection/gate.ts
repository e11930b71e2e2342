// Something for which many may wait: open, shut, or refusing with a reason.
import type { OvsdbFault } from '../schema/fault';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Gate {
  private isOpen = false;
  private refusal: OvsdbFault | undefined;
  private readonly waiters = new Set<Waiter>();

  open(): void {
    this.isOpen = true;
    this.refusal = undefined;
    for (const waiter of this.waiters) waiter.resolve();
  }

  shut(): void {
    this.isOpen = false;
    this.refusal = undefined;
  }

  /** Refuses who waits and who comes, until it is opened or shut. */
  refuse(fault: OvsdbFault): void {
    this.isOpen = false;
    this.refusal = fault;
    for (const waiter of this.waiters) waiter.reject(fault);
  }

  /** Resolves once the gate is open. @throws the reason for which it refuses, or the signal's. */
  passed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isOpen) return resolve();
      if (this.refusal) return reject(this.refusal);
      if (signal?.aborted) return reject(signal.reason as Error);
      const leave = (): void => {
        this.waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => waiter.reject(signal!.reason);
      const waiter: Waiter = {
        resolve: () => {
          leave();
          resolve();
        },
        reject: (reason) => {
          leave();
          reject(reason as Error);
        },
      };
      this.waiters.add(waiter);
      signal?.addEventListener('abort', onAbort);
    });
  }
}
