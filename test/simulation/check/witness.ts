// Looks over a command loop's shoulder: it stands around the decider and notes what is decided, upon which version of
// the stream, and for which command. It changes nothing, and nothing asks it for an answer.
import type { Chance } from '@holdfast/clock';
import {
  type Decider,
  type DecisionTime,
  type NewEvent,
  decidedAtOf,
  readMetadata,
  streamOf,
} from '@holdfast/event-store';
import type { Rejection } from '@holdfast/ipam';
import { NO_EVENTS, fingerprintAfter } from './fingerprint';
import type { History } from './history';
import { ALREADY_SO } from './rulings';

/** A decision that left no event behind. */
export interface Declined {
  readonly stream: string;
  /** Of the state upon which it was decided. */
  readonly version: number;
  /** Fingerprint of that state. */
  readonly upon: number;
  /** The log was further already when the command came. */
  readonly isStale: boolean;
  readonly verdict: string;
  readonly reply: unknown;
}

interface Place {
  readonly id: string;
  version: number;
  upon: number;
}

interface Stored {
  readonly type: string;
  readonly data: string;
  /** Of what is read. */
  readonly metadata?: string;
}

/** By the clock of who decided it; what is decided just now has no metadata yet. */
const decidedAt = ({ metadata }: Stored): number | undefined =>
  metadata === undefined ? undefined : decidedAtOf(readMetadata({ metadata } as NewEvent));

type AnyDecider<State, Command, Event, Reply> = Decider<State, Command, Event, Reply, Rejection>;

export class EventWitness {
  private readonly declined = new Map<string, Declined[]>();
  /** By command id: how long the log was at the first of the deliveries that are under way, and how many are. */
  private readonly delivered = new Map<string, { readonly length: number; count: number }>();
  private readonly idOf = new WeakMap<object, string>();
  private readonly places = new WeakMap<object, Place>();
  private lastUuid = '';
  /** By event, its stored form: whoever evolves it has read it before, or written it. */
  private readonly forms = new WeakMap<object, Stored>();

  private readonly startedAt: number;

  constructor(
    readonly process: string,
    private readonly history: History,
  ) {
    this.startedAt = history.length;
  }

  /** Whether another process has written since this one started: a second writer, or an append of a dead one. */
  hasRivals(): boolean {
    return this.history.othersWroteAfter(this.process, this.startedAt);
  }

  /** A command was delivered; the first of several deliveries under way counts. */
  delivering(commandId: string): void {
    const known = this.delivered.get(commandId);
    if (known) known.count += 1;
    else this.delivered.set(commandId, { length: this.history.length, count: 1 });
  }

  /** How long the log was when it was delivered first, of those under way. */
  answered(commandId: string): number {
    const known = this.delivered.get(commandId) as { readonly length: number; count: number };
    known.count -= 1;
    if (known.count === 0) this.delivered.delete(commandId);
    return known.length;
  }

  /**
   * The latest such decision with this verdict, in that Subnet or about a Vip's name: a command that was delivered twice
   * may be under way in two Subnets, when the name went from one to the other in between.
   */
  declinedOf(commandId: string, verdict: string, subnet: string): Declined | undefined {
    const elsewhere = (stream: string): boolean =>
      stream.startsWith('subnet-') && stream !== streamOf('subnet', subnet);
    return this.declined.get(commandId)?.findLast((one) => one.verdict === verdict && !elsewhere(one.stream));
  }

  /** The loop is given this command under this id; without one it makes its own. */
  executing(command: object, commandId: string | undefined): void {
    if (commandId !== undefined) this.idOf.set(command, commandId);
  }

  /** Chance that remembers the last id that it gave: the loop takes one right before it decides. */
  over(chance: Chance): Chance {
    return { random: () => chance.random(), uuid: () => (this.lastUuid = chance.uuid()) };
  }

  around<State extends object, Command extends object, Event, Reply>(
    decider: AnyDecider<State, Command, Event, Reply>,
  ): AnyDecider<State, Command, Event, Reply> {
    return {
      category: decider.category,
      codec: {
        encode: (event) => this.stored(event, decider.codec.encode(event)),
        decode: (stored) => {
          const event = decider.codec.decode(stored);
          this.stored(event, stored);
          return event;
        },
      },
      replyTo: (event) => decider.replyTo(event),
      initial: (id) => {
        const state = decider.initial(id);
        this.places.set(state, { id, version: -1, upon: NO_EVENTS });
        return state;
      },
      evolve: (state, event, atMs) => {
        const place = this.places.get(state) as Place;
        const form = this.forms.get(event as object) as Stored;
        const next = decider.evolve(state, event, atMs);
        const now = {
          ...place,
          version: place.version + 1,
          upon: fingerprintAfter(place.upon, form, decidedAt(form) ?? atMs),
        };
        if (next === state) Object.assign(place, now);
        else this.places.set(next, now);
        return next;
      },
      decide: (command, state, moment) => {
        const decision = decider.decide(command, state, moment);
        const commandId = this.idOf.get(command) ?? this.lastUuid;
        const place = this.places.get(state) as Place;
        if (!decision.rejected && decision.events.length > 0) {
          if (decider.category === 'subnet') this.history.rulings.accepted(commandId, command as never);
        } else {
          const verdict = decision.rejected ? decision.rejected.code : ALREADY_SO;
          const reply = decision.rejected ? decision.rejected : decision.reply;
          this.decline(decider.category, place, commandId, command, moment, verdict, reply);
        }
        return decision;
      },
    };
  }

  private decline(
    category: string,
    { id, version, upon }: Place,
    commandId: string,
    command: object,
    moment: DecisionTime,
    verdict: string,
    reply: unknown,
  ): void {
    const stream = streamOf(category, id);
    const next = this.history.positionOf(stream, version + 1);
    const delivery = this.delivered.get(commandId);
    const isStale = next !== undefined && delivery !== undefined && next <= delivery.length;
    if (delivery) {
      const all = this.declined.get(commandId) ?? [];
      this.declined.set(commandId, all);
      all.push({ stream, version, upon, isStale, verdict, reply });
    }
    if (category === 'subnet')
      this.history.rulings.declined(
        this.process,
        id,
        { version, upon },
        { command: command as never, moment, verdict },
      );
  }

  private stored<Form extends Stored>(event: unknown, form: Form): Form {
    this.forms.set(event as object, form);
    return form;
  }
}
