export { findKubectl, type KubectlRun } from './kubectl';
export { kubeApiserverSkipReason, startKubeApiserver } from './kube-apiserver';
export type { KubernetesServer, PlainAnswer } from './kubernetes-server';
export { installDefinition, installDefinitions, MANIFESTS } from './manifests';
export { Sandbox, type SandboxConnection } from './sandbox/sandbox';
export { type SandboxApiServer, type SandboxOptions, startSandboxApiServer } from './sandbox-api-server';
export { startWire, type Wire } from './wire';
