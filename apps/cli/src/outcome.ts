// How a call ended: answered, decided against, or not decided at all.

export type CliOutcome<Reply> =
  | { readonly reply: Reply; readonly refusal?: undefined }
  | { readonly refusal: CallRefusal };

/** The contract's `Rejection`. */
export interface CallRefusal {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly retryable: boolean;
  /** No decision: the server was not reached, or could not. */
  readonly isFault: boolean;
  /** Whether it is doubtful that there is a Holdfast server at all where we asked. */
  readonly isNobodyThere?: boolean;
}
