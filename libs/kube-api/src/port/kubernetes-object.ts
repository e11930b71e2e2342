// A Kubernetes object as it goes over the wire: plain JSON, nothing added, nothing dropped. Typed models are refused
// on purpose: they silently drop what they do not know.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

/** What every object has (Kubernetes API conventions, "Metadata"). Times are RFC 3339 in UTC, to the second. */
export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  /** Tells an object from a later one of the same name. */
  readonly uid: string;
  /** Opaque; differs after every change. */
  readonly resourceVersion: string;
  /** Rises with the spec; without a status subresource with the status too. Absent for Pods. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set when the object is to go as soon as `finalizers` is empty. */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly [field: string]: unknown;
}

/** Names one object of a kind. `namespace` is absent for objects of the whole cluster. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

/** `namespace/name`, or `name` for an object of the whole cluster; neither part can contain a slash. */
export type ObjectKey = string;

export function keyOf(ref: ObjectRef): ObjectKey {
  return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
}

export function objectRefOf(object: KubernetesObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return namespace ? { namespace, name } : { name };
}
