export * from './rejection';
export type { CommandSubject, FactName, FamilyName, RejectionFacts } from './rejection-facts';
