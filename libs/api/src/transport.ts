// Through what a call comes in. The ledger records it beside each event (`LedgerEvent.through`) as a word that it does not
// read; "kubernetes" and "holdfast" are those of who calls from inside.
export const TRANSPORTS = ['grpc', 'http', 'nats'] as const;
export type Transport = (typeof TRANSPORTS)[number];
