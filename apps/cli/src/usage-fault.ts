// Words that don't go together. What each of them may be is the contract's to say.

export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}
