// An object as the sandbox keeps it: never changed once stored; a write stores another.
import type { JsonObject } from '../../../port/kubernetes-object';

export interface StoredMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [field: string]: unknown;
}

export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: StoredMeta;
  spec?: JsonObject;
  status?: JsonObject;
  [field: string]: unknown;
}

/** What a client sent: nothing about it is known yet. */
export interface SentObject {
  apiVersion?: string;
  kind?: string;
  metadata?: Partial<StoredMeta> & { generateName?: string };
  [field: string]: unknown;
}

/** A copy that lacks some fields. */
export function withoutField<T extends object>(object: T, fields: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.has(field))) as T;
}
