// What a test tells the contract server to do wrong, or otherwise than usual.
import { COMMIT_TIMEOUT, CONNECTION_DROPPED, type ContractFault } from './contract-faults';

/** The server's own default. */
const APPEND_BYTES_MAX = 1_048_576;

export class ContractFaults {
  maxAppendBytes = APPEND_BYTES_MAX;
  private refusals: ContractFault[] = [];
  private repliesToLose = 0;
  private requestsToLose = 0;
  private commitsToTimeOut = 0;

  /** The next append is done, but its reply is lost. */
  loseNextReply(): void {
    this.repliesToLose += 1;
  }

  /** The next append is lost on its way, and nothing is done. */
  loseNextRequest(): void {
    this.requestsToLose += 1;
  }

  /** The next append is not confirmed in time, and is in the log all the same. */
  timeOutNextCommit(): void {
    this.commitsToTimeOut += 1;
  }

  /** The next appends are refused so, one after the other, and nothing is done. */
  refuseNext(...refusals: readonly ContractFault[]): void {
    this.refusals.push(...refusals);
  }

  /** @param done answers with what `work` returns or throws */
  onAppend<Response>(work: () => Response, done: (work: () => Response) => void): void {
    if (this.requestsToLose > 0) {
      this.requestsToLose -= 1;
      return done(() => {
        throw CONNECTION_DROPPED;
      });
    }
    done(() => {
      const refusal = this.refusals.shift();
      if (refusal) throw refusal;
      const response = work();
      if (this.repliesToLose > 0) {
        this.repliesToLose -= 1;
        throw CONNECTION_DROPPED;
      }
      if (this.commitsToTimeOut > 0) {
        this.commitsToTimeOut -= 1;
        throw COMMIT_TIMEOUT;
      }
      return response;
    });
  }
}
