// By which of several processes works on the cluster, as the product's own service has it around the same election.
import { SeededChance } from '@holdfast/clock/testing';
import { LeaseElection, type Leases } from '@holdfast/kube-api';
import { LEASE } from '../../check/one-works';
import type { ProjectorProcess } from '../process';
import type { Election } from '../surroundings';

export class LeaseHolder {
  readonly election: LeaseElection;
  private readonly works: Election;

  /** @param planted a bug around the election */
  constructor(
    { life, machine, incarnation }: ProjectorProcess,
    leases: Leases,
    planted?: (election: Election) => Election,
  ) {
    // Its chance is its own, so that it draws nothing from where there is one projector.
    const seed = [...machine.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), incarnation);
    this.election = new LeaseElection({
      ...{ leases, lease: LEASE, identity: life.name, clock: life.clock },
      chance: new SeededChance(seed),
    });
    this.works = planted?.(this.election) ?? this.election;
  }

  get isActive(): boolean {
    return this.works.isActive;
  }

  whileActive<Result>(begin: () => Promise<Result>): Promise<Result> {
    return this.works.whileActive(begin);
  }

  onChange(listener: () => void): () => void {
    return this.election.onChange(listener);
  }

  forbid(reason: string | undefined): void {
    this.election.forbid(reason);
  }
}
