// What was typed cannot be meant. Found out here, before any server is asked.

export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}
