// ConfigMaps as a port: a few texts that outlive a process, kept in a cluster. Three members. What they say is not known here.
import type { ObjectRef } from './kubernetes-object';

export interface SeenConfigMap {
  readonly data: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
}

export type ConfigMapWrite =
  | { readonly outcome: 'written'; readonly seen: SeenConfigMap }
  /** Nothing was written: it has changed since it was seen, is gone, or was created by somebody else. */
  | { readonly outcome: 'conflict'; readonly message: string };

export interface ConfigMaps {
  /** Undefined: there is none. @throws KubernetesFault */
  read(ref: ObjectRef): Promise<SeenConfigMap | undefined>;

  /**
   * Sets these keys, and leaves others alone, if nothing has changed since `seen`; creates it where there was none. `null` removes
   * a key. @throws KubernetesFault also when nobody knows whether it was written
   */
  write(
    ref: ObjectRef,
    data: Readonly<Record<string, string | null>>,
    seen: SeenConfigMap | undefined,
  ): Promise<ConfigMapWrite>;

  /** Lets go of all connections. */
  close(): Promise<void>;
}
