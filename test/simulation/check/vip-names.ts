// Who has claimed which Vip name, and when: enough to say whether a name was taken, or unknown, at some moment of a
// time.
import type { VipNameEvent } from '@holdfast/ipam';

interface ClaimChange {
  readonly position: number;
  /** `undefined`: freed. */
  readonly subnet: string | undefined;
}

export class VipNames {
  private readonly changes = new Map<string, ClaimChange[]>();

  apply(name: string, event: VipNameEvent, position: number): void {
    const changes = this.changes.get(name) ?? [];
    this.changes.set(name, changes);
    changes.push({ position, subnet: event.type === 'VipNameClaimed' ? event.subnet : undefined });
  }

  /** Whether anybody had claimed the name by `position`. */
  wasEverClaimed(name: string, position: number): boolean {
    const [first] = this.changes.get(name) ?? [];
    return first !== undefined && first.position <= position;
  }

  /** How many subnets have had the name, the present one included. */
  subnetsOf(name: string): number {
    return new Set((this.changes.get(name) ?? []).flatMap(({ subnet }) => subnet ?? [])).size;
  }

  /** Whether another subnet than `subnet` had the name at any moment since `position`. */
  wasTaken(name: string, subnet: string, position: number): boolean {
    const changes = this.changes.get(name) ?? [];
    return changes.some(
      (change, at) =>
        change.subnet !== undefined &&
        change.subnet !== subnet &&
        ((changes[at + 1] as ClaimChange | undefined)?.position ?? Infinity) > position,
    );
  }
}
