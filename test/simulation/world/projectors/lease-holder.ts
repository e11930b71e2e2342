// By which of several processes works on the cluster, as the product's own service has it around the same election.
import { SeededChance } from '@holdfast/clock/testing';
import { LeaseElection, type Leases } from '@holdfast/kube-api';
import { LEASE } from '../../check/one-works';
import type { ProjectorProcess } from '../process';
import type { Election } from '../surroundings';

export class LeaseHolder {
  readonly election: LeaseElection;
  private readonly works: Election;
  private readonly listeners = new Set<() => void>();
  private forbidden: string | undefined;

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
      mayHold: () => this.forbidden === undefined,
      onChange: () => {
        for (const listener of this.listeners) listener();
      },
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
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  forbid(reason: string | undefined): void {
    if (this.forbidden === reason) return;
    this.forbidden = reason;
    this.election.reconsider();
  }
}
