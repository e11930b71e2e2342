// The shape that an aggregate must have for the command loop to run it. libs/ipam has it without knowing this
// file; the loop knows nothing of subnets.

/** When a command is decided and when its caller issued it: time comes in with the command. */
export interface DecisionTime {
  /** Epoch milliseconds; never less than the time at which the state's last event happened. */
  readonly nowMs: number;
  readonly issuedAtMs: number;
}

export type Decision<Event, Reply, Rejection> =
  /** No events: what was asked is already so. */
  | { readonly events: readonly Event[]; readonly reply: Reply; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

/** The stored form: a type name with its version, and JSON text. */
export interface StoredForm {
  readonly type: string;
  readonly data: string;
}

export interface Codec<Event> {
  encode(event: Event): StoredForm;
  /** @throws RangeError for a stored form that it does not know */
  decode(stored: StoredForm): Event;
}

export interface Decider<State, Command, Event, Reply, Rejection> {
  /** Streams are named `<category>-<id>`. */
  readonly category: string;
  initial(id: string): State;
  /**
   * Total: history happened, it never refuses. May change and return the state it was given.
   * @param atMs when it happened; less than before: all before happened by then, whatever time it was given with
   */
  evolve(state: State, event: Event, atMs: number): State;
  /** Pure: looks at the state, changes nothing. */
  decide(command: Command, state: State, moment: DecisionTime): Decision<Event, Reply, Rejection>;
  /** What the caller was told whose command led to this event. */
  replyTo(event: Event): Reply;
  readonly codec: Codec<Event>;
}

export const streamOf = (category: string, id: string): string => `${category}-${id}`;

/** The id in a stream's name, or `undefined` when the stream is of another category. */
export function idIn(category: string, stream: string): string | undefined {
  return stream.startsWith(`${category}-`) ? stream.slice(category.length + 1) : undefined;
}
