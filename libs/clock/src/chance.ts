// The only way to chance.
import { randomBytes, randomUUID } from 'node:crypto';

export interface Chance {
  /** Uniform in [0, 1). */
  random(): number;
  /** A version 4 UUID (RFC 9562 section 5.4), lower case. */
  uuid(): string;
}

export const systemChance: Chance = {
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  uuid: () => randomUUID(),
};
