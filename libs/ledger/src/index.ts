// The ledger of the control plane without its server: what takes commands and what follows the log, for whoever runs
// both by hand. Nothing of Nest, of NATS or of a wire is here.
export { LedgerReader, type FactListener, type LedgerReaderOptions } from './ledger-reader';
export { refuse } from './rejections';
export { type SubnetOutcome, VipReservations } from './vip-reservations';
