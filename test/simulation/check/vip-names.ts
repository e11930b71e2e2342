// Who has claimed which Vip name, and when: enough to say whether a name was taken, or unknown, at some moment of a
// time.
import type { VipNameEvent } from '@holdfast/ipam';

interface Turn {
  readonly position: number;
  /** `undefined`: freed. */
  readonly subnet: string | undefined;
}

export class VipNames {
  private readonly turns = new Map<string, Turn[]>();

  apply(name: string, event: VipNameEvent, position: number): void {
    const turns = this.turns.get(name) ?? [];
    this.turns.set(name, turns);
    turns.push({ position, subnet: event.type === 'VipNameClaimed' ? event.subnet : undefined });
  }

  /** Whether anybody had claimed the name by `position`. */
  wasEverClaimed(name: string, position: number): boolean {
    const [first] = this.turns.get(name) ?? [];
    return first !== undefined && first.position <= position;
  }

  /** How many subnets have had the name, the present one included. */
  subnetsOf(name: string): number {
    return new Set((this.turns.get(name) ?? []).flatMap(({ subnet }) => subnet ?? [])).size;
  }

  /** Whether another subnet than `subnet` had the name at any moment since `position`. */
  wasTaken(name: string, subnet: string, position: number): boolean {
    const turns = this.turns.get(name) ?? [];
    return turns.some(
      (turn, at) =>
        turn.subnet !== undefined &&
        turn.subnet !== subnet &&
        ((turns[at + 1] as Turn | undefined)?.position ?? Infinity) > position,
    );
  }
}
